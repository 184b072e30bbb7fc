"""Resident ID card readers: the published dialogue, replayed by umockdev at a port it invents."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from gate_http import ROOT
from hypothesis import given
from hypothesis import strategies as st
from iot_handlers.scenic_gate import sam
from iot_handlers.scenic_gate.credential import pseudonym
from iot_handlers.scenic_gate.sam_idcard import SamIdCard
from modbus_board import wire
from patience import LIMIT_S, wait_for
from sam_module import NAME, NUMBER, Module, card

DATA = Path(__file__).with_name("data")
FRAMES = ["AAAAAA96690003200122", "AAAAAA96690003200221", "AAAAAA96690003300132"]


def test_requests_are_those_that_were_published():
    frames = [sam.request(command).hex().upper() for command in (sam.FIND, sam.SELECT, sam.READ)]
    assert frames == FRAMES


def test_the_reply_to_a_reading_is_understood_in_any_pieces():
    data = card()
    assert len(data) == 1295
    for size in (1, 7, 64, 1295):
        replies = sam.Replies()
        found = [replies.feed(data[at : at + size]) for at in range(0, len(data), size)]
        status, body = found[-1]
        assert (status, found[:-1]) == (sam.DONE, [None] * (len(found) - 1))
        person = sam.person(body)
        assert (person.number, person.name) == (NUMBER, NAME)
        assert NUMBER not in repr(person)


def test_a_damaged_reply_is_no_card():
    data = bytearray(card())
    data[100] ^= 1
    with pytest.raises(sam.SamError):
        sam.Replies().feed(bytes(data))
    for number in ("", "1" * 17, "ABCDEFGHIJKLMNOPQR"):
        _status, body = sam.Replies().feed(card(number.ljust(18)))
        with pytest.raises(sam.SamError):
            sam.person(body)


@given(st.binary(max_size=200), st.integers(1, 1294))
def test_noise_and_cut_frames_never_make_a_card(noise, cut):
    replies = sam.Replies()
    for data in (noise, card()[:cut]):
        try:
            reply = replies.feed(data)
        except sam.SamError:
            continue
        if reply:
            with pytest.raises(sam.SamError):
                sam.person(reply[1])


def test_the_published_dialogue_is_replayed_by_umockdev():
    paths = [str(ROOT / "scenic_ticketing"), str(ROOT / "scenic_gate_iot")]
    child = [sys.executable, str(Path(__file__).with_name("sam_child.py")), "/dev/ttyUSB0"]
    mock = ["umockdev-run", "-d", DATA / "sam.umockdev", "-s", f"/dev/ttyUSB0={DATA}/sam.script"]
    done = subprocess.run(
        [*map(str, mock), "--", *child, *paths],
        capture_output=True,
        timeout=2 * LIMIT_S,
        check=True,
    )
    told = json.loads(done.stdout)
    name = pseudonym(bytes(range(32)), "idcard", NUMBER).hex()
    assert told == {"seen": [["idcard", 18, f"idcard:{name}"]], "ok": True, "detail": ""}
    assert NUMBER.encode() not in done.stdout + done.stderr


def test_a_card_that_stays_is_one_scan_and_each_reading_begins_anew(tmp_path):
    with wire(tmp_path) as (ours, theirs):
        module = Module(theirs)
        reader = SamIdCard(str(ours), {"poll_ms": 10, "timeout_ms": 20_000})
        seen = []
        reader.start(seen.append)
        try:
            wait_for(lambda: len(module.asked) > 2)
            assert set(module.asked) == {"2001"}
            module.card = card()
            wait_for(lambda: module.asked.count("3001") >= 3)
            assert seen == [NUMBER]
            module.card = None
            wait_for(lambda: module.asked[-3:] == ["2001"] * 3)
            module.card = card("11010519491231002X", "李")
            wait_for(lambda: len(seen) == 2)
            assert seen[1].kind == "idcard"
            module.broken = bytes.fromhex("AAAAAA9669000400008085")
            wait_for(lambda: reader.health().dropped >= 1)
            assert reader.health().ok
        finally:
            reader.stop()
