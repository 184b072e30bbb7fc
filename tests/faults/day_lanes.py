"""The hardware of the lanes and the visitors before it, in one thread: what really happened.

A lane is a scanner (a TCP server that sends lines) and a relay board (a Modbus TCP server with one
output and one passage input). The product's drivers meet both over TCP. Nothing here knows what
the box thinks: a visitor sees two lamps and a barrier.

The board keeps its passage input on until it was asked, and off until it was asked again, so that
a busy machine misses nobody, for as long as a box is connected.
"""

import asyncio
import struct
import time
from contextlib import suppress
from dataclasses import dataclass, field

READ_COILS, READ_INPUTS, WRITE_COIL, WRITE_COILS = 1, 2, 5, 15
FLASH = 0x0200
OPEN = 0  # the output
UNLOCKED_S = 0.2  # a pulse unlocks the gate for so long: less than the lane waits
GOOD, BAD = b"G", b"B"
LAMPS = {GOOD: "good", BAD: "bad", None: "gone"}
PATIENCE_S = 20.0
QUIET_S = 0.5
FRESH_S = 1.0  # a box that connects throws away what came before it was through with that
REST_S = 0.8  # until a lane whose visitor left has shut, and its lamps are dark


async def pause(seconds, until=lambda: False):
    """Wait so long while this process runs: a machine that stood still gave nobody time."""
    for _step in range(round(seconds * 20)):
        if until():
            return
        await asyncio.sleep(0.05)


class Board:
    """A relay board and the turnstile behind it."""

    def __init__(self):
        self.port = 0
        self.coil = False
        self.openings = 0
        self.unlocked_until = 0.0
        self.opened = asyncio.Event()
        self._boxes = 0  # connections
        self._input = False
        self._asked = asyncio.Event()
        self._sensor = asyncio.Lock()

    async def start(self):
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]

    async def _serve(self, reader, writer):
        self._boxes += 1
        try:
            while True:
                number, _zero, length, unit = struct.unpack(">HHHB", await reader.readexactly(7))
                pdu = await reader.readexactly(length - 1)
                answer = self._answer(pdu)
                writer.write(struct.pack(">HHHB", number, 0, len(answer) + 1, unit) + answer)
        except (OSError, asyncio.IncompleteReadError):
            writer.close()
        finally:
            self._boxes -= 1

    def _answer(self, pdu):
        function, address = struct.unpack_from(">BH", pdu)
        if function == READ_COILS:
            return bytes((function, 1, self.coil))
        if function == READ_INPUTS:
            self._asked.set()
            return bytes((function, 1, self._input))
        if function == WRITE_COIL:
            self._write(address, pdu[3:5] != b"\0\0")
        return pdu[:5]

    def _write(self, address, on):
        if address == FLASH + OPEN:
            self._open()
        elif address == OPEN:
            if on and not self.coil:
                self._open()
            self.coil = on

    def _open(self):
        self.openings += 1
        self.unlocked_until = time.monotonic() + UNLOCKED_S
        self.opened.set()

    async def walk(self):
        """Let one person through if the gate is unlocked; tells whether it was."""
        async with self._sensor:
            if time.monotonic() > self.unlocked_until:
                return False
            self.unlocked_until = 0.0  # one pulse, one person
            for level in (True, False):
                self._input = level
                self._asked.clear()
                while self._boxes and not self._asked.is_set():
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._asked.wait(), 0.1)
            self._input = False
            return True


