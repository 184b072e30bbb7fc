"""Running programs, saying what happens, and failing in one readable line."""

import contextlib
import fcntl
import os
import shlex
import subprocess
import sys
from pathlib import Path


class SetupError(Exception):
    """The machine lacks something; the message says what to do about it."""


def say(text: str) -> None:
    print(f"scenic: {text}", file=sys.stderr, flush=True)


def run(command, *, quiet=False, **options) -> subprocess.CompletedProcess:
    """Run a command that has to succeed; with `quiet` its output is shown only if it fails."""
    command = [str(part) for part in command]
    if quiet:
        options |= {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    done = subprocess.run(command, check=False, **options)
    if done.returncode:
        output = (done.stdout or "") if quiet else ""
        raise SetupError(f"`{shlex.join(command)}` failed ({done.returncode})\n{output}".rstrip())
    return done


def output_of(command, **options) -> str:
    """Return what a command prints."""
    command = [str(part) for part in command]
    done = subprocess.run(command, check=False, capture_output=True, text=True, **options)
    if done.returncode:
        raise SetupError(f"`{shlex.join(command)}` failed\n{done.stderr.strip()}")
    return done.stdout.strip()


@contextlib.contextmanager
def locked(path: Path):
    """Hold an exclusive lock on a file, so that two checkouts or two commands take turns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for another command that holds {path}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def write_if_changed(path: Path, text: str, mode: int = 0o644) -> None:
    if path.exists() and path.read_text() == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=mode)
    draft.write_text(text)
    draft.replace(path)


def main(function) -> None:
    """Run a command's function; a SetupError ends it with its message only."""
    try:
        sys.exit(function())
    except SetupError as error:
        say(f"error: {error}")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
