"""Ports of this machine that nobody uses."""

import socket


def free_port(kind=socket.SOCK_STREAM):
    """Return a port that was free a moment ago; ``kind`` as for a socket."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