class Scanner:
    """A scanner that shows its lamps to the visitor."""

    def __init__(self):
        self.port = 0
        self.lamps = asyncio.Queue()  # of GOOD, BAD; None: the box is gone
        self.connected = asyncio.Event()
        self._writer = None
        self._since = 0.0  # when the box connected
        self.is_fresh = False  # what was read last came in that moment

    async def start(self):
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]

    async def _serve(self, reader, writer):
        self._writer, self._since = writer, time.monotonic()
        self.connected.set()
        try:
            while data := await reader.read(64):
                for byte in data:
                    self.lamps.put_nowait(bytes((byte,)))
        except OSError:
            pass
        writer.close()
        if self._writer is writer:
            self._writer = None
            self.connected.clear()
            self.lamps.put_nowait(None)

    @property
    def ready(self):
        """Tell whether a box listens."""
        return self._writer is not None

    def read(self, text):
        """Read a code; False when no box is there to hear it."""
        if self._writer is None:
            return False
        while not self.lamps.empty():
            self.lamps.get_nowait()
        self.is_fresh = time.monotonic() - self._since < FRESH_S
        self._writer.write(text.encode() + b"\r\n")
        return True


@dataclass
class Visit:
    """What happened when a code was shown: openings, persons through, the lamp."""

    lane: str
    uid: str | None  # None: not a ticket of the park
    text: str
    walks: list  # for each person, whether they walk when the gate opens
    kind: str = ""
    lamp: str = "silent"  # or good, bad, gone (with the box), unheard (it was just connecting)
    openings: int = 0
    walked: int = 0
    began: float = 0.0
    answered: float = 0.0


@dataclass
class Lane:
    """One lane with its hardware."""

    code: str
    board: Board = field(default_factory=Board)
    scanner: Scanner = field(default_factory=Scanner)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # one visitor at a time
    _shown: dict = field(default_factory=dict)

    async def start(self):
        await self.board.start()
        await self.scanner.start()

    def devices(self):
        """Return what the server has to know of the devices."""
        board = {"unit": 1, "out_coil": OPEN, "in_entry": 0, "poll_ms": 12, "timeout_ms": 1000}
        board |= {"debounce_ms": 1, "gap_ms": 10, "pulse_ms": 100, "pulse": "native"}
        lamps = {"good": GOOD.hex(), "bad": BAD.hex(), "gap_ms": 0}
        return [
            ("QR", "reader", "line_reader", f"socket://127.0.0.1:{self.scanner.port}", lamps),
            ("Relay", "barrier", "modbus_barrier", f"tcp://127.0.0.1:{self.board.port}", board),
        ]

    async def visit(self, visit):
        """Show a code and do what the visitor does; fills the visit in."""
        await self._wait_for_quiet(visit.text)
        self.board.opened.clear()
        before = self.board.openings
        if not self.scanner.read(visit.text):
            return
        visit.began = time.time()
        lamp = asyncio.create_task(self.scanner.lamps.get())
        gone = False
        for walks in visit.walks:
            if not await self._sees_it_open(lamp, first=not visit.openings):
                gone = bool(visit.openings)
                break
            visit.openings += 1
            if not walks:
                break
            visit.walked += await self.board.walk()
        with suppress(TimeoutError):
            visit.lamp = LAMPS[await asyncio.wait_for(lamp, PATIENCE_S)]
        if visit.lamp == "silent" and self.scanner.is_fresh:
            visit.lamp = "unheard"
        visit.answered = time.time()
        visit.openings = self.board.openings - before
        if gone or visit.lamp in ("gone", "silent", "unheard") or visit.walked < visit.openings:
            # the gate shuts, and the lamp is dark, before the next one comes
            await pause(REST_S)

    async def _sees_it_open(self, lamp, first):
        """Wait until the gate opens for the next person; False when it will not."""
        opened = asyncio.create_task(self.board.opened.wait())
        try:
            if first:
                await asyncio.wait(
                    [opened, lamp], timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED
                )
            if not first or (lamp.done() and lamp.result() == GOOD):
                # who sees green, or belongs to those before, pushes for a moment
                await pause(1.0, self.board.opened.is_set)
        finally:
            opened.cancel()
        came = self.board.opened.is_set()
        self.board.opened.clear()
        return came

    async def _wait_for_quiet(self, text):
        """A box takes a code that comes back at once for one that stayed before the reader."""
        now = time.monotonic()
        self._shown = {old: at for old, at in self._shown.items() if now - at < QUIET_S}
        if text in self._shown:
            await asyncio.sleep(QUIET_S)
        self._shown[text] = time.monotonic()
