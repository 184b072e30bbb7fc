"""The keyboard scanner: keys and texts, stuck keys, lost keys, unplugging, umockdev's scanner."""

import os
import random
import select
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import gate_kit as kit
import pytest
from fuzzing import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from iot_handlers.scenic_gate.device import DeviceError
from iot_handlers.scenic_gate.hid_keys import ENDS, KEYS, KeyText
from iot_handlers.scenic_gate.hid_reader import EV_KEY, EVENT, HidReader
from iot_handlers.scenic_gate.scan import kind_of
from patience import LIMIT_S, wait_for

ENTER, SHIFT, A, CAPS, CTRL = 28, 42, 30, 58, 29
TICKET = kit.code(1)
PRESS = {char: (code, at == 1) for code, pair in KEYS.items() for at, char in enumerate(pair)}


def typed(text, end=ENTER):
    """(code, value) of every key of a scan."""
    out = []
    for char in text:
        code, shifted = PRESS[char]
        strokes = [(code, 1), (code, 0)]
        out += [(SHIFT, 1), *strokes, (SHIFT, 0)] if shifted else strokes
    return [*out, (end, 1), (end, 0)]


def texts(strokes, keys=None, pace=0.005):
    """What comes out of some key strokes."""
    keys, out = keys or KeyText(), []
    for at, (code, value) in enumerate(strokes):
        out += keys.key(code, value, 10.0 + at * pace)
    return out


# ----------------------------------------------------------------------- keys


@given(
    st.text(
        alphabet=sorted({char for pair in KEYS.values() for char in pair}),
        min_size=1,
        max_size=120,
    )
)
@settings(max_examples=examples(50))
def test_every_printable_sign_is_read_as_typed(text):
    assert texts(typed(text)) == ([text.strip()] if text.strip() else [])


@pytest.mark.parametrize("end", ENDS)
def test_enter_and_tab_end_a_code(end):
    assert texts(typed(TICKET, end)) == [TICKET]


def test_key_that_is_stuck_is_one_character():
    stuck = [(A, 1), *[(A, 2)] * 1000]
    assert texts([*stuck, *typed("B")]) == ["aB"]
    assert texts([(ENTER, 1), *[(ENTER, 2)] * 50]) == []


def test_caps_lock_turns_letters_only():
    strokes = [(CAPS, 1), (CAPS, 0), *typed("aB1-")]
    assert texts(strokes) == ["Ab1-"]


def test_control_keys_type_nothing():
    assert texts([(CTRL, 1), (A, 1), (A, 0), (CTRL, 0), *typed("x")]) == ["x"]


def test_silence_ends_a_code_only_where_it_should():
    keys = KeyText(gap_s=0.1)
    assert texts(typed("AB")[:-2], keys) == []
    assert keys.idle(11.0) == ["AB"]
    keys = KeyText()
    texts(typed("AB")[:-2], keys)
    assert keys.idle(12.0) == []
    assert texts(typed("C"), keys) == ["C"]
    assert keys.dropped == 1
    # read late by a host that stood still: nobody heard a silence
    keys = KeyText()
    texts(typed("AB")[:-2], keys)
    assert texts(typed("C"), keys, pace=9) == ["ABC"]


def test_too_long_or_torn_a_code_is_dropped_whole():
    keys = KeyText(max_chars=8)
    assert texts(typed("123456789ABC") + typed("OK"), keys) == ["OK"]
    assert keys.dropped == 1
    texts(typed("HALF")[:-2], keys)
    keys.lost()
    assert texts(typed("REST") + typed("OK"), keys) == ["OK"]
    assert keys.dropped == 2


@given(st.lists(st.tuples(st.integers(0, 0x2FF), st.integers(-1, 3)), max_size=200))
@settings(max_examples=examples(100))
def test_any_keys_give_short_printable_texts(strokes):
    for text in texts(strokes, KeyText(max_chars=64)):
        assert text.isprintable()
        assert 0 < len(text) <= 64


# ---------------------------------------------------------------- real devices


class Pipe:
    """An input device made of a named pipe: the kernel here makes no virtual keyboards."""

    def __init__(self, path):
        os.mkfifo(path)
        self.path, self._end = path, os.open(path, os.O_RDWR)

    def type(self, strokes):
        # at once: what a slow machine types in pieces is half a code and another half
        self.raw(
            b"".join(
                EVENT.pack(0, 0, EV_KEY, code, value) + EVENT.pack(0, 0, 0, 0, 0)
                for code, value in strokes
            )
        )

    def raw(self, data):
        select.select([], [self._end], [], LIMIT_S)
        os.write(self._end, data)

    def unplug(self):
        self.path.unlink()
        os.close(self._end)


class Ungrabbed(HidReader):
    """A pipe cannot be grabbed; umockdev's device below is."""

    def _grab(self, handle):
        self.grabbed = handle


@pytest.fixture
def scanner(tmp_path):
    readers = []

    def start(name, **options):
        reader, seen = Ungrabbed(str(tmp_path / name), options), []
        reader.start(lambda text: seen.append(text))
        readers.append(reader)
        return reader, seen

    yield start
    for reader in readers:
        reader.stop()


