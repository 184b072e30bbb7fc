"""Whether bytes are a sound that a gate can play: a short WAV file. Pure; server and box ask it.

Only plain PCM: every loudspeaker program and every browser plays it without a codec.
"""

from __future__ import annotations

from dataclasses import dataclass

from .sound_config import MAX_BYTES

MAX_SECONDS = 10.0
RATES = (8000, 48000)
_PCM, _EXTENSIBLE = 1, 0xFFFE
_PCM_GUID = bytes.fromhex("0100000000001000800000aa00389b71")


class SoundError(ValueError):
    """The bytes cannot be played at a gate. ``code`` says why, ``value`` what was found."""

    def __init__(self, code: str, value: object = "") -> None:
        super().__init__(f"{code} {value}".strip())
        self.code, self.value = code, value


@dataclass(frozen=True, slots=True)
class Sound:
    """What a good file is."""

    rate: int
    channels: int
    bits: int
    seconds: float


def read(data: bytes) -> Sound:
    """Return what ``data`` is.

    :raises SoundError: "size", "no_wav", "format", "channels", "bits", "rate", "empty", "long"
    """
    if len(data) > MAX_BYTES:
        raise SoundError("size", len(data))
    chunks = _chunks(data)
    shape, body = chunks.get(b"fmt "), chunks.get(b"data")
    if shape is None or body is None or len(shape) < 16:
        raise SoundError("no_wav")
    form = _number(shape, 0, 2)
    plain = form == _PCM or (form == _EXTENSIBLE and shape[24:40] == _PCM_GUID)
    if not plain:
        raise SoundError("format", form)
    channels, rate, bits = _number(shape, 2, 2), _number(shape, 4, 4), _number(shape, 14, 2)
    if channels not in (1, 2):
        raise SoundError("channels", channels)
    if bits not in (8, 16):
        raise SoundError("bits", bits)
    if not RATES[0] <= rate <= RATES[1]:
        raise SoundError("rate", rate)
    seconds = len(body) / (channels * bits // 8) / rate
    if not seconds:
        raise SoundError("empty")
    if seconds > MAX_SECONDS:
        raise SoundError("long", round(seconds, 1))
    return Sound(rate, channels, bits, seconds)


def _chunks(data: bytes) -> dict[bytes, bytes]:
    """Return the first chunk of each name; a file that was cut has fewer, or a short one."""
    if data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise SoundError("no_wav")
    found: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], _number(data, at + 4, 4)
        found.setdefault(name, data[at + 8 : at + 8 + size])
        at += 8 + size + size % 2
    return found


def _number(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "little")
