"""How personal data is sealed: one key for a site and a day, which can be destroyed.

    day key = HKDF-SHA256(secret of the site from the key file, salt of the day)

The secret never enters the database, the salt never leaves it. Once the salt is deleted nobody
can derive the key again, so that every ciphertext and every hash of that day is noise, whoever has
the rest of the database and the key file. (A backup that still holds the salt is another matter:
it dies when the backup does.)
"""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
from datetime import date

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_CONTEXT = b"scenic-holder-v1\0"
SALT_SIZE = 32
_NONCE_SIZE = 12


class SealError(ValueError):
    """A sealed text was not made with this key for this holder: changed, moved or destroyed."""


class DayKey:
    """The keys of one site and day: one that hides, one that compares."""

    def __init__(self, secret: bytes, salt: bytes, site: int, day: date):
        self._place = struct.pack(">H", site) + day.isoformat().encode()
        material = HKDF(hashes.SHA256(), 64, salt, _CONTEXT + self._place).derive(secret)
        self._cipher, self._hash_key = AESGCM(material[:32]), material[32:]

    def __repr__(self) -> str:
        return "<DayKey>"

    def seal(self, owner: str, kind: str, text: bytes) -> bytes:
        """Encrypt a text so that it opens only as this ``kind`` of this ``owner``."""
        nonce = os.urandom(_NONCE_SIZE)
        return nonce + self._cipher.encrypt(nonce, text, self._label(owner, kind))

    def open(self, owner: str, kind: str, sealed: bytes) -> bytes:
        """Decrypt what ``seal`` made, or raise SealError."""
        nonce, body = sealed[:_NONCE_SIZE], sealed[_NONCE_SIZE:]
        try:
            return self._cipher.decrypt(nonce, body, self._label(owner, kind))
        except (InvalidTag, ValueError):
            raise SealError("this text cannot be opened") from None

    def hash(self, kind: str, value: str) -> str:
        """Return the keyed hash by which equal values are found, 64 hex digits."""
        message = _CONTEXT + kind.encode() + b"\0" + value.encode()
        return hmac.new(self._hash_key, message, hashlib.sha256).hexdigest()

    def _label(self, owner: str, kind: str) -> bytes:
        return b"\0".join((_CONTEXT, self._place, owner.encode(), kind.encode()))
