"""A TCP port for a server that begins to listen in a while."""

import random
import socket
from pathlib import Path

LOWEST = 12_000
_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_drawn: set[int] = set()


def draw() -> int:
    """Return a port that nobody listens on, from those that the kernel gives to no client.

    One of the kernel's own choice may be a client's, or another drawer's, before it is used.
    """
    for _attempt in range(1000):
        port = random.SystemRandom().randrange(LOWEST, max(_end(), LOWEST + 1))
        if port not in _drawn and is_free(port):
            _drawn.add(port)
            return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _end() -> int:
    try:
        return int(_RANGE.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return LOWEST


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
