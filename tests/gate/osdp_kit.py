"""A reader and door controller made of libosdp, somebody else's device in C, on a serial line."""

import os
import queue
import select
from contextlib import contextmanager

import osdp as libosdp
from iot_handlers.scenic_gate.osdp_bus import OsdpBus
from modbus_board import wire
from patience import LIMIT_S

KEY = bytes(range(1, 17))
ADDR = 5
OPTIONS = {"addr": ADDR, "baud": 115200, "timeout_ms": 10_000, "poll_ms": 20}


class PatientBus(OsdpBus):
    """Waits for a device on a slow machine; not so long for one that is known to be `deaf`."""

    def __init__(self, url, options, line=None):
        self._far = line
        super().__init__(url, options)

    @property
    def _timeout(self):
        return 0.3 if self._far and self._far.deaf else 10.0

    @_timeout.setter
    def _timeout(self, seconds):
        """Not that of the options."""


class Line(libosdp.Channel):
    """libosdp's way to a serial line."""

    def __init__(self, path):
        super().__init__()
        self._line = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self.deaf = False

    def read(self, max_bytes):
        if not select.select([self._line], [], [], 0)[0]:
            return b""
        data = os.read(self._line, max_bytes)
        return b"" if self.deaf else data

    def write(self, buf):
        return os.write(self._line, buf)

    def flush(self):
        return


class Device:
    """A reader with four outputs and four inputs made of libosdp."""

    refuses_keys = False

    def __init__(self, path, key, flags=None):
        if flags is None:
            flags = [libosdp.LibFlag.EnforceSecure] if key else []
        self.key = key
        self.line, self.orders = Line(path), queue.SimpleQueue()
        cap, self.outputs = libosdp.Capability, [0] * 4
        info = libosdp.PDInfo(ADDR, self.line, scbk=key, name="reader", flags=flags)
        capabilities = libosdp.PDCapabilities(
            [
                (cap.OutputControl, 1, 4),
                (cap.ContactStatusMonitoring, 1, 4),
                (cap.LEDControl, 1, 1),
                (cap.AudibleControl, 1, 1),
                (cap.TextOutput, 1, 1),
                (cap.CommunicationSecurity, 1, 1),
            ]
        )
        self.device = libosdp.PeripheralDevice(
            info, capabilities, libosdp.LogLevel.Emergency, self._command
        )

    def _command(self, command):
        if command["command"] == libosdp.Command.Status:
            return -1, None  # its Python cannot tell the state of outputs
        if command["command"] == libosdp.Command.Keyset:
            if self.refuses_keys:
                return -1, None
            self.key = bytes(command["data"])
        if command["command"] == libosdp.Command.Output:
            self.outputs[command["output_no"]] = int(command["control_code"] in (2, 4, 5))
        self.orders.put(command)
        return 0, None

    def order(self):
        return self.orders.get(timeout=LIMIT_S)

    def card(self, data, bits):
        self.device.submit_event(
            {
                "event": libosdp.Event.CardRead,
                "reader_no": 0,
                "direction": 0,
                "format": libosdp.CardFormat.Wiegand,
                "length": bits,
                "data": data,
            }
        )

    def inputs(self, *levels):
        self.device.submit_event(
            {
                "event": libosdp.Event.Status,
                "type": libosdp.StatusReportType.Input,
                "nr_entries": 4,
                "report": bytes(levels),
            }
        )


@contextmanager
def device(path, key=None, flags=None):
    made = Device(path, key, flags)
    made.device.start()
    try:
        yield made
    finally:
        made.device.teardown()


NEW = bytes(range(101, 117))
INSTALL = OPTIONS | {"password": "default", "password_new": NEW.hex()}


@contextmanager
def fresh_device(tmp_path):
    """A device as delivered: it knows the key that all of them know."""
    flags = [libosdp.LibFlag.InstallMode]
    with wire(tmp_path) as (ours, theirs), device(theirs, None, flags) as made:
        yield made, PatientBus(str(ours), INSTALL, made.line)
