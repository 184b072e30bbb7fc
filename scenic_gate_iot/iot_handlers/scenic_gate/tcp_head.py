"""QR heads that connect to the box by TCP and send a line per code.

Roles: ``reader`` (another barrier opens; ``good`` and ``bad`` are a beep or a lamp) and
``terminal`` (``good`` makes the head pulse its own relay). Options are told in the README.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from .addresses import networks
from .device import Ack, DeviceError, Health, Reader, Signal, Terminal
from .faces import OpeningFace, ReadingFace, SharedCore
from .head_listener import Line, listener
from .port import monotonic
from .scan import CODE, Scan

PORT = 8091
ARRIVE_S = 0.5  # a head in the same building acknowledges at once
RETRY_S = 0.5
MOST_A_SECOND = 50  # codes; nobody shows more, so the rest is noise
NOBODY = "no head is connected"


class Ask:
    """A code of a head that waits for its answer on the same connection."""

    def __init__(self, line: Line, seconds: float) -> None:
        self.line, self._until = line, monotonic() + seconds

    def is_over(self) -> bool:
        """Tell whether nobody waits any more."""
        return not self.line.open or monotonic() >= self._until


class HeadCore(SharedCore):
    """What both faces share; one head of a :class:`HeadListener`."""

    asks = Ask

    def __init__(self, url: str, options: dict, opens: bool) -> None:
        super().__init__()
        self.networks = networks(url, str(options.get("allowed_ips") or ""))
        self.gap_s = float(options.get("gap_ms", 50)) / 1000
        self.max_chars = int(options.get("max_chars", 512))
        self.silence_s = float(options.get("heartbeat_s", 0))
        self.answers = {
            True: bytes.fromhex(options.get("good") or ""),
            False: bytes.fromhex(options.get("bad") or ""),
        }
        self._kind = Scan("", str(options.get("kind", CODE))).kind
        self._beat = str(options.get("heartbeat") or "")
        self._beat_reply = bytes.fromhex(options.get("heartbeat_reply") or "")
        self._prefix, self._suffix = (str(options.get(k) or "") for k in ("prefix", "suffix"))
        self._answer_s = float(options.get("answer_ms", 1500)) / 1000
        self.opens = opens
        if opens and not self.answers[True]:
            raise ValueError("good")
        self.listener = listener(int(options.get("port") or PORT))
        self.line: Line | None = None
        self.error, self._dropped = NOBODY, 0
        self._second, self._codes, self._bound = 0.0, 0, False

    # ------------------------------------------------------------------- life

    def _begin(self, stopped: threading.Event) -> None:
        threading.Thread(target=self._bind, args=(stopped,), daemon=True).start()

    def _bind(self, stopped: threading.Event) -> None:
        """Get the port; a lane before this one may just be leaving it."""
        while not stopped.is_set():
            try:
                with self._lock:
                    if not stopped.is_set():
                        self.listener.register(self)
                self._bound, self.error = True, NOBODY
                return
            except OSError as err:
                self.error = f"port {self.listener.port}: {err.strerror}"
            stopped.wait(RETRY_S)

    def _end(self) -> None:
        self.listener.leave(self)
        self._bound, self.line = False, None

    def health(self) -> Health:
        """Tell whether the head is connected."""
        line = self.line
        dropped = self._dropped + (line.splitter.dropped if line else 0)
        return Health(line is not None, "" if line else self.error, dropped)

    # -------------------------------------------------------------- from head

    def connected(self, line: Line) -> None:
        """A connection, maybe in the place of the one before."""
        was, self.line = self.line, line
        if was is None:
            self.signal(Signal.UP)
        else:
            self._dropped += was.splitter.dropped

    def gone(self, line: Line) -> None:
        """The connection is over; the one that replaced it goes on."""
        if self.line is line:
            self._dropped += line.splitter.dropped
            self.line = None
            self.signal(Signal.DOWN)

    def said(self, line: Line, text: str) -> None:
        """Take a line: a sign of life, a code, or nothing of this head."""
        if self._beat and text.startswith(self._beat):
            if self._beat_reply:
                line.send(self._beat_reply)
            return
        code = self._code(text)
        if not code or self._is_flood():
            self._dropped += 1
        elif self.on_scan:
            self.on_scan(Scan(code, self._kind, Ask(line, self._answer_s) if self.opens else None))

    def _code(self, text: str) -> str:
        """Return what stands between prefix and suffix; empty when the line is none of ours."""
        if not text.startswith(self._prefix):
            return ""
        code = text.removeprefix(self._prefix)
        return (code.partition(self._suffix)[0] if self._suffix else code).strip()

    def _is_flood(self) -> bool:
        now = monotonic()
        if now - self._second >= 1:
            self._second, self._codes = now, 0
        self._codes += 1
        return self._codes > MOST_A_SECOND

    # ---------------------------------------------------------------- to head

    def feedback(self, good: bool) -> None:
        """Beep or blink; what opens the head's own relay is sent by :meth:`open` only."""
        line, answer = self.line, self.answers[good]
        if line and answer and not (good and self.opens):
            line.send(answer)

    def open(self) -> Ack:
        """Say yes on the connection that asked, else on the one there is."""
        ask, self.at = self.at, None
        if ask and ask.is_over():
            return Ack.NOT_SENT
        line = ask.line if ask else self.line
        if line is None:
            return Ack.NOT_SENT
        left = line.send(self.answers[True])
        if left is None:
            return Ack.NOT_SENT
        return Ack.DONE if left and line.has_arrived(ARRIVE_S) else Ack.UNKNOWN


class TcpHead(Terminal):
    """A head with the faces that its role asks for."""

    def __init__(self, url: str, options: dict, opens: bool = True) -> None:
        try:
            self.core = HeadCore(url, options, opens)
        except (TypeError, ValueError) as err:
            raise DeviceError(f"tcp_head {url}: {err}") from err
        self.reader, self.barrier = ReadingFace(self.core), Wing(self.core)


def reader(url: str, options: dict) -> Reader:
    """Make a head that only reads."""
    return TcpHead(url, options, opens=False).reader


class Wing(OpeningFace):
    """The opening face: a relay in the head."""

    can_hold = False

    def start(self, on_signal: Callable[[Signal, int], None]) -> None:
        """Begin to tell whether the head is there."""
        self.core.on_signal = on_signal
        if self.core.line:
            on_signal(Signal.UP, 1)
        self.core.attach()

    def close(self) -> Ack:
        """Nothing is ever held open."""
        return Ack.DONE

    def hold(self) -> Ack:
        """A pulse is all there is."""
        return Ack.NOT_SENT
