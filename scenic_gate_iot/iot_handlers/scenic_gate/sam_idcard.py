"""Resident ID card reader at a lane: the card is the ticket. Serial, or a serial line over TCP.

Options: ``baud`` (115200), ``parity``, ``stop``, ``poll_ms`` (300: pause between two looks for a
card), ``timeout_ms`` (1500).

The number leaves this file as a scan of the kind "idcard", which the lane turns into a pseudonym at
once. Name and photo leave it never.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from .device import DeviceError, Health
from .port import PortError, open_port
from .reader_thread import ReaderThread
from .sam import SamError
from .sam_reader import SamReader, SamSilent
from .scan import IDCARD, Scan

_logger = logging.getLogger(__name__)

SILENT = 3  # times without an answer, until the port is opened anew


class SamIdCard(ReaderThread):
    """Thread that looks for a card again and again."""

    driver = "sam_idcard"
    faults = (PortError, SamSilent)

    def __init__(self, url: str, options: dict) -> None:
        super().__init__(url)
        self._options = {"baud": 115200, **options}
        try:
            self._poll_s = float(options.get("poll_ms", 300)) / 1000
            self._timeout_s = float(options.get("timeout_ms", 1500)) / 1000
        except (TypeError, ValueError) as err:
            raise DeviceError(f"sam_idcard {url}: {err}") from err
        self._dropped = 0

    def health(self) -> Health:
        """Tell whether the reader answers."""
        return Health(not self._error, self._error, self._dropped)

    def _serve(self, on_scan: Callable[[str], None]) -> None:
        port = open_port(self._url, self._options)
        try:
            self._opened()
            self._look(SamReader(port, self._timeout_s), on_scan)
        finally:
            port.close()

    def _look(self, reader: SamReader, on_scan: Callable[[str], None]) -> None:
        silent, last = 0, ""
        while not self._stopped.is_set():
            try:
                person = reader.read_card()
            except SamSilent:
                silent += 1
                if silent >= SILENT:
                    raise
                continue
            except SamError as err:
                # a card that was taken away too soon; it is read again when it comes back
                self._error, self._dropped, person = "", self._dropped + 1, None
                _logger.info("sam_idcard %s: %s", self._url, err)
            silent, self._error = 0, ""
            number = person.number if person else ""
            # a card that stays is one scan, however long it lies there
            if number and number != last:
                on_scan(Scan(number, IDCARD))
            last = number
            self._stopped.wait(self._poll_s)
