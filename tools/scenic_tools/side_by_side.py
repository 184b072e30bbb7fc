"""Commands that run at the same time, and what each of them says."""

import subprocess
import sys
import threading
import time
from typing import NamedTuple

_printing = threading.Lock()
# with one of these pytest begins to tell what went wrong: that stays in one piece
_STORY = ("FAILURES", "ERRORS", "warnings summary", "slowest", "short test summary")


# how pytest names a test that failed, in its short summary
_FAILED = ("FAILED ", "SUBFAILED", "ERROR ")


class Outcome(NamedTuple):
    """How a command ended: its exit code, the seconds it took, and pytest's lines of failures."""

    name: str
    code: int
    seconds: float = 0
    failed: tuple[str, ...] = ()


def run(name: str, command: list[str], **options) -> Outcome:
    """Run a command; each line of it is printed with `name` before it."""
    began = time.monotonic()
    story: list[str] = []
    options |= {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, text=True, errors="replace", **options
    ) as process:
        for line in process.stdout:
            if story or (line.startswith("==") and any(word in line for word in _STORY)):
                story.append(line)
            else:
                _print(name, [line])
    _print(name, story)
    failed = tuple(line.rstrip() for line in story if line.startswith(_FAILED))
    return Outcome(name, process.returncode, time.monotonic() - began, failed)


def summary(outcomes: list[Outcome]) -> str:
    """Return how each command ended, and at the end every failure: a log is read from there."""
    lines = [
        f"{outcome.name:8s}| exit {outcome.code} {outcome.seconds:7.0f} s" for outcome in outcomes
    ]
    lines += [f"{outcome.name:8s}| {line}" for outcome in outcomes for line in outcome.failed]
    return "\n".join(lines)


def _print(name: str, lines: list[str]) -> None:
    with _printing:
        sys.stdout.writelines(f"{name:8s}| {line}" for line in lines)
        sys.stdout.flush()
