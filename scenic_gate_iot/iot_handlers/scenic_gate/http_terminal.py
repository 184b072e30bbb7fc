"""Terminals that speak HTTP: QR heads, face terminals, controllers that push.

A terminal gives a *credential*, never an entry: what it saw goes to the lane like any scan. How the
gate opens is a matter of the role:

- ``terminal``: by the device itself, through its answer or an order to it;
- ``reader``: by another device of the lane; the answer is only a beep. Its relay must not be wired;
- ``barrier``: by an order to it, whoever read the code.

Options of all profiles: ``profile``, ``port`` (8090: where the box listens), ``allowed_ips`` (the
host of the address), ``answer_ms`` (1500), ``max_age_s`` (60), ``user``; those of each profile
stand in its file.
"""

from __future__ import annotations

from collections.abc import Callable

from .device import Ack, Barrier, DeviceError, Feedback, Reader, Signal, Terminal
from .faces import OpeningFace, ReadingFace
from .terminal_core import Core


class HttpTerminal(Terminal):
    """One device with the faces that its role asks for."""

    def __init__(self, url: str, options: dict, opens: bool = True) -> None:
        try:
            self.core = Core(url, options, opens)
        except (KeyError, TypeError, ValueError) as err:
            raise DeviceError(f"http_terminal {url}: {err!r}") from err
        self.reader, self.barrier = Face(self.core), Wing(self.core)


def reader(url: str, options: dict) -> Reader:
    """Make a terminal that only reads."""
    return HttpTerminal(url, options, opens=False).reader


def barrier(url: str, options: dict) -> Barrier:
    """Make a terminal that only opens."""
    return HttpTerminal(url, options).barrier


class _OfTerminal:
    """What a manager may ask of a terminal, whichever face is asked."""

    core: Core

    def restart(self) -> str | None:
        """Restart the device."""
        return self.core.restart()

    @property
    def fingerprint(self) -> str:
        """Of the certificate under which the device calls the box."""
        return self.core.fingerprint


class Face(_OfTerminal, ReadingFace):
    """The reading face."""

    def show(self, feedback: Feedback) -> None:
        """Answer the device, which may show the text."""
        # whom that is about was told before, or left long ago
        text = "" if feedback.reason == "SAME_SCAN" else feedback.text
        self.core.feedback(feedback.good, text)


class Wing(_OfTerminal, OpeningFace):
    """The opening face."""

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self.confirm = core.profile.confirm
        self.can_hold = core.profile.shut_call(True) is not None
        self._held = False

    def start(self, on_signal: Callable[[Signal, int], None]) -> None:
        """Begin to tell what the device reports."""
        self.core.on_signal, self.core.told = on_signal, None
        self.core.attach()

    def stop(self) -> None:
        """End what holds it open, and stop."""
        self.close()
        super().stop()

    def close(self) -> Ack:
        """End what holds it open; the device shuts by itself after each passage."""
        if not self._held:
            return Ack.DONE
        ack = self.core.shut(hold=False)
        self._held = ack is not Ack.DONE
        return ack

    def hold(self) -> Ack:
        """Hold open until :meth:`close`."""
        ack = self.core.shut(hold=True)
        self._held = ack is not Ack.NOT_SENT
        return ack
