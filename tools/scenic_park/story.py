"""Telling what happens, step by step, with the evidence of each."""

import contextlib
import time
import unicodedata
from collections.abc import Iterator

INDENT = "    "
LABEL = 26  # columns


class Story:
    """Prints numbered steps; a step that raises ends the story."""

    def __init__(self):
        self.started = time.monotonic()
        self.number = 0
        self.failed: str | None = None

    def chapter(self, title: str) -> None:
        print(f"\n== {title} ==", flush=True)

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator["Step"]:
        self.number += 1
        print(f"\n{self.number:>2}. {title}", flush=True)
        started = time.monotonic()
        try:
            yield Step()
        except BaseException as error:
            self.failed = f"step {self.number} ({title}): {error}"
            print(f"{INDENT}FAILED: {error}", flush=True)
            raise
        print(f"{INDENT}ok, {time.monotonic() - started:.1f} s", flush=True)

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started


class Step:
    """One step: says what was seen, and insists on what must be so."""

    def seen(self, label: str, value) -> None:
        print(f"{INDENT}{_padded(label)} {value}", flush=True)

    def check(self, what: str, found, expected) -> None:
        """Print a value that has to be what is expected."""
        self.seen(what, found)
        if found != expected:
            raise AssertionError(f"{what} is {found!r}, not {expected!r}")


def _padded(text: str) -> str:
    width = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
    return text + " " * max(0, LABEL - width)
