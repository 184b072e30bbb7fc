"""The dialogue with a resident ID card reader on an open port."""

from __future__ import annotations

from .port import SerialPort, SocketPort, monotonic
from .sam import (
    DONE,
    ERRORS,
    FIND,
    FOUND,
    NO_CARD,
    READ,
    SELECT,
    Person,
    Replies,
    SamError,
    request,
)
from .sam import person as person_of


class SamSilent(SamError):
    """The reader did not answer."""


class SamReader:
    """Finds, selects and reads; the photo is dropped where it arrives."""

    def __init__(self, port: SerialPort | SocketPort, timeout_s: float = 1.5) -> None:
        self._port, self._timeout_s = port, timeout_s

    def read_card(self) -> Person | None:
        """Return who lies on the reader, None when nobody does.

        :raises SamError: the reader is silent, refuses, or was disturbed
        """
        status, _ = self._ask(FIND)
        if status == NO_CARD:
            return None
        self._expect(status, FOUND)
        self._expect(self._ask(SELECT)[0], DONE)
        status, data = self._ask(READ)
        self._expect(status, DONE)
        return person_of(data)

    def _ask(self, command: tuple[int, int]) -> tuple[str, bytes]:
        while self._port.read(0):
            pass  # what an earlier question left behind
        self._port.write(request(command))
        replies, end = Replies(), monotonic() + self._timeout_s
        while (left := end - monotonic()) > 0:
            reply = replies.feed(self._port.read(min(left, 0.2)))
            if reply:
                return reply
        raise SamSilent("the reader does not answer")

    @staticmethod
    def _expect(status: str, wanted: str) -> None:
        if status != wanted:
            raise SamError(ERRORS.get(status, f"status {status}"))
