"""Which sound belongs to which answer: the voice of a park, and the tones for all others. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

TONES = ("good", "group", "staff", "bad")  # shipped with the handlers, see tools/make_tones.py
MAX_FILES = 200
MAX_BYTES = 1024 * 1024
_HASH = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True)
class SoundFile:
    """A sound of the park: sha256 in hex, and bytes."""

    hash: str
    size: int


@dataclass(frozen=True, slots=True)
class SoundConfig:
    """The sounds of a park. ``voice``: {language, "" = any: {reason or colour: name}}."""

    files: Mapping[str, SoundFile] = field(default_factory=dict)
    voice: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def chosen(self, own: Mapping[str, str], lang: str, keys: tuple[str, ...]) -> str:
        """Return the name of the sound for ``keys``, the most special first; "" = the tone.

        ``own``: what the lane itself names. It comes first, then the language of the lane, then
        what is good for every language. A name without a file is taken only if there is nothing
        else: a driver may know it.
        """
        voices = [self.voice.get(choice, {}) for choice in (lang, "")]
        named = [own.get(key) for key in keys]
        named += [voice.get(key) for key in keys for voice in voices]
        found = [name for name in named if name]
        return next((name for name in found if name in self.files), (found or [""])[0])


def keys_of(reason: str, colour: str, persons: int) -> tuple[str, ...]:
    """Return under which keys a sound for this answer is looked up, the most special first."""
    group = ("group",) if colour == "good" and persons > 1 else ()
    return (reason, *group, colour)


def tone_of(colour: str, persons: int = 0) -> str:
    """Return the tone of an answer."""
    if colour == "good":
        return "group" if persons > 1 else "good"
    return colour if colour in TONES else "bad"


def parse(data: dict | None) -> SoundConfig:
    """Read the member ``sounds`` of a configuration; ValueError when it cannot be followed."""
    if not data:
        return SoundConfig()
    files = {str(name): _file(item) for name, item in (data.get("files") or {}).items()}
    if len(files) > MAX_FILES:
        raise ValueError(f"{len(files)} sounds")
    voice = {
        str(lang): {str(key): str(name) for key, name in names.items()}
        for lang, names in (data.get("voice") or {}).items()
    }
    return SoundConfig(files, voice)


def _file(item: dict) -> SoundFile:
    digest, size = item["hash"], int(item["size"])
    if not (isinstance(digest, str) and _HASH.match(digest) and 0 < size <= MAX_BYTES):
        raise ValueError(f"sound {digest!r} of {size} bytes")
    return SoundFile(digest, size)
