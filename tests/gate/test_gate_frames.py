"""Bytes of boards told by configuration, against frames as their makers print them."""

import random

import pytest
from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from iot_handlers.scenic_gate.driver_specs import problems
from iot_handlers.scenic_gate.frame_protocol import PRESETS, Protocol, ProtocolError
from iot_handlers.scenic_gate.frames import FrameError, Pattern, Template, crc16, sum8, xor

# A board that nobody makes, as the README describes one: length byte, address, CRC, counters
INVENTED = {
    "checksum": "crc16",
    "addr": 5,
    "time": 40,
    "envelope": {"start": "7E", "size_at": 1, "add": 2},
    "frames": {
        "open": "7E 06 {addr} 10 {n} {time}",
        "close": "7E 04 {addr} 11",
        "poll": "7E 04 {addr} 20",
    },
    "match": {
        "ack": "7E 05 {addr} 90 00",
        "nak": "7E 05 {addr} 90 ??",
        "state": "7E 0A {addr} A0 ?? {in:2} {out:2} ??",
        "blocked": "7E 05 {addr} B0 03",
        "timeout": "7E 05 {addr} B0 04",
    },
}


def spoken(options, data):
    """Names that a board of these options says with some bytes."""
    splitter = Protocol(options).splitter()
    found = splitter.feed(data, 1.0) + splitter.feed(b"", 9.0)
    return [item.name for item in found if item.mine], splitter.dropped


# ------------------------------------------------------ frames that makers print


@pytest.mark.parametrize(
    ("options", "order", "printed"),
    [
        ({"preset": "lcus"}, "open", "A0 01 01 A2"),
        ({"preset": "lcus"}, "close", "A0 01 00 A1"),
        ({"preset": "lcus", "addr": 2}, "open", "A0 02 01 A3"),
        ({"preset": "tx1500"}, "open", "02 02 00 48 48"),
        ({"preset": "tx1500"}, "hold", "02 03 00 4C 48 05"),
        ({"preset": "eb_tripod"}, "open", "EB 01 40 00 AA"),
        ({"preset": "eb_tripod", "side": "b"}, "open", "EB 01 41 00 AB"),
        ({"preset": "fe_tripod"}, "open", "FE 80 01 00 00 00 AB"),
        ({"preset": "fe_tripod", "side": "b"}, "open", "FE 80 02 00 00 00 AB"),
    ],
)
def test_order_is_what_the_maker_prints(options, order, printed):
    assert Protocol(options).orders[order].bytes() == bytes.fromhex(printed)


@pytest.mark.parametrize(
    ("options", "printed", "name"),
    [
        ({"preset": "tx1500"}, "02 02 00 06 06", "ack"),
        ({"preset": "fe_tripod"}, "FE 81 01 00 00 00 AB", "pass_in"),
        ({"preset": "fe_tripod"}, "FE 44 01 00 00 00 AB", "timeout"),
        ({"preset": "fe_tripod", "side": "b"}, "FE 81 02 00 00 00 AB", "pass_in"),
    ],
)
def test_answer_is_what_the_maker_prints(options, printed, name):
    assert spoken(options, bytes.fromhex(printed)) == ([name], 0)


def test_checksums_agree_with_printed_frames():
    # Waveshare relay (Modbus), and a curtain motor that prints its CRC
    for printed in ("01 05 00 00 FF 00 8C 3A", "55 12 34 03 01 AD 8A", "55 12 34 03 02 ED 8B"):
        data = bytes.fromhex(printed)
        assert crc16(data[:-2]) == data[-2:]
    assert sum8(bytes.fromhex("A0 0F 01")) == b"\xb0"
    # the maker prints AB for two orders of the tripod; its own rule gives these
    assert xor(bytes.fromhex("EB 01 42 00")) == b"\xa8"
    assert xor(bytes.fromhex("EB 01 43 00")) == b"\xa9"


def test_sides_of_one_board_mirror_each_other():
    a, b = bytes.fromhex("02 02 00 1A 1A"), bytes.fromhex("02 02 00 1B 1B")
    assert spoken({"preset": "tx1500"}, a + b)[0] == ["pass_in", "pass_out"]
    assert spoken({"preset": "tx1500", "side": "b"}, a + b)[0] == ["pass_out", "pass_in"]


# ------------------------------------------------------------- an invented board


def invented(text):
    body = bytes.fromhex(text)
    return body + crc16(body)


def test_new_board_needs_configuration_only():
    protocol = Protocol(INVENTED)
    assert protocol.orders["open"].bytes(3) == invented("7E 06 05 10 03 28")
    assert (protocol.sees_passages, protocol.can_hold) == (True, True)
    splitter = protocol.splitter()
    said = splitter.feed(invented("7E 0A 05 A0 00 01 02 00 07 00"), 1.0)[0]
    assert said.counts == {"in": (0x102, 65536), "out": (7, 65536)}
    names = [
        item.name
        for text in ("7E 05 05 90 00", "7E 05 05 90 02", "7E 05 05 B0 03", "7E 05 05 B0 04")
        for item in splitter.feed(invented(text), 1.0)
    ]
    assert names == ["ack", "nak", "blocked", "timeout"]


def test_frame_of_a_neighbour_is_no_noise_and_not_ours():
    splitter = Protocol(INVENTED).splitter()
    found = splitter.feed(invented("7E 05 06 90 00") + invented("7E 04 05 77"), 1.0)
    assert [(item.name, item.mine) for item in found] == [("ack", False)]
    assert splitter.dropped == 0


