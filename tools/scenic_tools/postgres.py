"""PostgreSQL: the server that PGHOST names, or a private cluster of this checkout."""

import hashlib
import json
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from . import free_port, paths, shell

ROLE = "scenic"
SETTINGS = """
# private cluster of a Scenic checkout; durable on purpose: tests rely on what survives a crash
listen_addresses = '127.0.0.1'
shared_buffers = 512MB
max_connections = 200
max_wal_size = 2GB
checkpoint_timeout = 15min
"""
# a Unix socket's path may have 107 bytes; the file's own name takes up to 17
SOCKET_DIR_LIMIT = 90
RECOVERY_LIMIT = 300  # seconds; tens of thousands of files are synced first, on a busy disk


def connection() -> dict[str, str]:
    """Return PGHOST, PGPORT, PGUSER (and PGPASSWORD) of the server to use; start it if ours."""
    if named_server():
        names = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGPASSFILE")
        return {name: os.environ[name] for name in names if os.environ.get(name)}
    return Cluster().start()


def named_server() -> bool:
    """Tell whether the user names a server, other than by sourcing a checkout's .local/env."""
    host = os.environ.get("PGHOST")
    return bool(host) and host != os.environ.get("SCENIC_PRIVATE_PGHOST")


def program(name: str) -> str:
    """Return the path of a PostgreSQL program: newest Debian version, else whatever is in PATH."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True):
        if (folder / name).exists():
            return str(folder / name)
    found = shutil.which(name)
    if not found:
        raise shell.SetupError(f"PostgreSQL's {name} was not found; see `tools/bootstrap --check`")
    return found


def _version(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdigit() else 0


class Cluster:
    """The checkout's own cluster: data, socket folder, port and log under one `home`."""

    def __init__(self):
        # PostgreSQL refuses to run as root, so root runs it as the user Debian made for it
        self.prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self.record = paths.LOCAL / "pg.json"
        self.home, self.run_dir, self.port = self._recall()

    @property
    def data(self) -> Path:
        return self.home / "data"

    def start(self) -> dict[str, str]:
        """Make the cluster if there is none, start it if it rests; return how to connect."""
        if not self.is_up():
            with shell.locked(paths.LOCAL / "pg.lock"):
                self.home, self.run_dir, self.port = self._recall()
                if not self._recovers() and not self.is_up():
                    if self._answer() == 1:
                        # another port would be written down, and the server never found again
                        raise shell.SetupError(f"PostgreSQL still recovers: {self.home / 'log'}")
                    self._prepare()
                    self._launch()
        return {
            "PGHOST": str(self.run_dir),
            "PGPORT": str(self.port),
            "PGUSER": ROLE,
            "PGPASSFILE": str(paths.LOCAL / "pgpass"),
        }

    def is_up(self) -> bool:
        return self._answer() == 0

    def _recovers(self) -> bool:
        """Wait for a server that is there but refuses: it recovers from a crash."""
        deadline = time.monotonic() + RECOVERY_LIMIT
        while self._answer() == 1 and time.monotonic() < deadline:
            time.sleep(0.1)
        return self.is_up()

    def _answer(self) -> int:
        """Return pg_isready's verdict: 0 it accepts connections, 1 it refuses, 2 no server."""
        if not (self.port and (self.data / "postmaster.pid").exists()):
            return 2
        command = [program("pg_isready"), "-q", "-h", str(self.run_dir), "-p", str(self.port)]
        return subprocess.run(command, check=False).returncode

    def stop(self, mode: str = "fast") -> None:
        # asked through its socket: the pid file outlives a server that was killed
        if self._answer() != 2:
            command = [program("pg_ctl"), "-D", self.data, "-m", mode, "-w", "stop"]
            shell.run([*self.prefix, *command], quiet=True, cwd="/")

    def remove(self) -> None:
        # no checkpoint of what is deleted anyway
        self.stop("immediate")
        for folder in (self.home, self.run_dir):
            shutil.rmtree(folder, ignore_errors=True)
        self.record.unlink(missing_ok=True)

    def _recall(self) -> tuple[Path, Path, int]:
        home = paths.LOCAL / "pg"
        if self.record.exists():
            known = json.loads(self.record.read_text())
            # a checkout that was moved or copied makes its own cluster
            if known["checkout"] == str(paths.ROOT):
                return Path(known["home"]), Path(known["run_dir"]), known["port"]
        return home, home / "run", 0

    def _prepare(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        if not self.port or not free_port.is_free(self.port):
            self.port = free_port.draw()
        self._make_folder(self.run_dir)
        known = {"checkout": str(paths.ROOT), "home": str(self.home)}
        known |= {"run_dir": str(self.run_dir), "port": self.port}
        shell.write_if_changed(self.record, json.dumps(known, indent=2) + "\n")

    def _initialise(self) -> None:
        shell.say("making a private PostgreSQL cluster")
        tag = hashlib.sha256(str(paths.ROOT).encode()).hexdigest()[:8]
        self.home = paths.LOCAL / "pg"
        if not self._reachable(paths.LOCAL):
            self.home = Path("/var/tmp") / f"scenic-pg-{tag}"
        self.run_dir = self.home / "run"
        if len(os.fsencode(self.run_dir)) > SOCKET_DIR_LIMIT:
            self.run_dir = Path("/tmp") / f"scenic-pg-{tag}"
        self._make_folder(self.home)
        password = secrets.token_hex(16)
        with tempfile.NamedTemporaryFile("w", dir="/tmp") as handle:
            handle.write(password)
            handle.flush()
            os.chmod(handle.name, 0o600)
            if self.prefix:
                shutil.chown(handle.name, "postgres")
            self._initdb(handle.name)
        with open(self.data / "postgresql.conf", "a") as handle:
            handle.write(SETTINGS)
        # for connections over TCP; those through the socket's private folder need no password
        line = f"*:*:*:{ROLE}:{password}\n"
        shell.write_if_changed(paths.LOCAL / "pgpass", line, mode=0o600)

    def _initdb(self, password_file: str) -> None:
        options = ["-U", ROLE, "-E", "UTF8", "--locale=C.UTF-8", f"--pwfile={password_file}"]
        options += ["--auth-local=trust", "--auth-host=scram-sha-256"]
        command = [program("initdb"), "-D", self.data, *options]
        shell.run([*self.prefix, *command], quiet=True, cwd="/")

    def _reachable(self, folder: Path) -> bool:
        """Tell whether the server's user may enter a folder (root's home is closed to it)."""
        folder.mkdir(exist_ok=True)
        command = [*self.prefix, "test", "-x", str(folder)]
        return subprocess.run(command, check=False, cwd="/").returncode == 0

    def _make_folder(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if self.prefix:
            shutil.chown(folder, "postgres", "postgres")
        folder.chmod(0o700)

    def _launch(self) -> None:
        options = f"-p {self.port} -k {self.run_dir}"
        command = [program("pg_ctl"), "-D", self.data, "-l", self.home / "log", "-o", options]
        try:
            # no inherited output: whoever reads this command's pipe would wait for the server
            shell.run(
                [*self.prefix, *command, "-w", "-t", "60", "start"],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except shell.SetupError as error:
            raise shell.SetupError(f"{error}\nPostgreSQL's log: {self.home / 'log'}") from error
