"""TCP ports of this machine."""

import socket

from scenic_tools import free_port


def free() -> int:
    """Return a port that nobody listens on now, and no client gets by chance before it is used."""
    return free_port.draw()


def in_use(port: int, host: str = "127.0.0.1") -> bool:
    """Tell whether something accepts connections on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0
