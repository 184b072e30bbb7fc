"""Scanner that sends one line per code: serial, USB-CDC, TCP or RFC 2217.

Options: ``baud`` (9600), ``parity``, ``stop``, ``gap_ms`` (50: silence that ends a code without
CR/LF; 0 = only CR/LF ends one), ``max_chars`` (512), ``kind`` ("code" or "card"), ``good`` and
``bad`` (hex bytes sent back for a beep or lamp).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from .device import DeviceError, Health
from .port import PortError, monotonic, open_port
from .reader_thread import ReaderThread
from .scan import CODE, Scan

_FORGET_S = 1.0  # with gap_ms 0: half a code is forgotten after this silence
_ENDS = b"\r\n\x00\x03"  # CR, LF, NUL, ETX


class LineSplitter:
    """Bytes in, texts out; no I/O. ``now`` is monotonic seconds.

    A line longer than ``max_chars`` is noise or an attack: it is dropped up to its end, whole.
    """

    def __init__(self, gap_s: float = 0.05, max_chars: int = 512) -> None:
        self._gap_s, self._max = gap_s, max_chars
        self._buffer = bytearray()
        self._overflow = False
        self._last = 0.0
        self.dropped = 0  # lines too long, and halves of lines

    @property
    def begun(self) -> bool:
        """Whether a line is under way."""
        return bool(self._buffer) or self._overflow

    def feed(self, data: bytes, now: float) -> list[str]:
        """Take bytes; return the texts they complete.

        Only :meth:`idle` ends a code by silence: what a host that stood still reads late did not
        come late.
        """
        out: list[str] = []
        self._last = now
        for byte in data:
            if byte in _ENDS:
                out += self._take()
            elif len(self._buffer) < self._max and not self._overflow:
                self._buffer.append(byte)
            else:
                self._overflow = True
                self._buffer.clear()
        return out

    def idle(self, now: float) -> list[str]:
        """Nothing came; return the text that the silence completes, if any."""
        silence = now - self._last
        if self._gap_s and silence >= self._gap_s:
            return self._take()
        if not self._gap_s and silence >= _FORGET_S and self._take():
            self.dropped += 1
        return []

    def _take(self) -> list[str]:
        self.dropped += self._overflow
        data, self._overflow = bytes(self._buffer), False
        self._buffer.clear()
        text = data.decode("utf-8", "replace")
        text = "".join(char for char in text if char.isprintable()).strip()
        return [text] if text else []


class LineReader(ReaderThread):
    """Thread that keeps a port open and hands over every line."""

    driver = "line_reader"

    def __init__(self, url: str, options: dict) -> None:
        super().__init__(url)
        self._options = dict(options)
        try:
            self._gap_s = float(options.get("gap_ms", 50)) / 1000
            self._max_chars = int(options.get("max_chars", 512))
            self._kind = Scan("", str(options.get("kind", CODE))).kind
            self._answers = {
                True: bytes.fromhex(options.get("good") or ""),
                False: bytes.fromhex(options.get("bad") or ""),
            }
        except (TypeError, ValueError) as err:
            raise DeviceError(f"line_reader {url}: {err}") from err
        self._port = None
        self._splitter = LineSplitter(self._gap_s, self._max_chars)
        self._dropped = 0  # by the splitters before

    def health(self) -> Health:
        """Tell whether the port is open."""
        return Health(self._port is not None, self._error, self._dropped + self._splitter.dropped)

    def feedback(self, good: bool) -> None:
        """Send the configured answer."""
        port, answer = self._port, self._answers[good]
        if port and answer:
            with suppress(PortError):  # the reading thread meets the same error and reconnects
                port.write(answer)

    def _serve(self, on_scan: Callable[[str], None]) -> None:
        try:
            self._port = open_port(self._url, self._options)
            self._error = ""
            self._opened()
            self._read(on_scan)
        finally:
            port, self._port = self._port, None
            if port:
                port.close()

    def _read(self, on_scan: Callable[[str], None]) -> None:
        # a new one each time: half a code from before the interruption is no code
        self._dropped += self._splitter.dropped
        splitter = self._splitter = LineSplitter(self._gap_s, self._max_chars)
        while not self._stopped.is_set():
            data = self._port.read(self._gap_s or 0.2)
            now = monotonic()
            for text in splitter.feed(data, now) if data else splitter.idle(now):
                on_scan(Scan(text, self._kind))
