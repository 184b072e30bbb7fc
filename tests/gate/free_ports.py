"""Ports of this machine that nobody uses."""

import socket

from scenic_tools import free_port as ports


def free_port(kind=socket.SOCK_STREAM):
    """Return a port that nobody uses, and no client gets by chance; ``kind`` as for a socket."""
    while True:
        number = ports.draw()
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("", number))
            except OSError:
                continue
            return number
