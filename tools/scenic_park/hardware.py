"""Lane hardware on a desk: readers, and barriers that are pymodbus's own Modbus servers.

A process of its own, started as `python -m scenic_park.hardware CONFIG`. Nothing of the product is
imported here: the box meets these devices as it would meet real ones, over TCP and serial lines.

CONFIG (JSON): {"control": PATH, "lanes": [{"code", "reader": DEVICE, "barrier": DEVICE,
"observer": PATH or null, "visitor_after": SECONDS or null}]}; DEVICE is {"tcp": PORT} or
{"serial": PATH}. With an observer, the registers of the barrier are served on a second line too,
so that another Modbus implementation can look at them. `visitor_after`: how long after the barrier
opens a visitor walks through; null = only when told.

The control socket takes JSON lines: {"do": "scan", "lane", "text"}, {"do": "walk", "lane"},
{"do": "state"}; each is answered by one JSON line.
"""

import asyncio
import json
import sys
import time
from contextlib import suppress
from pathlib import Path

from pymodbus import FramerType
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from .serial_lines import SerialCable, SerialEnd

UNIT = 1
COIL = 0  # opens the barrier
PASSAGE_INPUT = 0  # on while somebody stands in the passage sensor
INPUTS = 2  # function code whose block are the discrete inputs
WRITES = (5, 15)  # function codes that write coils
IN_SENSOR = 0.25  # seconds a visitor breaks the light beam
BAUD = 115200


class Reader:
    """A scanner: what it reads it sends as one line to whoever is connected."""

    def __init__(self, device: dict):
        self.device = device
        self._clients: set[asyncio.StreamWriter] = set()
        self._line: SerialEnd | None = None

    async def start(self) -> None:
        if "serial" in self.device:
            self._line = SerialEnd(Path(self.device["serial"]))
        else:
            await asyncio.start_server(self._connected, "127.0.0.1", self.device["tcp"])

    async def _connected(self, reader, writer) -> None:
        self._clients.add(writer)
        with suppress(ConnectionError):
            while await reader.read(256):
                pass  # lamps and beeps
        self._clients.discard(writer)

    @property
    def connected(self) -> bool:
        return bool(self._line or self._clients)

    def scan(self, text: str) -> None:
        data = text.encode() + b"\r\n"
        if self._line:
            self._line.write(data)
        for client in self._clients:
            client.write(data)


class Barrier:
    """A relay board with one output and one passage input, as Modbus server."""

    def __init__(self, lane: dict, say):
        self.lane = lane
        self.say = say
        self.coil = False
        self.opened = 0  # times the coil went on
        self.passed = 0
        self.opened_at = 0.0
        self._cables: list[SerialCable] = []
        self._tasks: set[asyncio.Task] = set()
        self.server = None

    def _device(self) -> SimDevice:
        def bits():
            return [SimData(0, count=16, values=False, datatype=DataType.BITS)]

        def words():
            return [SimData(0, count=16, values=0, datatype=DataType.REGISTERS)]

        return SimDevice(id=UNIT, simdata=(bits(), bits(), words(), words()), action=self._written)

    async def _written(self, function, _start, address, _count, _registers, values):
        if function in WRITES and values and address <= COIL < address + len(values):
            self._switch(bool(values[COIL - address]))

    def _switch(self, on: bool) -> None:
        if on and not self.coil:
            self.opened += 1
            self.opened_at = time.time()
            if self.lane.get("visitor_after") is not None:
                self._later(self.walk(self.lane["visitor_after"]))
        if on != self.coil:
            self.say(self.lane["code"], "barrier open" if on else "barrier closed")
        self.coil = on

    def _later(self, job) -> None:
        task = asyncio.create_task(job)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def start(self) -> None:
        device = self.lane["barrier"]
        if "serial" in device:
            self.server = self._serial_server(device["serial"], self._device())
        else:
            self.server = ModbusTcpServer(self._device(), address=("127.0.0.1", device["tcp"]))
        await self.server.serve_forever(background=True)
        if self.lane.get("observer"):
            second = self._serial_server(self.lane["observer"], self._device())
            second.context = self.server.context  # one board, seen over two lines
            await second.serve_forever(background=True)

    def _serial_server(self, link: str, device: SimDevice) -> ModbusSerialServer:
        board_end = f"{link}.board"
        cable = SerialCable(Path(link), Path(board_end))
        cable.connect(asyncio.get_running_loop())
        self._cables.append(cable)
        return ModbusSerialServer(device, framer=FramerType.RTU, port=board_end, baudrate=BAUD)

    async def walk(self, after: float = 0) -> None:
        """Let one visitor walk through: the passage input goes on and off again."""
        await asyncio.sleep(after)
        await self.server.async_setValues(UNIT, INPUTS, PASSAGE_INPUT, [True])
        await asyncio.sleep(IN_SENSOR)
        await self.server.async_setValues(UNIT, INPUTS, PASSAGE_INPUT, [False])
        self.passed += 1
        self.say(self.lane["code"], "a visitor walked through")

    def state(self) -> dict:
        return {
            "coil": self.coil,
            "opened": self.opened,
            "opened_at": self.opened_at,
            "passed": self.passed,
        }


class Hardware:
    """All devices of the configured lanes, and the control socket."""

    def __init__(self, config: dict):
        self.config = config
        self.readers = {lane["code"]: Reader(lane["reader"]) for lane in config["lanes"]}
        self.barriers = {lane["code"]: Barrier(lane, self._say) for lane in config["lanes"]}

    @staticmethod
    def _say(lane: str, what: str) -> None:
        print(f"[lane {lane}] {what}", flush=True)

    async def run(self) -> None:
        for device in (*self.readers.values(), *self.barriers.values()):
            await device.start()
        path = Path(self.config["control"])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._control, path)
        async with server:
            await server.serve_forever()

    async def _control(self, reader, writer) -> None:
        async for line in reader:
            try:
                answer = await self._do(json.loads(line))
            except (KeyError, ValueError) as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        writer.close()

    async def _do(self, order: dict) -> dict:
        if order["do"] == "state":
            return {
                code: barrier.state() | {"reader": self.readers[code].connected}
                for code, barrier in self.barriers.items()
            }
        if order["lane"] not in self.readers:
            return {"error": f"there is no lane {order['lane']}; lanes: {', '.join(self.readers)}"}
        if order["do"] == "walk":
            await self.barriers[order["lane"]].walk()
        elif order["do"] == "scan":
            reader = self.readers[order["lane"]]
            if not reader.connected:
                return {"error": f"no box is connected to the reader of lane {order['lane']}"}
            reader.scan(order["text"])
        return {"done": order["do"]}


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(Hardware(json.loads(Path(sys.argv[1]).read_text())).run())
