"""A card reader of a window: reads when the window asks, and seals what it read for that window.

Kinds (option ``kind``): ``sam``, a resident ID card reader; ``line``, a reader that sends a line of
text for each document.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping

from .config import ReaderConfig
from .line_reader import LineSplitter
from .port import PortError, monotonic, open_port, wait
from .sam import SamError
from .sam_reader import SamReader, SamSilent
from .sealed_reading import AskError, Question, question, seal

_logger = logging.getLogger(__name__)

PAUSE_S = 0.25
KEEP = 256  # questions remembered, to refuse a repetition
BUSY_S = 3.0  # the question before gets that long to let go of the port

UNSIGNED, UNREACHABLE, NO_CARD = "ERROR_UNSIGNED", "ERROR_UNREACHABLE", "ERROR_NO_CARD"

# (status, message, who asked)
Tell = Callable[[str, str, object], None]


class WindowReader:
    """One reader. A new question ends the one before; nothing read is ever kept."""

    def __init__(self, device: str, tell: Tell) -> None:
        self._device, self._tell = device, tell
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._lock, self._port_lock = threading.Lock(), threading.Lock()
        self._cancel = threading.Event()

    def ask(self, reader: ReaderConfig, data: Mapping, owner: object) -> None:
        """Answer a question of a window; returns at once, the answer comes by ``tell``."""
        try:
            asked = question(reader.key, self._device, data)
            self._once(asked.nonce)
        except AskError:
            self._tell("error", UNSIGNED, owner)
            return
        with self._lock:
            self._cancel.set()
            self._cancel = cancel = threading.Event()
        run = threading.Thread(target=self._run, args=(reader, asked, owner, cancel), daemon=True)
        run.start()

    def stop(self) -> None:
        """Stop reading."""
        self._cancel.set()

    def _once(self, nonce: str) -> None:
        with self._lock:
            if nonce in self._seen:
                raise AskError("repeated")
            self._seen[nonce] = None
            if len(self._seen) > KEEP:
                self._seen.popitem(last=False)

    def _run(
        self, reader: ReaderConfig, asked: Question, owner: object, cancel: threading.Event
    ) -> None:
        if not self._port_lock.acquire(timeout=BUSY_S):
            self._tell("error", UNREACHABLE, owner)
            return
        try:
            reading = self._read(reader, asked.wait_s, cancel)
            if reading is None:
                self._tell("error", NO_CARD, owner)
            else:
                self._tell("success", seal(reader.key, self._device, asked, reading), owner)
        except (PortError, SamSilent):
            self._tell("error", UNREACHABLE, owner)
        except AskError:
            self._tell("error", UNSIGNED, owner)
        except Exception:
            # the window waits for an answer
            _logger.exception("Reader %s", self._device)
            self._tell("error", UNREACHABLE, owner)
        finally:
            self._port_lock.release()

    def _read(self, reader: ReaderConfig, wait_s: int, cancel: threading.Event) -> dict | None:
        options, end = dict(reader.options), monotonic() + wait_s
        is_sam = options.get("kind", "sam") == "sam"
        options["baud"] = options.get("baud") or (115200 if is_sam else 9600)
        port = open_port(reader.url, options)
        look = _sam(port) if is_sam else _line(port)
        try:
            while not cancel.is_set() and monotonic() < end:
                if reading := look():
                    return reading
                wait(PAUSE_S if is_sam else 0)
        finally:
            port.close()
        return None


def _sam(port) -> Callable[[], dict | None]:
    reader = SamReader(port)

    def look() -> dict | None:
        try:
            person = reader.read_card()
        except SamSilent:
            raise
        except SamError:
            return None  # taken away too soon
        return person and {"doc_type": "cn_id", "number": person.number, "name": person.name}

    return look


def _line(port) -> Callable[[], dict | None]:
    splitter = LineSplitter()

    def look() -> dict | None:
        data, now = port.read(0.1), monotonic()
        texts = splitter.feed(data, now) if data else splitter.idle(now)
        return {"number": texts[0]} if texts else None

    return look
