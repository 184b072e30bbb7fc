"""Sounds of a gate: the shipped tones, which one is chosen, how a box keeps the park's own."""

import hashlib
import importlib.util
import io
import os
import struct
import wave
from pathlib import Path

import gate_kit as kit
import pytest
from fuzzing import examples
from gate_guard import guard_module
from hypothesis import given, settings
from hypothesis import strategies as st
from iot_handlers.scenic_gate import auth, sound_config, sound_file
from iot_handlers.scenic_gate.config import ConfigError, parse
from iot_handlers.scenic_gate.sound_config import SoundFile, keys_of, tone_of
from iot_handlers.scenic_gate.sound_file import SoundError
from iot_handlers.scenic_gate.sound_library import RETRY_S, SHIPPED, SoundLibrary
from iot_handlers.scenic_gate.updates import unpack

ROOT = Path(__file__).resolve().parents[2]


def load(path):
    """Return a program of the project that is no package."""
    spec = importlib.util.spec_from_file_location(Path(path).stem, ROOT / path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make_tones = load("tools/make_tones.py")


def wav(seconds=0.1, rate=8000, channels=1, bits=16, fill=b"\x01"):
    """A WAV file as the standard library writes it."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(bits // 8)
        out.setframerate(rate)
        out.writeframes(fill * (round(seconds * rate) * channels * bits // 8))
    return buffer.getvalue()


# --------------------------------------------------------------------------- tones


@pytest.mark.parametrize("name", make_tones.TONES)
def test_shipped_tones_are_what_the_generator_writes(name):
    data = (SHIPPED / f"{name}.wav").read_bytes()
    assert data == make_tones.tone(name)
    assert len(data) < 16 * 1024
    with wave.open(io.BytesIO(data)) as file:  # a reader nobody here wrote
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
        assert sound_file.read(data).seconds == pytest.approx(file.getnframes() / 8000)


def heard(name):
    """What an ear has of a tone: its notes as (milliseconds, Hz), from the samples alone."""
    with wave.open(str(SHIPPED / f"{name}.wav")) as file:
        raw = file.readframes(file.getnframes())
    numbers = struct.unpack(f"<{len(raw) // 2}h", raw)
    step = 80  # 10 ms
    loud = [max(map(abs, numbers[n : n + step])) > 1500 for n in range(0, len(numbers), step)]
    notes, begin = [], None
    for n, is_loud in enumerate([*loud, False]):
        if is_loud and begin is None:
            begin = n
        elif not is_loud and begin is not None:
            part = numbers[begin * step : n * step]
            rises = sum(a < 0 <= b for a, b in zip(part, part[1:], strict=False))
            notes.append(((n - begin) * 10, rises / (len(part) / 8000)))
            begin = None
    return notes


def test_tones_are_told_apart_by_ear_alone():
    """By how many notes there are, how long, how high, and whether they rise or fall."""
    good, group, staff, bad = map(heard, sound_config.TONES)
    assert [len(notes) for notes in (good, group, staff, bad)] == [1, 3, 4, 2]
    assert good[0][1] > 900
    pitches = [pitch for _, pitch in group]
    assert pitches == sorted(pitches)
    assert pitches[-1] > 1.3 * pitches[0]
    assert all(ms >= 200 and pitch < 300 for ms, pitch in bad)
    high, low = staff[0][1], staff[1][1]
    assert high > 1.2 * low > 1.5 * bad[0][1]
    assert [pitch for _, pitch in staff] == pytest.approx([high, low] * 2, rel=0.02)


def test_tones_reach_the_box_with_its_handlers():
    """As the server packs them, and as the guard of a box lets them in."""
    packing = load("scenic_gate_iot/tools/handler_zip.py")
    package = packing.pack(
        packing.gate_handlers(packing.collect([ROOT / "scenic_gate_iot/iot_handlers"]))
    )
    files = unpack(package)
    assert len(package) < auth.MAX_BODY
    for name in make_tones.TONES:
        assert files[f"scenic_sounds/{name}.wav"] == make_tones.tone(name)
        assert guard_module.is_ours(f"scenic_sounds/{name}.wav")


# ---------------------------------------------------------------------- good files


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "no_wav"),
        (b"ID3\x04" + b"\0" * 4000, "no_wav"),
        (wav()[:30], "no_wav"),
        (wav(0), "empty"),
        (wav(10.5), "long"),
        (wav(9, rate=48000, channels=2), "size"),
        (wav(rate=4000), "rate"),
        (wav(rate=96000), "rate"),
        (wav(bits=24), "bits"),
        (wav(channels=3), "channels"),
        (wav()[:20] + b"\x55\0" + wav()[22:], "format"),  # MP3 in a WAV
    ],
)
def test_what_no_gate_can_play_is_named(data, code):
    with pytest.raises(SoundError) as error:
        sound_file.read(data)
    assert error.value.code == code


@pytest.mark.parametrize(
    ("rate", "channels", "bits"), [(8000, 1, 8), (22050, 1, 16), (44100, 2, 16), (48000, 1, 16)]
)
def test_what_recorders_write_is_taken(rate, channels, bits):
    found = sound_file.read(wav(0.5, rate, channels, bits))
    assert (found.rate, found.channels, found.bits) == (rate, channels, bits)
    assert found.seconds == pytest.approx(0.5, abs=0.001)


def test_what_a_recorder_writes_before_its_sound_may_have_an_odd_length():
    data = wav(0.5)
    note = b"LIST" + struct.pack("<I", 3) + b"abc\0"  # padded to an even length
    assert sound_file.read(data[:12] + note + data[12:]).seconds == pytest.approx(0.5, abs=0.001)


@settings(max_examples=examples(200), deadline=None)
@given(st.one_of(st.binary(max_size=200), st.tuples(st.integers(0, 60), st.binary(max_size=9))))
def test_no_bytes_break_the_check(noise):
    if isinstance(noise, tuple):
        at, part = noise
        good = wav(0.01)
        noise = good[:at] + part + good[at + len(part) :]
    try:
        seconds = sound_file.read(noise).seconds
    except SoundError:
        return
    assert 0 < seconds <= sound_file.MAX_SECONDS


# -------------------------------------------------------------------------- choice

FILE = {"hash": "ab" * 32, "size": 10}
VOICE = {
    "zh_CN": {"good": "请进", "E_USED": "已使用"},
    "": {"bad": "gong", "group": "choir", "E_USED": "used"},
}


@pytest.mark.parametrize(
    ("own", "lang", "answer", "expected"),
    [
        ({}, "zh_CN", ("OK", "good", 1), "请进"),
        ({}, "en_US", ("OK", "good", 1), ""),
        ({}, "zh_CN", ("OK", "good", 3), "choir"),
        ({}, "zh_CN", ("E_USED", "bad", 0), "已使用"),
        ({}, "en_US", ("E_USED", "bad", 0), "used"),
        ({}, "zh_CN", ("E_SIG", "bad", 0), "gong"),
        ({}, "zh_CN", ("R_ID", "staff", 0), ""),
        ({"bad": "mine"}, "zh_CN", ("E_USED", "bad", 0), "mine"),
        ({"bad": "a name of before"}, "zh_CN", ("E_SIG", "bad", 0), "gong"),
        ({"staff": "a name of before"}, "zh_CN", ("R_ID", "staff", 0), "a name of before"),
        ({"E_USED": "mine", "bad": "x"}, "zh_CN", ("E_USED", "bad", 0), "mine"),
    ],
)
def test_the_lane_then_the_language_then_any_language_then_the_tone(own, lang, answer, expected):
    names = ("gong", "choir", "mine", "used", "请进", "已使用")
    sounds = sound_config.parse({"files": dict.fromkeys(names, FILE), "voice": VOICE})
    assert sounds.chosen(own, lang, keys_of(*answer)) == expected


def test_a_tone_for_every_answer():
    told = [tone_of(*answer) for answer in (("good", 1), ("good", 0), ("good", 9), ("staff", 0))]
    assert told == ["good", "good", "group", "staff"]
    assert tone_of("bad") == tone_of("a colour of tomorrow") == "bad"


@pytest.mark.parametrize(
    "sounds",
    [
        {"files": {"a": FILE | {"hash": "../../etc/passwd"}}},
        {"files": {"a": FILE | {"hash": "AB" * 32}}},
        {"files": {"a": FILE | {"size": 0}}},
        {"files": {"a": FILE | {"size": sound_config.MAX_BYTES + 1}}},
        {"files": {"a": "x"}},
        {"files": {str(n): FILE for n in range(sound_config.MAX_FILES + 1)}},
        {"voice": {"zh_CN": "x"}},
        [1],
    ],
)
def test_a_configuration_with_bad_sounds_is_not_followed(sounds):
    with pytest.raises(ConfigError):
        parse(kit.config(sounds=sounds))


# ------------------------------------------------------------------------- library


class Server:
    """Gives sounds by their hash; ``down``: it cannot be reached."""

    def __init__(self, *sounds):
        self.sounds = {hashlib.sha256(data).hexdigest(): data for data in sounds}
        self.asked, self.down = [], False

    def fetch(self, digest):
        self.asked.append(digest)
        if self.down:
            raise ConnectionError("the server is away")
        return self.sounds[digest]

    def files(self):
        return {
            f"s{n}": SoundFile(digest, len(data))
            for n, (digest, data) in enumerate(self.sounds.items())
        }


class Shelf:
    def __init__(self, folder, server):
        self.t, self.server, self.folder = 1000.0, server, folder
        self.library = SoundLibrary(folder, server.fetch, lambda: self.t)

    def follow(self, files, steps=5):
        self.library.configure(files)
        for _ in range(steps):
            self.library.step()
        return self.library


def test_own_sounds_are_fetched_kept_over_a_restart_and_removed(tmp_path):
    server = Server(wav(0.1), wav(0.2))
    library = Shelf(tmp_path, server).follow(server.files())
    assert library.path("s0", "good").read_bytes() == wav(0.1)
    assert library.told() == {"named": 2, "here": 2, "error": ""}
    server.down = True
    again = Shelf(tmp_path, server)
    library = again.follow(server.files())
    assert library.path("s1", "bad").read_bytes() == wav(0.2)
    assert len(server.asked) == 2  # nothing was fetched twice
    library = again.follow({"s1": server.files()["s1"]})
    assert [path.name for path in (tmp_path / "sounds").iterdir()] == [
        f"{server.files()['s1'].hash}.wav"
    ]
    assert library.bytes_of(server.files()["s0"].hash) is None


def test_a_sound_that_cannot_be_had_is_the_tone_and_is_tried_again(tmp_path):
    server = Server(wav())
    server.down = True
    shelf = Shelf(tmp_path, server)
    library = shelf.follow(server.files())
    assert library.path("s0", "staff") == SHIPPED / "staff.wav"
    assert library.path("a name that means nothing here", "bad") == SHIPPED / "bad.wav"
    assert "away" in library.told()["error"]
    assert len(server.asked) == 1
    server.down, shelf.t = False, shelf.t + RETRY_S
    library.step()
    assert library.hash_of("s0")


def test_a_sound_that_nobody_has_holds_up_no_other(tmp_path):
    server = Server(wav(0.1), wav(0.2), wav(0.3))
    files = server.files()
    del server.sounds[files["s0"].hash]
    shelf = Shelf(tmp_path, server)
    for _ in range(3):
        library = shelf.follow(files)
        shelf.t += RETRY_S
    assert [bool(library.hash_of(name)) for name in files] == [False, True, True]
    assert library.told()["error"]


@pytest.mark.parametrize("what", ["other", "longer", "no sound"])
def test_what_was_not_announced_is_not_kept(tmp_path, what):
    data = b"no sound at all" if what == "no sound" else wav()
    server = Server(data)
    (digest,) = server.sounds
    files = {"s0": SoundFile(digest, len(data))}
    if what == "other":
        server.sounds[digest] = wav(fill=b"\x02")
    elif what == "longer":
        server.sounds[digest] = data + b"\0"
    library = Shelf(tmp_path, server).follow(files)
    assert not library.hash_of("s0")
    assert not list(tmp_path.rglob("*.wav"))


def test_a_sound_has_its_name_when_its_bytes_are_on_the_disk(tmp_path, monkeypatch):
    """A power cut leaves no file under that name whose bytes are missing."""
    names = []
    fsync = os.fsync

    def noted(number):
        names.append(sorted(path.suffix for path in (tmp_path / "sounds").iterdir()))
        fsync(number)

    monkeypatch.setattr(os, "fsync", noted)
    server = Server(wav())
    assert Shelf(tmp_path, server).follow(server.files()).hash_of("s0")
    assert names == [[".part"]]


def test_a_damaged_file_is_fetched_again_and_half_ones_go(tmp_path):
    server = Server(wav())
    (digest,) = server.sounds
    Shelf(tmp_path, server).follow(server.files())
    (tmp_path / f"sounds/{digest}.wav").write_bytes(b"damaged")
    (tmp_path / "sounds/half.part").write_bytes(b"x")
    library = Shelf(tmp_path, server).follow(server.files())
    assert library.bytes_of(digest) == wav()
    assert [path.name for path in (tmp_path / "sounds").iterdir()] == [f"{digest}.wav"]
