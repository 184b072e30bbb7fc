"""The key file: root key, issuing key and the secret that all shared keys are derived from.

Bytes in, bytes out. The file belongs outside the database and outside its backups:

    {"version": 1,
     "root":   {"kid": 1, "alg": 1, "seed": "<64 hex>", "next_pub": "<64 hex>"},
     "issuer": {"seed": "<64 hex>"},
     "secret": "<64 hex>"}

``next_pub`` is optional: the public half of the root key that follows, with kid + 1, which boxes
pin at pairing so that a root can be replaced without visiting them. Members this version does
not know are kept.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from .certificate import Certificate, issue, server_certificate
from .signature import ED25519, Signer

VERSION = 1
SEED_SIZE = 32

_SUBKEY_CONTEXT = b"scenic-subkey-v1\0"


class KeyFileError(ValueError):
    """The key file is missing something or is no key file at all; the text says what."""


@dataclass(frozen=True)
class KeyFile:
    """Content of a key file. Seeds never show in a repr, because logs and tracebacks do."""

    root_kid: int
    root_seed: bytes = field(repr=False)
    issuer_seed: bytes = field(repr=False)
    secret: bytes = field(repr=False)
    next_root: bytes | None = None
    unknown: dict = field(default_factory=dict, repr=False)

    @property
    def root(self) -> Signer:
        """The key that signs certificates."""
        return Signer.from_seed(self.root_seed)

    @property
    def issuer(self) -> Signer:
        """The server's key that signs tickets; each site has its own certificate for it."""
        return Signer.from_seed(self.issuer_seed)

    @property
    def roots(self) -> dict[int, tuple[int, bytes]]:
        """Public roots to pin on a box: kid to (algorithm, raw public key)."""
        pinned = {self.root_kid: (ED25519, self.root.public)}
        if self.next_root is not None:
            pinned[self.root_kid + 1] = (ED25519, self.next_root)
        return pinned

    def issue_certificate(self, certificate: Certificate) -> bytes:
        """Sign any certificate, a window's for example, with the root."""
        return issue(self.root, certificate)

    def issue_server_certificate(
        self, site: int, kid: int, not_before: int, not_after: int
    ) -> bytes:
        """Certify the server's key for a site under ``kid``; times in Unix seconds."""
        return self.issue_certificate(
            server_certificate(site, kid, self.root_kid, self.issuer, not_before, not_after)
        )

    def subkey(self, label: str, site: int = 0, generation: int = 0) -> bytes:
        """Derive a 32-byte secret for one purpose, site (0 = company) and generation.

        A new purpose is a new label, so the file never has to change; a leaked sub-key says
        nothing about the others and is replaced by the next generation.
        """
        message = _SUBKEY_CONTEXT + struct.pack(">HB", site, generation) + label.encode()
        return hmac.new(self.secret, message, hashlib.sha256).digest()

    def dynamic_key(self, site: int, generation: int = 0) -> bytes:
        """Key of the live codes of a site; its gates hold this one and no other."""
        return self.subkey("dynamic", site, generation)


def new_key_file(random_bytes: Callable[[int], bytes]) -> bytes:
    """Make the content of a fresh key file from a source of random bytes, ``os.urandom``."""
    return dump(KeyFile(1, *(random_bytes(SEED_SIZE) for _ in range(3))))


def dump(keys: KeyFile) -> bytes:
    """Write a key file."""
    root = {"kid": keys.root_kid, "alg": ED25519, "seed": keys.root_seed.hex()}
    if keys.next_root is not None:
        root["next_pub"] = keys.next_root.hex()
    content = keys.unknown | {
        "version": VERSION,
        "root": root,
        "issuer": {"seed": keys.issuer_seed.hex()},
        "secret": keys.secret.hex(),
    }
    return json.dumps(content, indent=1, sort_keys=True).encode() + b"\n"


def load(data: bytes) -> KeyFile:
    """Read a key file; KeyFileError names the member that is wrong, never its value."""
    try:
        content = json.loads(data)
    except ValueError:
        raise KeyFileError("The key file is not JSON.") from None
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise KeyFileError(f"The key file is not of version {VERSION}.")
    root = _member(content, "root", dict)
    kid = _member(root, "kid", int)
    if not 0 < kid < 0xFFFFFFFF or root.get("alg") != ED25519:
        raise KeyFileError('The "root" of the key file has a bad "kid" or "alg".')
    known = ("version", "root", "issuer", "secret")
    return KeyFile(
        root_kid=kid,
        root_seed=_key(root, "seed"),
        issuer_seed=_key(_member(content, "issuer", dict), "seed"),
        secret=_key(content, "secret"),
        next_root=_key(root, "next_pub") if "next_pub" in root else None,
        unknown={name: value for name, value in content.items() if name not in known},
    )


def _member(holder: dict, name: str, kind: type):
    value = holder.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise KeyFileError(f'The key file has no good "{name}".')
    return value


def _key(holder: dict, name: str) -> bytes:
    try:
        value = bytes.fromhex(_member(holder, name, str))
    except ValueError:
        value = b""
    if len(value) != SEED_SIZE:
        raise KeyFileError(f'The "{name}" of the key file is not {2 * SEED_SIZE} hex digits.')
    return value
