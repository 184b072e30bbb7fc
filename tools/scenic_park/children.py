"""Child processes: started in their own group, ended with everything they started."""

import contextlib
import ctypes
import os
import signal
import subprocess
from pathlib import Path

from . import waiting

GRACE = 10  # seconds between a polite end and kill
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def _end_with_parent() -> None:
    """Let the kernel end this child if the command that started it is killed."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class ChildFailed(Exception):
    """A child process ended although it should go on."""


class Child:
    """One running program with its log file."""

    def __init__(self, name: str, process: subprocess.Popen, log: Path):
        self.name = name
        self.process = process
        self.log = log

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def check(self) -> None:
        """Raise ChildFailed with the end of its log if it ended."""
        if not self.running:
            raise ChildFailed(f"{self.name} ended ({self.process.returncode}): {self.last_words()}")

    def last_words(self, lines: int = 12) -> str:
        text = self.log.read_text(errors="replace").splitlines()
        return "\n".join(text[-lines:])

    def wait_ready(self, condition, what: str, limit: float) -> None:
        """Wait for a condition that this child brings about; fail at once when it ends."""

        def look():
            if not self.running:
                return "ended"
            return condition()

        try:
            waiting.until(look, what, limit)
        except waiting.TimedOut as error:
            raise ChildFailed(f"{self.name}: {error}\n{self.last_words()}") from error
        self.check()

    def kill(self) -> None:
        """End it as a power cut would: no handler runs."""
        self._signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """End it and everything it started."""
        self._signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(GRACE)
        # the group may outlive its leader: workers, browsers, restarted copies
        self._signal(signal.SIGKILL)
        self.process.wait()

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


class Children:
    """The children of one command: stopped in reverse order when the `with` block ends."""

    def __init__(self, logs: Path):
        self.logs = logs
        self._running: list[Child] = []

    def __enter__(self):
        self.logs.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_error):
        while self._running:
            self._running.pop().stop()

    def start(self, name: str, command: list, env: dict | None = None, cwd=None) -> Child:
        """Start a program whose output goes to `<logs>/<name>.log`."""
        log = self.logs / f"{name}.log"
        with open(log, "ab") as output:
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                cwd=cwd,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )
        child = Child(name, process, log)
        self._running.append(child)
        return child

    def forget(self, child: Child) -> None:
        self._running.remove(child)

    def check(self) -> None:
        for child in self._running:
            child.check()