def test_several_scanners_are_read_at_once(scanner, tmp_path):
    pipes = [Pipe(tmp_path / f"kbd{n}") for n in range(3)]
    started = [scanner(f"kbd{n}") for n in range(3)]
    for round_ in range(5):
        for number, pipe in enumerate(pipes):
            pipe.type(typed(f"S{number}-{round_}"))
    for number, (_, seen) in enumerate(started):
        wait_for(lambda seen=seen: len(seen) == 5)
        assert seen == [f"S{number}-{round_}" for round_ in range(5)]


def test_scanner_pulled_out_in_the_middle_of_a_code_is_found_again(scanner, tmp_path):
    reader, seen = scanner("kbd")
    wait_for(lambda: "No such file" in reader.health().detail)
    for number in range(2):
        pipe = Pipe(tmp_path / "kbd")
        wait_for(lambda: reader.health().ok)
        pipe.type(typed(f"WHOLE{number}") + typed("HALF A CO")[:-2])
        wait_for(lambda number=number: f"WHOLE{number}" in seen)
        pipe.unplug()
        wait_for(lambda: not reader.health().ok)
    pipe = Pipe(tmp_path / "kbd")
    wait_for(lambda: reader.health().ok)
    pipe.type([(ENTER, 1), (ENTER, 0), *typed("LAST")])
    wait_for(lambda: "LAST" in seen)
    assert seen == ["WHOLE0", "WHOLE1", "LAST"]
    pipe.unplug()


def test_random_bytes_from_a_device_are_survived(scanner, tmp_path):
    rng, pipe = random.Random(4), Pipe(tmp_path / "kbd")
    reader, seen = scanner("kbd")
    for _ in range(20):
        pipe.raw(bytes(rng.randrange(256) for _ in range(EVENT.size * 40)))
    pipe.type([(code, 0) for code in (29, 97, 56, 100, 125, 126, 42, 54)])
    pipe.type(typed("") + typed("GOOD"))
    wait_for(lambda: seen and seen[-1].lower() == "good")
    assert reader.health().ok
    pipe.unplug()


def test_reader_of_cards_says_so(scanner, tmp_path):
    pipes = [Pipe(tmp_path / name) for name in ("card", "code")]
    seen = [scanner("card", kind="card")[1], scanner("code")[1]]
    for pipe in pipes:
        pipe.type(typed("0012345678"))
    wait_for(lambda: all(seen))
    assert [[kind_of(text) for text in texts] for texts in seen] == [["card"], ["code"]]


def test_hundred_scans_a_second_are_all_read(scanner, tmp_path):
    pipe = Pipe(tmp_path / "kbd")
    _, seen = scanner("kbd")
    for number in range(200):
        pipe.type(typed(f"N{number}"))
    wait_for(lambda: len(seen) == 200)
    assert seen == [f"N{number}" for number in range(200)]
    pipe.unplug()


def test_what_is_no_input_device_is_told(tmp_path):
    (tmp_path / "file").touch()
    reader, before = HidReader(str(tmp_path / "file"), {}), threading.active_count()
    reader.start(lambda text: None)
    wait_for(lambda: "no input device" in reader.health().detail)
    reader.stop()
    assert threading.active_count() == before


@pytest.mark.parametrize("options", [{"gap_ms": "long"}, {"max_chars": None}, {"kind": "door"}])
def test_bad_option_is_named(options):
    with pytest.raises(DeviceError, match="/dev/input/x"):
        HidReader("/dev/input/x", options)


# -------------------------------------------------------------------- umockdev

PATH = "/dev/input/by-path/pci-0000:00:14.0-usb-0:2:1.0-event-kbd"
LISTEN = """
import sys, time
sys.path[:0] = sys.argv[2:]
from iot_handlers.scenic_gate.hid_reader import HidReader
seen = []
reader = HidReader(sys.argv[1], {})
reader.start(seen.append)
deadline = time.monotonic() + 60
while len(seen) < 2 and time.monotonic() < deadline:
    time.sleep(0.01)
assert reader.health().ok, reader.health()
print("\\n".join(seen))
"""


def test_scanner_of_umockdev_is_grabbed_and_read(tmp_path):
    umockdev = shutil.which("umockdev-run")
    assert umockdev, "install umockdev"
    addons = [
        str(Path(__file__).parents[2] / name) for name in ("scenic_gate_iot", "scenic_ticketing")
    ]
    codes, now, lines = [TICKET[:60], "ABC-234"], 0.0, []
    for code, value in (stroke for text in codes for stroke in typed(text)):
        now += 0.001
        lines += [f"E: {now:.6f} 0001 {code:04x} {value}", f"E: {now:.6f} 0000 0000 0"]
    (tmp_path / "keys.events").write_text("\n".join(lines) + "\n")
    out = subprocess.run(
        [
            umockdev,
            f"--device={Path(__file__).parent / 'data' / 'usb_scanner.umockdev'}",
            f"--evemu-events=/dev/input/event7={tmp_path / 'keys.events'}",
            "--",
            *(sys.executable, "-c", LISTEN, PATH),
            *addons,
        ],
        capture_output=True,
        text=True,
        timeout=2 * LIMIT_S,
        check=False,
    )
    assert out.stdout.splitlines() == codes, out.stderr
