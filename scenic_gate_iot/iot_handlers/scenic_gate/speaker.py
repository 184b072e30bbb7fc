"""A loudspeaker at the box: plays sounds with ALSA's ``aplay``, the newest one first.

The program is started for each sound. Whoever comes next is told at once, so a sound that still
plays is cut off by the next one. No lane ever waits for a sound, and no sound ever opens anything.
"""

from __future__ import annotations

import logging
import re
import shutil
import subprocess
import threading
import time

from .device import Display, Feedback, Health
from .sound_library import SHIPPED, SoundLibrary

_logger = logging.getLogger(__name__)

SCHEME = "alsa:"
PROGRAM = "aplay"
LONGEST_S = 15.0  # a program that plays longer hangs
LOOK_AGAIN_S = 30.0  # a loudspeaker that was not there may be plugged in
_DEVICE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_:=,.+-]{0,63}\Z")  # never an option of the program

_PLACE = re.compile(r"^aplay: \w+:\d+: ")  # where in its source the program stood


def is_address(url: str) -> bool:
    """Tell whether ``url`` names an ALSA device, as ``aplay -L`` lists them."""
    return url.startswith(SCHEME) and bool(_DEVICE.match(url.removeprefix(SCHEME)))


class Speaker(Display):
    """Driver of one loudspeaker."""

    def __init__(self, url: str, options: dict) -> None:
        del options
        self._device = url.removeprefix(SCHEME)
        self.library: SoundLibrary | None = None  # without one there are the tones
        self._trouble = "" if is_address(url) else f"{url} is no address of a loudspeaker"
        self._next: str | None = None  # path of the sound that is due
        self._program: subprocess.Popen | None = None
        self._lock = threading.Lock()
        self._due = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; a moment of silence shows whether the loudspeaker is there."""
        if self._trouble:
            return
        self._stopped.clear()
        self._thread = threading.Thread(target=self._run, name="scenic speaker", daemon=True)
        self._thread.start()
        self._play(SHIPPED / "silence.wav")

    def stop(self) -> None:
        """Be quiet."""
        self._stopped.set()
        self._cut_off()
        self._due.set()
        if self._thread:
            self._thread.join(timeout=3)

    def health(self) -> Health:
        """Tell whether the last sound could be played."""
        return Health(not self._trouble, self._trouble)

    def show(self, feedback: Feedback) -> None:
        """Say what the visitor is to hear."""
        if self.library:
            self._play(self.library.path(feedback.sound, feedback.tone))
        else:
            self._play(SHIPPED / f"{feedback.tone}.wav")

    def _play(self, path) -> None:
        with self._lock:
            self._next = str(path)
        self._cut_off()
        self._due.set()

    def _cut_off(self) -> None:
        with self._lock:
            program = self._program
        if program:
            program.terminate()

    # ------------------------------------------------------------------ thread

    def _run(self) -> None:
        while not self._stopped.is_set():
            if not self._due.wait(LOOK_AGAIN_S if self._trouble else None):
                self._play(SHIPPED / "silence.wav")
            self._due.clear()
            with self._lock:
                path, self._next = self._next, None
            if path is None or self._stopped.is_set():
                continue
            try:
                self._hear(path)
            except Exception as err:
                # a thread's loop: whatever the sound system does, the lane goes on
                _logger.exception("Scenic speaker %s", self._device)
                self._trouble = str(err)[:200]

    def _hear(self, path: str) -> None:
        found = shutil.which(PROGRAM)
        if found is None:
            self._trouble = f"the program {PROGRAM} is missing: install the package alsa-utils"
            return
        program = subprocess.Popen(  # a list without a shell, and the device is no option
            [found, "-q", "-D", self._device, path],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        with self._lock:
            self._program = program
            overtaken = self._next is not None or self._stopped.is_set()
        if overtaken:
            program.terminate()
        self._wait(program)

    def _wait(self, program: subprocess.Popen) -> None:
        began, hung = time.monotonic(), False
        try:
            _, said = program.communicate(timeout=LONGEST_S)
        except subprocess.TimeoutExpired:
            program.kill()
            _, said = program.communicate()
            hung = True
        with self._lock:
            self._program = None
            cut_off = self._next is not None or self._stopped.is_set()
        if hung:
            self._trouble = f"the loudspeaker hung for {time.monotonic() - began:.0f} s"
        elif program.returncode == 0:
            self._trouble = ""
        elif not cut_off:
            text = _last_line(said) or f"{PROGRAM} ended with {program.returncode}"
            self._trouble = f"{self._device}: {text}"


def _last_line(said: bytes) -> str:
    lines = [line.strip() for line in said.decode(errors="replace").splitlines()]
    line = next((line for line in reversed(lines) if line), "")[:200]
    return _PLACE.sub("", line)
