"""Serial lines without cables: pseudo terminals that stand where devices would be plugged in."""

import asyncio
import contextlib
import os
import tty
from pathlib import Path


class SerialEnd:
    """One end of a line, held by this program; the other end is the device file `link`."""

    def __init__(self, link: Path):
        self.link = link
        self.descriptor, self._device = os.openpty()
        tty.setraw(self.descriptor)
        tty.setraw(self._device)
        os.set_blocking(self.descriptor, False)
        link.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            link.unlink()
        link.symlink_to(os.ttyname(self._device))

    def write(self, data: bytes) -> None:
        os.write(self.descriptor, data)

    def close(self) -> None:
        # the device side stays open until here: a reader that reconnects finds it again
        os.close(self.descriptor)
        os.close(self._device)
        self.link.unlink(missing_ok=True)


class SerialCable:
    """A line between two device files: what is written to one end is read at the other."""

    def __init__(self, one: Path, other: Path):
        self.ends = (SerialEnd(one), SerialEnd(other))

    def connect(self, loop: asyncio.AbstractEventLoop) -> None:
        for source, target in (self.ends, self.ends[::-1]):
            loop.add_reader(source.descriptor, self._carry, source, target)

    @staticmethod
    def _carry(source: SerialEnd, target: SerialEnd) -> None:
        with contextlib.suppress(BlockingIOError):
            target.write(os.read(source.descriptor, 4096))
