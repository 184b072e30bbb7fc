"""What a lane asks of its devices. Drivers implement this and know nothing of tickets or Odoo."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from .sound_config import tone_of


class Ack(str, Enum):
    """What is known after an order to a barrier."""

    DONE = "done"  # the board confirmed it
    NOT_SENT = "not_sent"  # certainly nothing reached the board, or it refused
    UNKNOWN = "unknown"  # sent, but no answer: the door may have opened


class Signal(str, Enum):
    """What a barrier reports by itself."""

    PASSED = "passed"
    REVERSE = "reverse"
    TAILGATE = "tailgate"  # persons the controller saw beyond those it let through, not in PASSED
    FORCED = "forced"  # the controller saw somebody break or climb through
    TIMEOUT = "timeout"  # the controller shut by itself: its window is over
    BLOCKED = "blocked"  # count 1: somebody or something stands in the passage; 0: no longer
    EMERGENCY_ON = "emergency_on"
    EMERGENCY_OFF = "emergency_off"
    EMERGENCY_UNKNOWN = "emergency_unknown"  # out of reach meanwhile, and it cannot be asked
    UP = "up"  # the device answers (again)
    DOWN = "down"  # three polls without an answer


@dataclass(frozen=True, slots=True)
class Health:
    """State of a device for the status page."""

    ok: bool
    detail: str = ""
    dropped: int = 0  # what came and was nothing: noise, cut frames, lines too long


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a device with a lamp, screen or speaker tells the visitor.

    ``colour``: "good", "bad" or "staff" (wait for the attendant); ``reason``: the stable code;
    ``text`` in ``lang``, the lane's language; ``sound``: name of a sound of the park, "" where it
    has none for this answer.
    """

    colour: str
    reason: str
    text: str = ""
    persons: int = 0
    lang: str = ""
    sound: str = ""

    @property
    def good(self) -> bool:
        """Whether the visitor may pass."""
        return self.colour == "good"

    @property
    def tone(self) -> str:
        """The tone that is played where there is no sound of the park."""
        return tone_of(self.colour, self.persons)


class DeviceError(Exception):
    """A device is configured in a way that its driver cannot follow."""


class Device:
    """Anything of a lane."""

    spec = None  # the DeviceConfig it was made from
    fingerprint = ""  # of the certificate under which the device calls the box

    def health(self) -> Health:
        """Tell whether the device can be reached."""
        raise NotImplementedError

    def install_key(self) -> str | None:
        """Give the device the new key of its configuration; None where it knows no such thing.

        "done", "refused", "not_sent" or "unknown"; may take some seconds, on any thread.
        """
        return None

    def restart(self) -> str | None:
        """Restart the device; None where it knows no such order, else as above."""
        return None


class Reader(Device):
    """Source of scanned texts."""

    def start(self, on_scan: Callable[[str], None]) -> None:
        """Begin to read; ``on_scan`` is called from the reader's own thread."""
        raise NotImplementedError

    def stop(self) -> None:
        """Stop and close the port."""
        raise NotImplementedError

    def feedback(self, good: bool) -> None:
        """Beep or blink, if the device can; must not block."""

    def deciding(self, text: str) -> None:
        """Hear which text the lane looks at now, whoever read it; must not block."""

    def show(self, feedback: Feedback) -> None:
        """Tell the visitor all that the device can show; must not block."""
        self.feedback(feedback.good)


class Barrier(Device):
    """One direction of one gate."""

    confirm = "none"  # "none": passages are assumed; "sensor": PASSED signals come
    can_hold = True  # has an order that keeps it open

    def start(self, on_signal: Callable[[Signal, int], None]) -> None:
        """Switch every own output off and begin to watch the inputs.

        ``on_signal(signal, count)`` is called from the thread of the bus.
        """
        raise NotImplementedError

    def stop(self) -> None:
        """Switch every own output off and stop."""
        raise NotImplementedError

    def open(self, persons: int) -> Ack:
        """Let persons through: one pulse for one, held open until :meth:`close` for more."""
        raise NotImplementedError

    def close(self) -> Ack:
        """Make sure that the barrier is not held open; DONE only when that was read back."""
        raise NotImplementedError

    def hold(self) -> Ack:
        """Hold open until :meth:`close`."""
        raise NotImplementedError

    def watched_until(self) -> float:
        """Return the time (monotonic seconds) up to which every passage was signalled.

        Infinite for a barrier that is down, and for one that cannot fall behind.
        """
        return math.inf

    def feedback(self, good: bool) -> None:
        """Light a lamp, if there is one; must not block."""

    def deciding(self, text: str) -> None:
        """Hear which text the lane looks at now, whoever read it; must not block."""

    def show(self, feedback: Feedback) -> None:
        """Tell the visitor all that the device can show; must not block."""
        self.feedback(feedback.good)


class Display(Device):
    """Anything that only tells visitors something: a loudspeaker, a screen."""

    def start(self) -> None:
        """Get ready; must not raise when the device is not there."""

    def stop(self) -> None:
        """Be quiet."""

    def show(self, feedback: Feedback) -> None:
        """Tell the visitor; must not block."""
        raise NotImplementedError


class Terminal:
    """One device that is both: its two faces share whatever the driver keeps.

    Each face is started and stopped by itself; ``feedback`` of one of them does nothing.
    """

    reader: Reader
    barrier: Barrier
