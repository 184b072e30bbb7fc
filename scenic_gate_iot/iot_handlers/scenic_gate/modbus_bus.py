"""One Modbus line. Several lanes may share an RS-485 line; they share this object then."""

from __future__ import annotations

from .bus import NoAnswer, PolledBus
from .modbus import BadAnswer, Rtu, Tcp
from .port import PortError, answers

SILENT = 5  # requests in a row without an answer before the line is opened anew


class ModbusBus(PolledBus):
    """``tcp://host:port`` speaks Modbus TCP, every other URL RTU."""

    def __init__(self, url: str, options: dict) -> None:
        super().__init__(url, options)
        self._timeout = float(options.get("timeout_ms", 300)) / 1000
        self._framing = Tcp() if url.startswith("tcp://") else Rtu()
        self._silent = 0

    def request(self, unit: int, pdu: bytes) -> bytes:
        """Send one request and return the answering PDU.

        :raises NotSent: the line is down
        :raises NoAnswer: nothing (sensible) came back in time
        """
        with self._lock:
            frame, port = self._framing.encode(unit, pdu), self._quiet_port()
            try:
                port.write(frame)
                return self._answer(port, unit, pdu)
            except (PortError, BadAnswer) as err:
                self._drop(err)
                raise NoAnswer(str(err)) from err
            except NoAnswer as err:
                self._silent += 1
                # a host that lost power leaves a connection that looks alive for ever
                if self._silent >= SILENT:
                    self._drop(err)
                raise

    def _answer(self, port, unit: int, pdu: bytes) -> bytes:
        data = b""
        for more in answers(port, self._timeout):
            data += more
            answer = self._framing.decode(data, unit, pdu)
            if answer is not None:
                self._silent = 0
                return answer
        raise NoAnswer(f"no answer from unit {unit} in {self._timeout * 1000:.0f} ms")

    def _drop(self, err: Exception) -> None:
        super()._drop(err)
        self._silent = 0
