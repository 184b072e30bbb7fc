"""A loudspeaker at the box. The far side is ALSA's own player and its devices that record."""

import os
import shutil
import stat
import threading
import time
import wave

import gate_kit as kit
import pytest
from gate_server import command
from iot_handlers.scenic_gate import lane_test, sound_config, speaker
from iot_handlers.scenic_gate.config import parse
from iot_handlers.scenic_gate.device import Feedback
from iot_handlers.scenic_gate.devices import Devices
from iot_handlers.scenic_gate.driver_specs import fits, problems
from iot_handlers.scenic_gate.runner import Item, LaneRunner
from iot_handlers.scenic_gate.sound_library import SHIPPED
from iot_handlers.scenic_gate.status import _devices
from patience import wait_for
from test_gate_box import Site, site  # noqa: F401 (a fixture)

GOOD, BAD = Feedback("good", "OK", persons=1), Feedback("bad", "E_USED")


def lane(url="alsa:tape"):
    said = {"name": "Voice", "role": "speaker", "driver": "speaker", "url": url, "options": {}}
    return parse(kit.config(lanes=[kit.lane_config("G1", speakers=[said])])).lanes["G1"]


@pytest.fixture
def speak():
    """Make a loudspeaker at an address; it is quiet again afterwards."""
    made = []

    def make(url="alsa:tape"):
        (display,) = Devices().displays(lane(url))
        made.append(display)
        display.start()
        return display

    yield make
    for display in made:
        display.stop()
        assert not display._thread or not display._thread.is_alive()


@pytest.fixture
def tape(tmp_path, monkeypatch):
    """An ALSA device that writes down what it plays."""
    path = tmp_path / "tape.raw"
    (tmp_path / "asound.conf").write_text(
        "</usr/share/alsa/alsa.conf>\n"
        f'pcm.tape {{ type file; slave.pcm null; file "{path}"; format raw }}\n'
    )
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "asound.conf"))
    return path


def samples(name):
    with wave.open(str(SHIPPED / f"{name}.wav")) as file:
        return file.readframes(file.getnframes())


def program(folder, monkeypatch, text):
    """Put another player in the place of ALSA's."""
    path = folder / "bin" / speaker.PROGRAM
    path.parent.mkdir()
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{path.parent}{os.pathsep}{os.environ['PATH']}")


def lines(path):
    return path.read_text().splitlines() if path.exists() else []


def test_alsa_plays_what_the_visitor_is_to_hear(speak, tape):
    said = speak()
    wait_for(lambda: tape.exists() and tape.read_bytes().startswith(samples("silence")))
    for feedback in (GOOD, Feedback("good", "OK", persons=4), BAD, Feedback("staff", "R_ID")):
        said.show(feedback)
        tone = samples(feedback.tone)
        wait_for(lambda tone=tone: tape.read_bytes().startswith(tone))
    assert said.health().ok


def test_a_loudspeaker_that_is_not_there_is_told_and_found_when_it_comes(
    speak, tape, tmp_path, monkeypatch
):
    monkeypatch.setattr(speaker, "LOOK_AGAIN_S", 0.05)
    said = speak("alsa:other")
    wait_for(lambda: not said.health().ok)
    assert "other" in said.health().detail or "No such" in said.health().detail
    conf = tmp_path / "asound.conf"
    conf.write_text(conf.read_text() + "pcm.other { type null }\n")
    wait_for(lambda: said.health().ok)


def test_without_the_program_the_lane_works_and_says_what_is_missing(speak, monkeypatch, tmp_path):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    said = speak()
    wait_for(lambda: not said.health().ok)
    assert "alsa-utils" in said.health().detail
    said.show(GOOD)
    # the reader and the barrier of the lane are not asked about it
    runner = LaneRunner(lane(), kit.engine(tmp_path), kit.FakeClock(), None, displays=[said])
    assert [(item["name"], item["ok"]) for item in _devices(runner)] == [("Voice", False)]


