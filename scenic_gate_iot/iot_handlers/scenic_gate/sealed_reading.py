"""How a card's reading crosses the local network: only the window that asked can open it.

    the window asks with a fresh public key, signed with the key it shares with this reader
    shared  = ECDH of both fresh keys (P-256, x coordinate)
    key     = HKDF-SHA256(shared, salt = shared key of the reader, info)
    reading = AES-256-GCM(key, iv, JSON, additional data = info)
    info    = "scenic-reader-v1" 0 device 0 key of the window 0 key of the box 0 nonce

Whoever listens has neither fresh key; whoever asks without the shared key gets nothing; an answer
of somebody else does not open; an answer to another question or of another reader neither.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

VERSION = 1
LONGEST_S = 30
_CONTEXT = "scenic-reader-v1"


class AskError(ValueError):
    """A request that is none, or not of a window of ours."""


@dataclass(frozen=True, slots=True)
class Question:
    """A request that was checked."""

    key: str  # public key of the window, 130 hex digits
    nonce: str
    wait_s: int


def signature(secret: bytes, device: str, key: str, nonce: str, wait_s: int) -> str:
    """Return the ``mac`` of a request."""
    text = "\n".join((_CONTEXT, device, key, nonce, str(wait_s)))
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def question(secret: bytes, device: str, data: Mapping) -> Question:
    """Check a request."""
    key, nonce, wait_s, mac = (data.get(name) for name in ("key", "nonce", "wait_s", "mac"))
    if not (_is_hex(key, 130) and _is_hex(nonce, 32) and _is_hex(mac, 64)):
        raise AskError("form")
    if isinstance(wait_s, bool) or not isinstance(wait_s, int) or not 1 <= wait_s <= LONGEST_S:
        raise AskError("form")
    if not hmac.compare_digest(signature(secret, device, key, nonce, wait_s), mac):
        raise AskError("signature")
    return Question(key, nonce, wait_s)


def seal(
    secret: bytes,
    device: str,
    asked: Question,
    reading: Mapping,
    private: ec.EllipticCurvePrivateKey | None = None,
    iv: bytes | None = None,
) -> str:
    """Return a reading for the window that asked; ``private``, ``iv`` are given by tests only."""
    private = private or ec.generate_private_key(ec.SECP256R1())
    try:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(
            ec.SECP256R1(), bytes.fromhex(asked.key)
        )
    except ValueError as err:
        raise AskError("key") from err
    ours = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint).hex()
    info = "\0".join((_CONTEXT, device, asked.key, ours, asked.nonce)).encode()
    shared = private.exchange(ec.ECDH(), theirs)
    key = HKDF(hashes.SHA256(), 32, salt=secret, info=info).derive(shared)
    iv = iv or os.urandom(12)
    text = json.dumps(dict(reading), ensure_ascii=False, sort_keys=True).encode()
    data = AESGCM(key).encrypt(iv, text, info)
    return json.dumps({"v": VERSION, "key": ours, "iv": iv.hex(), "data": data.hex()})


def _is_hex(value: object, length: int) -> bool:
    if not isinstance(value, str) or len(value) != length:
        return False
    return all(char in "0123456789abcdef" for char in value)
