"""What cannot start says why in one sentence, before anything else has been started."""

import os
import socket
import subprocess

from scenic_park import databases
from scenic_tools import database, paths, setup


def test_a_port_in_use_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"port {port} is in use" in _complaint("--port", str(port))


def test_a_missing_key_file_is_named(tmp_path):
    missing = tmp_path / "keys.json"
    line = _complaint(SCENIC_KEY_FILE=str(missing))
    assert f"the key file {missing} is missing" in line


def test_a_server_without_its_key_file_says_so_once_and_starts(tmp_path):
    name = f"scenic_start_{os.getpid()}"
    database.copy(databases.template(setup.ensure().version, assets=False), name)
    try:
        odoo = paths.LOCAL / "bin" / "odoo"
        done = _run(
            [odoo, "-d", name, "--stop-after-init", "--no-http"],
            SCENIC_KEY_FILE=str(tmp_path / "keys.json"),
        )
    finally:
        database.drop(name)
    assert done.returncode == 0
    told = [line for line in done.stderr.splitlines() if "cannot be signed" in line]
    assert len(told) == 1, done.stderr
    assert str(tmp_path / "keys.json") in told[0]


def _complaint(*options: str, **environment: str) -> str:
    """Return the only line that `tools/run` says before it gives up."""
    done = _run(["tools/run", *options], **environment)
    assert done.returncode == 1
    (line,) = done.stderr.strip().splitlines()
    return line


def _run(command: list, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        command,
        cwd=paths.ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
