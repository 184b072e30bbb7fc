"""A board at the far end of a line that says what a script tells it, byte for byte."""

import os
import select
import socket
import threading
import time


class Board:
    """Answers each order that it knows; ``heard`` is everything that came, in order.

    ``answers``: {order bytes: answer bytes, or a function that returns some}. What begins like no
    known order is kept in ``strange``.
    """

    def __init__(self, answers, orders=()):
        self.answers = dict(answers) | {order: b"" for order in orders}
        self.heard, self.strange = [], b""
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        data = b""
        while not self._stopped.is_set():
            data = self._take(data + self._read())

    def _take(self, data):
        while data:
            order = next((known for known in self.answers if data.startswith(known)), None)
            if order is None:
                if any(known.startswith(data) for known in self.answers):
                    return data
                self.strange, data = self.strange + data[:1], data[1:]
                continue
            data = data[len(order) :]
            self.heard.append(order)
            answer = self.answers[order]
            self.say(answer() if callable(answer) else answer)
        return data

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stopped.set()
        self._thread.join(5)
        self.close()

    def say_later(self, data, seconds):
        """Say something by and by."""
        timer = threading.Timer(seconds, self.say, [data])
        timer.daemon = True
        timer.start()
        return b""


class TcpBoard(Board):
    """Listens; serves one connection after the other."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(0.1)
        self._peer = None
        self.url = f"tcp://127.0.0.1:{self._server.getsockname()[1]}"

    def _read(self):
        try:
            if self._peer is None:
                self._peer, _ = self._server.accept()
                self._peer.settimeout(0.05)
            data = self._peer.recv(256)
            if not data:
                self.cut()
            return data
        except TimeoutError:
            return b""
        except OSError:
            self.cut()
            return b""

    def say(self, data):
        if data and self._peer:
            self._peer.sendall(data)

    def cut(self):
        """End the connection."""
        peer, self._peer = self._peer, None
        if peer:
            peer.close()

    def close(self):
        self.cut()
        self._server.close()


class SerialBoard(Board):
    """At one end of a serial line."""

    def __init__(self, path, *args, **options):
        super().__init__(*args, **options)
        self._line = os.open(path, os.O_RDWR | os.O_NOCTTY)

    def _read(self):
        try:
            if not select.select([self._line], [], [], 0.05)[0]:
                return b""
            return os.read(self._line, 256)
        except OSError:
            time.sleep(0.05)  # the line is gone until the test ends
            return b""

    def say(self, data):
        if data:
            os.write(self._line, data)

    def close(self):
        os.close(self._line)
