"""The sounds a box has: the tones it came with, and the park's own as its configuration names them.

Own sounds are fetched from the server, checked, and kept over restarts, so that a gate that is cut
off goes on speaking; what is no longer named goes away. Nothing here is ever waited for by a lane.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from . import sound_file
from .sound_config import SoundFile

_logger = logging.getLogger(__name__)

SHIPPED = Path(__file__).resolve().parent.parent / "scenic_sounds"
RETRY_S = 60.0  # after a sound that could not be had


class SoundLibrary:
    """``fetch(hash)`` asks the server for a sound; ``mono()`` is the time in seconds."""

    def __init__(self, home: Path, fetch: Callable[[str], bytes], mono: Callable[[], float]):
        self._folder, self._fetch, self._mono = Path(home) / "sounds", fetch, mono
        self._files: Mapping[str, SoundFile] = {}
        self._ready: set[str] = set()  # hashes that are on disk and whole
        self._told: object = None  # the files that were last put in order
        self._retry_at = 0.0
        self._failed: dict[str, float] = {}  # hash: when it could not be had
        self.error = ""

    # ------------------------------------------------------------------- lanes

    def hash_of(self, name: str) -> str:
        """Return the hash of a sound of the park that is here, "" when it is not."""
        file = self._files.get(name)
        return file.hash if file and file.hash in self._ready else ""

    def path(self, name: str, tone: str) -> Path:
        """Return the file of a sound; of the tone while the park's own is not here."""
        digest = self.hash_of(name)
        return self._place(digest) if digest else SHIPPED / f"{tone}.wav"

    def bytes_of(self, digest: str) -> bytes | None:
        """Return a sound of the park by its hash, None when it is not here."""
        if digest not in self._ready:
            return None
        try:
            return self._place(digest).read_bytes()
        except OSError:
            return None

    # -------------------------------------------------------------------- care

    def configure(self, files: Mapping[str, SoundFile]) -> None:
        """Take what the configuration names; the rest follows in :meth:`step`."""
        self._files = files

    def step(self) -> None:
        """Put one thing in order; called every second or so by a thread of its own."""
        files = self._files
        if files is not self._told:
            self._tidy({file.hash: file for file in files.values()})
            self._told, self._retry_at, self._failed = files, 0.0, {}
        missing = {file.hash: file for file in files.values() if file.hash not in self._ready}
        if not missing:
            self.error = ""
        elif self._mono() >= self._retry_at:
            # one that nobody has holds up no other
            self._get(min(missing.values(), key=lambda file: self._failed.get(file.hash, 0.0)))

    def _tidy(self, wanted: Mapping[str, SoundFile]) -> None:
        """Look through the folder: keep what is wanted and whole, remove the rest."""
        ready = set()
        for path in self._folder.glob("*") if self._folder.is_dir() else ():
            if path.stem in wanted and path.suffix == ".wav" and _digest(path) == path.stem:
                ready.add(path.stem)
            else:
                path.unlink(missing_ok=True)
        self._ready = ready

    def _get(self, file: SoundFile) -> None:
        try:
            data = self._fetch(file.hash)
            if len(data) != file.size or hashlib.sha256(data).hexdigest() != file.hash:
                raise ValueError("another sound came than was announced")
            sound_file.read(data)
            self._keep(file.hash, data)
        except Exception as err:
            # the network, the disk, a server that has it no longer: the tone is played meanwhile
            self.error = f"{type(err).__name__}: {err}"[:200]
            self._failed[file.hash] = self._mono()
            self._retry_at = self._mono() + RETRY_S
            _logger.warning("Scenic sound %s: %s", file.hash[:12], self.error)
            return
        self._ready = self._ready | {file.hash}

    def _keep(self, digest: str, data: bytes) -> None:
        self._folder.mkdir(exist_ok=True)
        half = self._folder / f"{digest}.part"
        with open(half, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        half.replace(self._place(digest))

    def _place(self, digest: str) -> Path:
        return self._folder / f"{digest}.wav"

    def told(self) -> dict:
        """Return what the status says: how many sounds of the park are here, and what is wrong."""
        hashes = {file.hash for file in self._files.values()}
        return {"named": len(hashes), "here": len(hashes & self._ready), "error": self.error}


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
