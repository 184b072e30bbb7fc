"""Signatures of codes, certificates and notices: Ed25519 (alg 1) and P-256 (alg 2), 64 bytes."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ED25519 = 1
P256 = 2
SIGNATURE_SIZE = 64
PUBLIC_SIZE = {ED25519: 32, P256: 33}
"""Bytes of a raw public key: Ed25519 as it is, P-256 as a compressed point."""


class PublicKey:
    """A loaded public key that checks 64-byte signatures."""

    __slots__ = ("_key", "alg")

    def __init__(self, alg: int, raw: bytes) -> None:
        """Load a raw key; ValueError when the bytes are not a key of this algorithm."""
        if len(raw) != PUBLIC_SIZE.get(alg):
            raise ValueError(f"{len(raw)} bytes are not a public key of algorithm {alg}")
        self.alg = alg
        self._key: Ed25519PublicKey | ec.EllipticCurvePublicKey
        if alg == ED25519:
            self._key = Ed25519PublicKey.from_public_bytes(raw)
        else:
            self._key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Tell whether ``signature`` was made over ``message`` by this key's owner."""
        if len(signature) != SIGNATURE_SIZE:
            return False
        try:
            if isinstance(self._key, Ed25519PublicKey):
                self._key.verify(signature, message)
            else:
                r = int.from_bytes(signature[:32], "big")
                s = int.from_bytes(signature[32:], "big")
                der = encode_dss_signature(r, s)
                self._key.verify(der, message, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True


class Signer:
    """A private key; calling it signs: ``encode(ticket, signer)``."""

    __slots__ = ("_key", "alg", "public")

    def __init__(self, key: Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> None:
        self._key = key
        if isinstance(key, Ed25519PrivateKey):
            self.alg = ED25519
            self.public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        else:
            self.alg = P256
            self.public = key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)

    @classmethod
    def from_seed(cls, seed: bytes) -> Signer:
        """Ed25519 signer of a 32-byte seed."""
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    def __call__(self, message: bytes) -> bytes:
        """Sign ``message``; always 64 bytes."""
        if isinstance(self._key, Ed25519PrivateKey):
            return self._key.sign(message)
        r, s = decode_dss_signature(self._key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
