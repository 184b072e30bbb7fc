"""A card at the window, read through the box: only the window that asked can open the reading.

The other side is the window's own file, run by Node with its own cryptography.
"""

import json
import subprocess
from pathlib import Path

import pytest
from gate_http import ROOT
from hypothesis import given
from hypothesis import strategies as st
from iot_handlers.scenic_gate.config import ConfigError, ReaderConfig, parse
from iot_handlers.scenic_gate.sealed_reading import AskError, question, seal, signature
from iot_handlers.scenic_gate.window_reader import WindowReader
from modbus_board import wire
from patience import LIMIT_S, wait_for
from sam_module import NAME, NUMBER, Module, card

SCRIPT = ROOT / "scenic_ticketing/static/src/app/utils/sealed_reading.js"
SECRET, DEVICE = bytes(range(32)), "scenic_reader:5"
MEMBERS = ["key", "nonce", "wait_s", "mac", "v"]
PERSON = {"doc_type": "cn_id", "number": NUMBER, "name": NAME}

# a question goes out on one line, answers come in on others; each is tried with the same keys
WINDOW = """
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
const source = readFileSync(process.argv[1]).toString("base64");
const sealed = await import(`data:text/javascript;base64,${source}`);
const [secret, device] = process.argv.slice(2);
const keys = await sealed.freshKeys();
const question = await sealed.ask(secret, device, keys, 20);
console.log(JSON.stringify(question));
for await (const line of createInterface({ input: process.stdin })) {
    const { as, message } = JSON.parse(line);
    const asked = { ...question, ...as.question };
    try {
        const [own, from] = [as.secret || secret, as.device || device];
        const found = await sealed.open(own, from, keys, asked, message);
        console.log(JSON.stringify(found));
    } catch (error) {
        console.log(JSON.stringify({ refused: error.name }));
    }
}
"""