def test_damaged_and_cut_frames_say_nothing_and_are_counted():
    good = invented("7E 05 05 90 00")
    for cut in range(1, len(good)):
        names, dropped = spoken(INVENTED, good[:cut])
        assert (names, dropped) == ([], 1)
        assert spoken(INVENTED, good[:cut] + good)[0] in (["ack"], [])  # the gap tells them apart
    for at in range(len(good)):
        for bit in range(8):
            damaged = bytearray(good)
            damaged[at] ^= 1 << bit
            assert spoken(INVENTED, bytes(damaged))[0] == []


def test_a_short_answer_may_be_the_beginning_of_a_long_one():
    options = {"frames": {"open": "01"}, "match": {"ack": "06", "pass_in": "06 1A"}}
    splitter = Protocol(options).splitter()
    assert splitter.feed(b"\x06", 1.0) == []
    assert [item.name for item in splitter.feed(b"\x1a", 1.01)] == ["pass_in"]
    assert splitter.feed(b"\x06", 2.0) == []
    assert [item.name for item in splitter.feed(b"", 2.1)] == ["ack"]


def test_half_a_frame_waits_for_the_rest_until_silence_was_heard():
    whole = invented("7E 05 05 B0 03")
    splitter = Protocol(INVENTED).splitter()
    assert splitter.feed(whole[:3], 1.0) == []
    # read late by a host that stood still: nobody heard a silence
    assert [item.name for item in splitter.feed(whole[3:], 9.0)] == ["blocked"]
    assert splitter.feed(whole[:3], 10.0) == []
    assert splitter.feed(b"", 10.1) == []
    assert splitter.feed(whole[3:], 10.2) == []


# -------------------------------------------------------------------- bad input


@given(st.lists(st.tuples(st.binary(max_size=40), st.floats(0, 0.2)), max_size=20))
@settings(max_examples=examples(60))
def test_random_bytes_never_pass_for_a_damaged_frame(chunks):
    for options in (*({"preset": name} for name in PRESETS), INVENTED):
        splitter, now = Protocol(options).splitter(), 0.0
        for data, pause in chunks:
            now += pause
            for found in splitter.feed(data, now):
                assert found.name in Protocol(options).names
            assert len(splitter._buffer) <= 256 + 40


@given(st.randoms(use_true_random=False), st.integers(1, 30))
@settings(max_examples=examples(60))
def test_events_survive_any_cutting_into_packets(rng, count):
    data, names = b"", []
    for _ in range(count):
        name, text = rng.choice(
            [("pass_in", "1A"), ("pass_out", "1B"), ("ack", "06"), ("nak", "15")]
        )
        body = bytes.fromhex("02 02 00" + text)
        data, names = data + body + xor(body), [*names, name]
    splitter, out, now = Protocol({"preset": "tx1500"}).splitter(), [], 0.0
    while data:
        cut = rng.randint(1, len(data))
        out += splitter.feed(data[:cut], now)
        data, now = data[cut:], now + 0.04
    assert [item.name for item in out] == names
    assert splitter.dropped == 0


def test_noise_between_frames_loses_none():
    rng, frame = random.Random(3), bytes.fromhex("FE 81 01 00 00 00 AB")
    data = b"".join(
        bytes(rng.choice(b"\x00\x11\x22\xab") for _ in range(rng.randrange(9))) + frame
        for _ in range(50)
    )
    names, dropped = spoken({"preset": "fe_tripod"}, data)
    assert names == ["pass_in"] * 50
    assert 30 < dropped <= 50


# ------------------------------------------------------------------ descriptions


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({}, "frames.open"),
        ({"preset": "lcus", "frames": {"open": None}}, "frames.open"),
        ({"preset": "lcus", "frames": {"open": "A0 {addr"}}, "frames.open"),
        ({"preset": "lcus", "frames": {"open": "A0 1"}}, "frames.open"),
        ({"preset": "lcus", "frames": {"open": "A0 ??"}}, "frames.open"),
        ({"preset": "lcus", "frames": {"open": "A0 {door}"}}, "frames.open"),
        ({"preset": "lcus", "frames": {"open": 1}}, "frames.open"),
        ({"preset": "lcus", "frames": {"opne": "A0"}}, "frames.opne"),
        ({"preset": "lcus", "addr": 256}, "frames.open"),
        ({"preset": "lcus", "match": {"ack": "?? ??"}}, "match.ack"),
        ({"preset": "lcus", "match": {"ack": "{n}"}}, "match.ack"),
        ({"preset": "lcus", "match": {"passed": "01"}}, "match.passed"),
        ({"preset": "lcus", "frames": {"poll": "A0"}}, "frames.poll"),
        ({"preset": "tx1500", "envelope": {"start": ""}}, "envelope"),
        ({"preset": "tx1500", "envelope": {"size": 1}}, "envelope"),
    ],
)
def test_wrong_description_is_named(options, option):
    with pytest.raises(ProtocolError) as caught:
        Protocol(options)
    assert caught.value.option == option
    assert [item.option for item in problems("frame_barrier", options)] == [option]


def test_right_descriptions_are_no_problem():
    for options in (*({"preset": name} for name in PRESETS), INVENTED):
        assert problems("frame_barrier", options) == []
    Template("01 {time:2le}", "none", {"time": 300})
    with pytest.raises(FrameError):
        Pattern("ack", "", "none", {})


json_like = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 70000) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)


@given(
    st.dictionaries(
        st.sampled_from(
            ["preset", "side", "addr", "time", "checksum", "frames", "match", "envelope", "x"]
        ),
        json_like
        | st.sampled_from(sorted(PRESETS))
        | st.dictionaries(st.sampled_from(["open", "close", "ack", "start"]), json_like),
    )
)
@settings(max_examples=examples(200))
def test_any_description_is_a_protocol_or_a_problem(options):
    if not problems("frame_barrier", options):
        Protocol(options)
