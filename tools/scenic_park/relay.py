"""The only way from the box to the server: a TCP relay whose cable can be pulled."""

import contextlib
import selectors
import socket
import threading

CHUNK = 65536


class Relay:
    """Forward connections on `port` to `target`.

    `cut()` refuses new connections and resets open ones: the network says no at once.
    `freeze()` keeps all connections and forwards nothing: the network says nothing at all.
    """

    def __init__(self, port: int, target: tuple[str, int]):
        self.port = port
        self.target = target
        self.carried = 0  # bytes forwarded so far, both ways
        self.accepted = 0
        self._flowing = threading.Event()
        self._flowing.set()
        self._sockets: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None

    def __enter__(self):
        self.join()
        return self

    def __exit__(self, *_error):
        self.cut()

    def join(self) -> None:
        """Connect the cable again, after `cut()` or `freeze()`."""
        self._listen()
        self._flowing.set()

    def _listen(self) -> None:
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self.port))
            threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def cut(self) -> None:
        listener, self._listener = self._listener, None
        if listener:
            # shutdown wakes the accepting thread; close alone would leave the port open
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        with self._lock:
            sockets, self._sockets = self._sockets, set()
        for connection in sockets:
            _reset(connection)
        self._flowing.set()

    def freeze(self) -> None:
        self._flowing.clear()
        self._listen()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _address = listener.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        self._flowing.wait()
        try:
            server = socket.create_connection(self.target)
        except OSError:
            client.close()
            return
        with self._lock:
            self._sockets |= {client, server}
        with contextlib.suppress(OSError, ValueError):
            self._pump(client, server)
        with self._lock:
            self._sockets -= {client, server}
        client.close()
        server.close()

    def _pump(self, client: socket.socket, server: socket.socket) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(client, selectors.EVENT_READ, server)
            selector.register(server, selectors.EVENT_READ, client)
            while True:
                for key, _events in selector.select():
                    data = key.fileobj.recv(CHUNK)
                    self._flowing.wait()
                    if not data:
                        return
                    key.data.sendall(data)
                    self.carried += len(data)


def _reset(connection: socket.socket) -> None:
    """Close with a reset, as a cable pulled and a host gone look after the first packet."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.shutdown(socket.SHUT_RDWR)
        connection.close()