class Window:
    def __init__(self):
        call = ["node", "--input-type=module", "-e", WINDOW, str(SCRIPT), SECRET.hex(), DEVICE]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(call, stdin=pipe, stdout=pipe, text=True)
        self.asked = json.loads(self.process.stdout.readline())

    def open(self, message, **other):
        self.process.stdin.write(json.dumps({"as": other, "message": message}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(LIMIT_S)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def window():
    with Window() as made:
        yield made


def test_the_window_that_asked_opens_the_reading(window):
    asked = question(SECRET, DEVICE, window.asked)
    message = seal(SECRET, DEVICE, asked, PERSON)
    assert NUMBER not in message
    assert window.open(message) == PERSON


def test_nobody_else_opens_it(window):
    asked = question(SECRET, DEVICE, window.asked)
    message = seal(SECRET, DEVICE, asked, PERSON)
    for other in (
        {"secret": "ff" * 32},
        {"device": "scenic_reader:6"},
        {"question": {"nonce": "00" * 16}},
    ):
        assert window.open(message, **other) == {"refused": "OperationError"}
    with Window() as stranger:
        assert stranger.open(message) == {"refused": "OperationError"}
        # even with the nonce and public key of the question, which everybody in the network sees
        seen = {name: window.asked[name] for name in ("key", "nonce")}
        assert stranger.open(message, question=seen) == {"refused": "OperationError"}
    changed = json.loads(message)
    changed["data"] = changed["data"][:-2] + ("00" if changed["data"][-2:] != "00" else "01")
    assert window.open(json.dumps(changed)) == {"refused": "OperationError"}
    forged = seal(b"x" * 32, DEVICE, asked, PERSON)
    assert window.open(forged) == {"refused": "OperationError"}


def test_a_question_without_the_key_of_the_window_is_refused(window):
    good = window.asked
    for change in (
        {"mac": "00" * 32},
        {"key": good["key"][:-2] + ("00" if good["key"][-2:] != "00" else "01")},
        {"nonce": "11" * 16},
        {"wait_s": 30},
        {"wait_s": True},
        {"wait_s": 4000},
        {"key": None},
        {"mac": "é" * 64},
    ):
        with pytest.raises(AskError):
            question(SECRET, DEVICE, good | change)
    for secret, device in ((b"x" * 32, DEVICE), (SECRET, "scenic_reader:6")):
        with pytest.raises(AskError):
            question(secret, device, good)


@given(st.dictionaries(st.sampled_from(MEMBERS), st.text() | st.none()))
def test_nonsense_is_no_question(data):
    with pytest.raises(AskError):
        question(SECRET, DEVICE, data)


def test_a_point_that_is_on_no_curve_gets_nothing():
    key, nonce = "04" + "11" * 64, "22" * 16
    data = {"key": key, "nonce": nonce, "wait_s": 5}
    data["mac"] = signature(SECRET, DEVICE, key, nonce, 5)
    with pytest.raises(AskError):
        seal(SECRET, DEVICE, question(SECRET, DEVICE, data), PERSON)


def test_the_key_of_a_reader_is_whole_and_does_not_show(tmp_path):
    import gate_kit as kit

    item = {"code": "5", "name": "W", "url": "/dev/x", "key": SECRET.hex(), "options": {}}
    reader = parse(kit.config(readers=[item])).readers[0]
    assert reader.key == SECRET
    assert "x1f" not in repr(reader)
    assert str(SECRET) not in repr(reader)
    with pytest.raises(ConfigError):
        parse(kit.config(readers=[item | {"key": "00"}]))


class Desk:
    """A reader of a window on a pseudo terminal."""

    def __init__(self, folder):
        self.wire = wire(folder)
        self.told = []

    def __enter__(self):
        ours, theirs = self.wire.__enter__()
        self.module = Module(theirs)
        self.reader = WindowReader(DEVICE, lambda *told: self.told.append(told))
        self.place = ReaderConfig("5", "Window", str(ours), SECRET, {"kind": "sam"})
        return self

    def __exit__(self, *error):
        self.reader.stop()
        self.wire.__exit__(*error)


def test_a_card_is_read_when_a_window_asks_and_only_then(tmp_path):
    with Desk(tmp_path) as desk, Window() as first, Window() as second:
        desk.module.card = card()
        desk.reader.ask(desk.place, {**first.asked, "mac": "00" * 32}, "stranger")
        assert desk.told == [("error", "ERROR_UNSIGNED", "stranger")]
        assert desk.module.asked == []
        desk.reader.ask(desk.place, first.asked, "first")
        wait_for(lambda: len(desk.told) == 2)
        status, message, owner = desk.told[1]
        assert (status, owner) == ("success", "first")
        assert first.open(message) == PERSON
        # the same question again, as somebody who listened would send it
        desk.reader.ask(desk.place, first.asked, "stranger")
        assert desk.told[2] == ("error", "ERROR_UNSIGNED", "stranger")
        desk.reader.ask(desk.place, second.asked, "second")
        wait_for(lambda: len(desk.told) == 4)
        assert second.open(desk.told[3][1]) == PERSON


def test_a_new_question_ends_the_one_before(tmp_path):
    with Desk(tmp_path) as desk, Window() as first, Window() as second:
        desk.reader.ask(desk.place, first.asked, "first")
        wait_for(lambda: desk.module.asked)
        desk.reader.ask(desk.place, second.asked, "second")
        wait_for(lambda: desk.told)
        assert desk.told == [("error", "ERROR_NO_CARD", "first")]
        desk.module.card = card()
        wait_for(lambda: len(desk.told) == 2)
        assert second.open(desk.told[1][1]) == PERSON


def test_a_reader_that_is_not_there_says_so(tmp_path):
    told = []
    reader = WindowReader(DEVICE, lambda *told_: told.append(told_))
    with Window() as window:
        place = ReaderConfig("5", "W", str(Path(tmp_path) / "none"), SECRET, {"kind": "sam"})
        reader.ask(place, window.asked, "w")
        wait_for(lambda: told)
    assert told == [("error", "ERROR_UNREACHABLE", "w")]


def test_a_reader_of_lines_hands_over_the_text(tmp_path):
    told = []
    with wire(tmp_path) as (ours, theirs), Window() as window:
        reader = WindowReader(DEVICE, lambda *told_: told.append(told_))
        reader.ask(ReaderConfig("5", "W", str(ours), SECRET, {"kind": "line"}), window.asked, "w")
        with open(theirs, "wb", buffering=0) as line:

            def sent():
                line.write(b"E12345678\r\n")
                return told

            wait_for(sent)
        assert window.open(told[0][1]) == {"number": "E12345678"}
