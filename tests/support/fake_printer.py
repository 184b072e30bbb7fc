"""A network printer that keeps what it gets: a plain TCP sink, silent or with answers."""

import contextlib
import socket
import threading

from patience import LIMIT_S

SILENT, ESCPOS, ZPL = "silent", "escpos", "zpl"

# DLE EOT 4 and 1: all is well; the fixed bits of each status byte
PAPER_OK, PAPER_OUT, PAPER_LOW = 0x12, 0x72, 0x1E
ONLINE, OFFLINE = 0x16, 0x1E


class FakePrinter:
    """Listens on a port of its own; `jobs` holds the bytes of each finished connection."""

    def __init__(self, answers=SILENT):
        self.answers = answers
        self.paper, self.state = PAPER_OK, ONLINE
        self.zpl_flags = {"paper": 0, "pause": 0, "head": 0}
        self.stuck = False  # takes connections, reads nothing
        self.breaks_after = None  # bytes after which the paper is out
        self.jobs = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._changed = threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def url(self):
        return f"tcp://127.0.0.1:{self.port}"

    def close(self):
        """Switch it off."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that listens
        self._socket.close()

    def wait(self, count, seconds=LIMIT_S):
        """Return the jobs, at least `count` of them."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.jobs) >= count, seconds), self.jobs
            return list(self.jobs)

    def _listen(self):
        while True:
            try:
                line, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line):
        job = b""
        with line:
            while not self.stuck:
                try:
                    data = line.recv(65536)
                except OSError:
                    break
                if not data:
                    break
                job += self._answer(line, data, len(job))
            else:
                threading.Event().wait(30)
        if job:
            with self._changed:
                self.jobs.append(job)
                self._changed.notify_all()

    def _answer(self, line, data, before):
        """Answer the questions in `data`; return what is to be printed."""
        if self.answers == ZPL and b"~HS" in data:
            flags = self.zpl_flags
            line.sendall(
                b"\x02030,%d,%d,1245,000,0,0,0,000,0,0,0\x03\r\n"
                b"\x02000,0,%d,0,0,2,4,0,00000000,1,000\x03\r\n"
                b"\x021234,0\x03\r\n" % (flags["paper"], flags["pause"], flags["head"])
            )
        data = data.replace(b"~HS\r\n", b"")
        for question, reply in ((b"\x10\x04\x04", "paper"), (b"\x10\x04\x01", "state")):
            if self.answers == ESCPOS and question in data:
                line.sendall(bytes([getattr(self, reply)]))
            data = data.replace(question, b"")
        if self.breaks_after is not None and before + len(data) > self.breaks_after:
            self.paper = PAPER_OUT
        elif self.answers == ESCPOS and data.endswith(b"\x1dr\x01"):
            line.sendall(b"\x00")
        return data.removesuffix(b"\x1dr\x01")
