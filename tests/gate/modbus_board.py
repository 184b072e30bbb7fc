"""A relay board made of pymodbus's own server: somebody else's reading of the same protocol."""

import asyncio
import shutil
import struct
import subprocess
import threading
import time
from contextlib import contextmanager

from patience import LIMIT_S, wait_for
from pymodbus import FramerType
from pymodbus.pdu.bit_message import WriteSingleCoilRequest
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

UNIT = 1
FLASH_BASE = 0x0200
READ_INPUTS, WRITE_COIL = 2, 5
POLLS = 5  # of two lanes on a line, and one more


class FlashCoil(WriteSingleCoilRequest):
    """FC05 as boards with a timed pulse read it: address 0x0200 + output, value x 100 ms."""

    tenths = 0
    flashed: list[int]  # outputs that were on

    def decode(self, data):
        super().decode(data)
        if self.address >= FLASH_BASE:
            self.address, self.tenths = struct.unpack(">HH", data[:4])

    async def datastore_update(self, context, device_id):
        if not self.tenths:
            return await super().datastore_update(context, device_id)
        output = self.address - FLASH_BASE
        await context.async_setValues(device_id, 5, output, [True])
        if (await context.async_getValues(device_id, 1, output, 1))[0]:
            self.flashed.append(output)
        asyncio.get_running_loop().call_later(
            self.tenths / 10,
            lambda: asyncio.ensure_future(context.async_setValues(device_id, 5, output, [False])),
        )
        return FlashAnswer(self)


class FlashAnswer(WriteSingleCoilRequest):
    """The echo of a flash."""

    def __init__(self, request):
        super().__init__(
            address=request.address, dev_id=request.dev_id, transaction_id=request.transaction_id
        )
        self.tenths = request.tenths

    def encode(self):
        return struct.pack(">HH", self.address, self.tenths)


class Board:
    """16 outputs, 16 inputs; read and set from the test's thread."""

    def __init__(self, make_server):
        self._make, self._loop, self.server = make_server, asyncio.new_event_loop(), None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready = threading.Event()
        self.log = []  # (function, address, bits) of every request, as pymodbus decoded it
        self.flashed = []  # outputs that went on for a time that the board measures itself
        self.swallow = 0  # answers that will get lost although the board acted

    def _run(self):
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())

    async def _serve(self):
        bits = {"count": 16, "values": False, "datatype": DataType.BITS}
        words = {"count": 16, "values": 0, "datatype": DataType.REGISTERS}
        blocks = ([SimData(0, **bits)], [SimData(0, **bits)], [SimData(0, **words)])
        device = SimDevice(id=UNIT, simdata=(*blocks, [SimData(0, **words)]))
        self.server = self._make(
            device,
            trace_pdu=self._trace_pdu,
            trace_packet=self._trace_packet,
            custom_pdu=[type("FlashOfBoard", (FlashCoil,), {"flashed": self.flashed})],
        )
        await self.server.serve_forever(background=True)
        self._stop = asyncio.Event()
        self._ready.set()
        await self._stop.wait()
        await self.server.shutdown()

    def _trace_packet(self, sending, data):
        if not (sending and self.swallow):
            return data
        self.swallow -= 1
        return b""

    def _trace_pdu(self, sending, pdu):
        if not sending:
            self.log.append((pdu.function_code, pdu.address, list(getattr(pdu, "bits", []))))
        return pdu

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(LIMIT_S), "the board does not start"
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(LIMIT_S)

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(LIMIT_S)

    def coils(self, count=8):
        return self._call(self.server.async_getValues(UNIT, 1, 0, count))

    def set_coil(self, number, on):
        self._call(self.server.async_setValues(UNIT, 5, number, [on]))

    def set_input(self, number, on):
        self._call(self.server.async_setValues(UNIT, 2, number, [on]))

    def pulse_input(self, number, seconds=0.1):
        """Somebody passes: the input changes, and back, each time until it was read."""
        for on in (True, False):
            self.set_input(number, on)
            polls = self._polls()
            time.sleep(seconds)
            # a busy machine polls late; the next poll but one has taken notice of this one
            wait_for(lambda polls=polls: self._polls() >= polls + POLLS)

    def _polls(self):
        return sum(function == READ_INPUTS for function, _address, _bits in self.log)

    def opens(self, coil=0):
        """How often an output was switched on."""
        return self.log.count((WRITE_COIL, coil, [True]))

    @contextmanager
    def opening(self, coil=0):
        """What happens meanwhile opens the gate: a pulse may be over before anybody looks."""
        before = self.opens(coil)
        yield
        wait_for(lambda: self.opens(coil) > before)


def tcp_board(port):
    return Board(
        lambda device, **options: ModbusTcpServer(device, address=("127.0.0.1", port), **options)
    )


def rtu_board(path):
    return Board(
        lambda device, **options: ModbusSerialServer(
            device, framer=FramerType.RTU, port=str(path), baudrate=115200, **options
        )
    )


@contextmanager
def wire(folder):
    """Two ends of a serial line: paths of a pair of pseudo terminals."""
    ends = folder / "end_a", folder / "end_b"
    socat = shutil.which("socat")
    assert socat, "install socat"
    process = subprocess.Popen(
        [socat, *(f"PTY,link={end},raw,echo=0" for end in ends)], stderr=subprocess.DEVNULL
    )
    try:
        wait_for(lambda: all(end.exists() for end in ends))
        yield ends
    finally:
        process.terminate()
        process.wait(LIMIT_S)
