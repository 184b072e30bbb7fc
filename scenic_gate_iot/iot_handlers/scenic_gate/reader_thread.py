"""What readers with a thread of their own share: it opens the device anew after each failure."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from .bus import RETRY_S
from .device import Reader
from .port import PortError

_logger = logging.getLogger(__name__)


class ReaderThread(Reader):
    """A driver says what to do with an open device, and calls :meth:`_opened` when it is."""

    driver = ""
    faults: tuple[type[Exception], ...] = (PortError,)  # after which the device is opened anew

    def __init__(self, url: str) -> None:
        self._url = url
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._error = "not connected yet"
        self._failures = 0

    def start(self, on_scan: Callable[[str], None]) -> None:
        """Begin to read."""
        self._stopped.clear()
        self._thread = threading.Thread(
            target=self._run, args=(on_scan,), name=f"scenic {self.driver} {self._url}", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop and give the device back."""
        self._stopped.set()
        if self._thread:
            self._thread.join(timeout=5)

    def _serve(self, on_scan: Callable[[str], None]) -> None:
        """Open the device, read until ``_stopped`` or a fault, close it."""
        raise NotImplementedError

    def _opened(self) -> None:
        self._failures = 0

    def _why(self, err: Exception) -> str:
        return str(err)

    def _run(self, on_scan: Callable[[str], None]) -> None:
        while not self._stopped.is_set():
            try:
                self._serve(on_scan)
            except self.faults as err:
                text = self._why(err)
                if text != self._error:
                    _logger.warning("%s %s: %s", self.driver, self._url, text)
                self._error = text
            except Exception as err:
                # a thread's loop: whatever the driver stumbled over, the next code is read
                if repr(err) != self._error:
                    _logger.exception("%s %s", self.driver, self._url)
                self._error = repr(err)
            self._stopped.wait(RETRY_S[min(self._failures, len(RETRY_S) - 1)])
            self._failures += 1
