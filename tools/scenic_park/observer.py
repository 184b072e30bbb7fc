"""A second pair of eyes on a barrier: its registers, read by another Modbus implementation."""

from pathlib import Path

import minimalmodbus

from .hardware import BAUD, COIL, PASSAGE_INPUT, UNIT

READ_COILS, READ_INPUTS = 1, 2


class Observer:
    """Reads a relay board over a serial line of its own, with minimalmodbus."""

    def __init__(self, line: Path):
        self.board = minimalmodbus.Instrument(str(line), UNIT)
        self.board.serial.baudrate = BAUD
        self.board.serial.timeout = 1

    def is_open(self) -> bool:
        return bool(self.board.read_bit(COIL, READ_COILS))

    def somebody_passes(self) -> bool:
        return bool(self.board.read_bit(PASSAGE_INPUT, READ_INPUTS))
