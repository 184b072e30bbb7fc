"""A server that cannot start says why in one sentence, and what to do."""

import socket
import subprocess

from scenic_tools import paths


def test_a_port_in_use_is_named_before_anything_starts():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = _run("tools/run", "--port", str(port))
    assert done.returncode == 1
    (line,) = done.stderr.strip().splitlines()
    assert f"port {port} is in use" in line


def _run(*command: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        command, cwd=paths.ROOT, capture_output=True, text=True, timeout=60, check=False
    )
