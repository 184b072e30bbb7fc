"""Waiting for conditions, never for time."""

import time
from collections.abc import Callable
from threading import Event

PAUSE = 0.02  # seconds between two looks
LIMIT = 90  # seconds; whoever waits that long has failed, whoever waits less has not
_nobody_sets_this = Event()


class TimedOut(Exception):
    """A condition did not come true within its limit."""


def until(condition: Callable, what: str, limit: float = LIMIT, pause: float = PAUSE):
    """Return the first true value of `condition()`; TimedOut names `what` after `limit` seconds.

    Exceptions of the condition count as "not yet" and are named when the limit is reached.
    """
    deadline = time.monotonic() + limit
    failure = None
    while True:
        try:
            value = condition()
            if value:
                return value
            failure = None
        except Exception as error:
            failure = error
        if time.monotonic() > deadline:
            reason = f" ({type(failure).__name__}: {failure})" if failure else ""
            raise TimedOut(f"not within {limit:g} s: {what}{reason}")
        _nobody_sets_this.wait(pause)


def holds(condition: Callable, what: str, seconds: float, pause: float = PAUSE) -> int:
    """Check that `condition()` stays true for `seconds`; return how often it was looked at."""
    deadline = time.monotonic() + seconds
    looks = 0
    while time.monotonic() < deadline:
        if not condition():
            raise AssertionError(f"did not stay so for {seconds:g} s: {what}")
        looks += 1
        _nobody_sets_this.wait(pause)
    return looks
