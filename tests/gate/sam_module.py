"""The far side of an ID card reader: answers like the published dialogue, with any card."""

import threading

from iot_handlers.scenic_gate import sam

NUMBER, NAME = "130323198609114460", "王"
EMPTY, FOUND = "AAAAAA9669000400008084", "AAAAAA9669000800009F0000000097"
DONE = "AAAAAA9669000C000090" + "00" * 8 + "9C"


def card(number=NUMBER, name=NAME):
    """The reply to a reading, 1295 bytes, photo included."""
    text = name.ljust(15) + "1" + "01" + number[6:14] + " " * 35 + number
    text = text.ljust(128).encode("utf-16-le")
    body = bytes.fromhex("0508000090") + bytes.fromhex("01000400") + text + b"U" * 1024
    return sam.PREAMBLE + body + bytes([sam._xor(body)])


class Module:
    """The far side of a line: answers as published, with whatever card lies there."""

    def __init__(self, path):
        self.card, self.asked, self.broken = None, [], b""
        self.line = open(path, "r+b", buffering=0)  # noqa: SIM115
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        found = False
        while True:
            try:
                frame = self.line.read(10)
            except OSError:
                return  # unplugged
            while len(frame) < 10:
                frame += self.line.read(10 - len(frame))
            command = frame[7:9]
            self.asked.append(command.hex())
            if self.broken:
                self.line.write(self.broken)
            elif command == bytes(sam.FIND):
                found = self.card is not None
                self.line.write(bytes.fromhex(FOUND if found else EMPTY))
            elif command == bytes(sam.SELECT):
                self.line.write(bytes.fromhex(DONE))
            elif found and self.card:
                self.line.write(self.card)