def test_the_newest_sound_wins_and_nobody_waits(speak, tmp_path, monkeypatch):
    log = tmp_path / "log"
    program(tmp_path, monkeypatch, f'echo "$4" >> {log}; exec sleep 300')
    said = speak()
    wait_for(lambda: lines(log))
    for feedback in (GOOD, BAD):
        said.show(feedback)  # returns at once: the one before has not ended, and never would
        wait_for(lambda tone=feedback.tone: lines(log)[-1].endswith(f"{tone}.wav"))
    # a crowd: each visitor cuts off the one before, and what nobody waits for is left out
    for _ in range(100):
        said.show(GOOD)
    said.show(BAD)
    wait_for(lambda: said._next is None and lines(log)[-1].endswith("bad.wav"))
    assert said.health().ok
    assert threading.active_count() < 20


def test_a_player_that_hangs_is_ended_and_told(speak, tmp_path, monkeypatch):
    monkeypatch.setattr(speaker, "LONGEST_S", 0.2)
    program(tmp_path, monkeypatch, "trap '' TERM; while :; do sleep 1; done")
    said = speak()
    wait_for(lambda: "hung" in said.health().detail)


@pytest.mark.parametrize(
    ("url", "good"),
    [("alsa:default", True), ("alsa:plughw:CARD=Device,DEV=0", True), ("alsa:hw:1,0", True),
     ("alsa:", False), ("alsa:-f", False), ("alsa:a b", False), ("alsa:$(reboot)", False),
     ("alsa:default\n", False), ("/dev/dsp", False)],
)  # fmt: skip
def test_an_address_is_a_device_and_never_an_option(speak, url, good, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert speaker.is_address(url) is good
    assert fits("speaker", url) or not good
    said = speak(url)
    assert (said._thread is not None) is good


def test_it_takes_no_options():
    assert problems("speaker", {"program": "/bin/sh"})
    assert not problems("speaker", {})


def test_a_lane_is_told_apart_so_that_older_boxes_leave_it_out():
    config = lane()
    assert [device.role for device in config.devices] == ["speaker"]
    assert Devices().build(config) == ([], None)


SPOKEN = {"name": "Voice", "role": "speaker", "driver": "speaker", "url": "alsa:tape"}


def test_a_whole_box_is_heard_by_visitors_and_by_who_tests_it(site, tape, monkeypatch):  # noqa: F811
    monkeypatch.setattr(lane_test, "SOUND_PAUSE_S", 0.3)
    site.server.config = kit.config(lanes=[site.lane(speakers=[SPOKEN])])
    with site.running() as box:
        with site.board.opening():
            site.scan(site.code(1))
        wait_for(lambda: tape.exists() and tape.read_bytes().startswith(samples("good")))
        site.board.pulse_input(0)
        wait_for(lambda: site.status()["state"] == "idle")
        results = []
        order = command("test_sound", expires=time.time() + 60)
        site.box.runners["G1"].command(order, results.append)
        for name in sound_config.TONES:
            wait_for(lambda tone=name: tape.read_bytes().startswith(samples(tone)))
        assert results == ["done"]
        (said,) = [
            item for item in box.status()["lanes"]["G1"]["devices"] if item["name"] == "Voice"
        ]
        assert (said["role"], said["ok"]) == ("speaker", True)


def test_a_test_without_a_loudspeaker_says_so_and_ends_for_a_visitor(tmp_path):
    runner = LaneRunner(lane(), kit.engine(tmp_path), kit.FakeClock(), kit.FakeBarrier())
    results = []
    runner.turn(Item("command", (command("test_sound"),), results.append))
    assert results == ["no_speaker"]
    # pages hear it all the same
    assert (runner.test.played, runner.test.heard.tone) == (1, "good")
    runner.lane.usable = True
    runner.turn(Item("scan", (kit.code(1),)))
    runner.clock.t += 10
    runner.test.tick(runner.clock.mono())
    assert runner.test.played == 1
    assert runner.test.deadline is None
