"""Cards, faces and identity cards as ways to a ticket, without saying whose they are.

    pseudonym = HMAC(site key, kind, value)[:16]        made at once, where a device hands it over
    tag       = HMAC(key of the ticket's last day, pseudonym)[:8]   of an identity card
              = pseudonym[:8]                           of a card or a face

The box is sent the tags of tickets, never a value. The key of a day is derived on the server from
what is destroyed together with the holders of that day, so that tags die with them.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from .scan import CARD, FACE, IDCARD, Scan, kind_of

_CONTEXT = b"scenic-credential-v1\0"
TAG_SIZE = 8
RESIDENT = "cn_id"  # the document that a resident ID card is
_MOST = 128  # characters of a value; more is noise


def pseudonym(key: bytes, kind: str, value: str) -> bytes:
    """Return what a site calls a card, face or document; the same on box and server."""
    text = _CONTEXT + kind.encode() + b"\0" + normalise(kind, value).encode()
    return hmac.new(key, text, hashlib.sha256).digest()[:16]


def normalise(kind: str, value: str) -> str:
    """Return one spelling of a value: readers differ in case, signs and leading zeros."""
    if kind == IDCARD:
        doc_type, _, number = value.rpartition(":")
        return f"{doc_type or RESIDENT}:{number.strip().upper()}"
    plain = "".join(char for char in value if char.isalnum()).upper()
    return plain.lstrip("0") or plain[:1] if kind == CARD else value.strip()


def day_tag(day_key: bytes, name: bytes) -> bytes:
    """Return the tag of an identity card for tickets that end on the day of the key."""
    return hmac.new(day_key, _CONTEXT + name, hashlib.sha256).digest()[:TAG_SIZE]


@dataclass(frozen=True)
class Credentials:
    """The keys of one site; ``days`` by the number of the day on which tickets end."""

    key: bytes
    days: Mapping[int, bytes] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Credentials of {len(self.days)} days>"

    def veil(self, scan: Scan) -> Scan:
        """Replace what a device read by its pseudonym."""
        value = scan[:_MOST]
        name = pseudonym(self.key, scan.kind, value).hex()
        return Scan(f"{scan.kind}:{name}", scan.kind, scan.request, scan.good_until)

    def tags(self, scan: str) -> list[bytes]:
        """Return the tags that a ticket of this credential may have."""
        kind, _, name = scan.partition(":")
        name = bytes.fromhex(name)
        if kind == IDCARD:
            return [day_tag(key, name) for _day, key in sorted(self.days.items())]
        return [name[:TAG_SIZE]]


def parse(data: object) -> Credentials | None:
    """Read ``credentials`` of a configuration; None where the box has no reader of any."""
    if not data:
        return None
    return Credentials(
        bytes.fromhex(data["key"]),
        {int(day): bytes.fromhex(key) for day, key in (data.get("days") or {}).items()},
    )


def veiled(credentials: Credentials | None, text: str) -> str:
    """Return a text as lanes may keep it; a credential without a key says nothing."""
    kind = kind_of(text)
    if kind not in (CARD, FACE, IDCARD):
        return text
    return credentials.veil(text) if credentials else Scan(f"{kind}:", kind, text.request)
