"""OSDP lines; the devices on them are in ``osdp_unit.py``."""

from __future__ import annotations

from . import osdp
from .bus import NoAnswer, PolledBus
from .device import DeviceError
from .osdp import BadPacket, Packet
from .osdp_secure import DEFAULT_KEY
from .osdp_unit import OsdpUnit
from .port import PortError, answers


class OsdpBus(PolledBus):
    """``baud`` (9600), ``parity``, ``stop``, ``timeout_ms`` (200)."""

    def __init__(self, url: str, options: dict) -> None:
        super().__init__(url, options)
        try:
            self._timeout = float(options.get("timeout_ms", 200)) / 1000
        except (TypeError, ValueError) as err:
            raise DeviceError(f"osdp {url}: {err}") from err
        self._units: dict[int, OsdpUnit] = {}
        self.dropped = 0

    def unit(self, options: dict) -> OsdpUnit:
        """Return the device with an address; one for both of its faces."""
        try:
            addr = int(options.get("addr", 0))
            keys = [_key(str(options.get(name) or "")) for name in ("password", "password_new")]
        except (TypeError, ValueError) as err:
            raise DeviceError(f"osdp {self.url}: {err}") from err
        found = self._units.get(addr)
        if found is None or not found.in_use:
            found = self._units[addr] = OsdpUnit(self, addr, keys, options)
        else:
            found.take_keys(keys)  # the other face may still serve a lane that was not built anew
        return found

    def exchange(self, data: bytes) -> Packet:
        """Send a packet, return the one that answers.

        :raises NotSent: the line is down
        :raises NoAnswer: nothing sensible came in time
        """
        with self._lock:
            port = self._quiet_port()
            try:
                port.write(data)
                return self._answer(port)
            except PortError as err:
                self._drop(err)
                raise NoAnswer(str(err)) from err
            except BadPacket as err:
                self.dropped += 1
                raise NoAnswer(str(err)) from err

    def _answer(self, port) -> Packet:
        data = b""
        for more in answers(port, self._timeout):
            data = (data + more).lstrip(b"\xff")  # drivers of lines idle as FF
            size = osdp.size_of(data) if data else None
            if size is not None and len(data) >= size:
                return osdp.decode(data[:size])
        raise NoAnswer(f"no answer in {self._timeout * 1000:.0f} ms")


def _key(text: str) -> bytes:
    if text == "default":
        return DEFAULT_KEY
    key = bytes.fromhex(text)
    if len(key) not in (0, 16):
        raise ValueError("the key has not 32 hex digits")
    return key
