"""Processor time that a server and its database used, from /proc."""

import os
from pathlib import Path

import psutil

from . import databases


def used_by(pids: list[int]) -> float:
    """Return the seconds of processor time of all threads of some processes."""
    return sum(_seconds(pid) for pid in pids)


def _seconds(pid: int) -> float:
    total = 0
    for task in Path(f"/proc/{pid}/task").glob("*"):  # nothing where the process has ended
        try:
            # nanoseconds; /proc/PID/stat counts in steps of 10 ms
            total += int((task / "schedstat").read_text().split()[0])
        except (FileNotFoundError, ProcessLookupError):
            continue  # a thread that just ended
    return total / 1e9


def memory_of(pid: int) -> int:
    """Return the bytes that only this process holds."""
    return psutil.Process(pid).memory_full_info().uss


def processes_of(pid: int) -> list[int]:
    """Return a process and all it started."""
    return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]


def backends_of(database: str) -> list[int]:
    """Return PostgreSQL's processes that serve a database, ours for looking left out."""
    with databases.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = %s AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
            [database],
        )
        return [row[0] for row in cursor.fetchall() if os.path.exists(f"/proc/{row[0]}")]


class Meter:
    """Processor time of a server's workers and of its database backends, between two looks."""

    def __init__(self, server: int, database: str):
        self.server = server
        self.database = database
        self._before: dict[int, float] = {}

    def __enter__(self):
        self._before = self._look()
        self.seconds = 0.0
        return self

    def __exit__(self, *_error):
        after = self._look()
        # a backend that was opened meanwhile started from zero
        self.seconds = sum(used - self._before.get(pid, 0.0) for pid, used in after.items())

    def _look(self) -> dict[int, float]:
        pids = processes_of(self.server) + backends_of(self.database)
        return {pid: used_by([pid]) for pid in pids}
