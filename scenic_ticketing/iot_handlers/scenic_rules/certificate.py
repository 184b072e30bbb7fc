"""Certificates: what one issuing key may sign, signed itself by a root key of the company."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

from .reason import Reason
from .signature import PUBLIC_SIZE, SIGNATURE_SIZE
from .ticket_code import (
    EPOCH,
    MAX_ID,
    PREFIX,
    TYPE_CERTIFICATE,
    VERSION,
    CodeError,
    read_text,
    to_base32,
)

CONTEXT = b"scenic-cert-v1\0"

ROLE_ISSUE = 1
ROLE_VOID_OWN = 2
ROLE_VOID_ANY = 4

_HEAD = struct.Struct(">BHIIBBHIIIHHBBHI")
HEAD_SIZE = _HEAD.size
_HEADER = VERSION << 4 | TYPE_CERTIFICATE


@dataclass(frozen=True)
class Certificate:
    """Limits of one key ``kid``; times in seconds since EPOCH, visits in days since 2020-01-01.

    ``max_uses`` 0 = no limit; ``issuer`` is the kid of the root key; ``device`` the number of the
    window that holds the key, 0 for the server.
    """

    site: int
    kid: int
    issuer: int
    alg: int
    role: int
    device: int
    not_before: int
    not_after: int
    max_serial: int
    visit_from: int
    visit_to: int
    max_pax: int
    max_uses: int
    entrances: int
    class_mask: int
    pub: bytes


def pack(certificate: Certificate) -> bytes:
    """Write the signed part of a certificate."""
    *fields, pub = (getattr(certificate, name) for name in Certificate.__dataclass_fields__)
    try:
        body = _HEAD.pack(_HEADER, *fields) + pub
    except struct.error as err:
        raise CodeError(Reason.E_FORMAT, str(err)) from None
    unpack(body)
    return body


def unpack(body: bytes) -> Certificate:
    """Read the signed part of a certificate; CodeError for anything ``pack`` would not write."""
    if len(body) < HEAD_SIZE:
        raise CodeError(Reason.E_FORMAT, "short certificate")
    header, *fields = _HEAD.unpack_from(body)
    if header != _HEADER:
        raise CodeError(Reason.E_FORMAT, "not a certificate")
    certificate = Certificate(*fields, pub=body[HEAD_SIZE:])
    if len(certificate.pub) != PUBLIC_SIZE.get(certificate.alg):
        raise CodeError(Reason.E_FORMAT, "algorithm or public key")
    if not 0 < certificate.kid <= MAX_ID:
        raise CodeError(Reason.E_FORMAT, "kid")
    return certificate


def issue(root_sign: Callable[[bytes], bytes], certificate: Certificate) -> bytes:
    """Sign a certificate with a root key; the blob is what boxes store and codes carry."""
    body = pack(certificate)
    return body + root_sign(CONTEXT + body)


def split(blob: bytes) -> tuple[Certificate, bytes, bytes]:
    """Take a blob apart into (certificate, signed message, signature), nothing verified."""
    body, signature = blob[:-SIGNATURE_SIZE], blob[-SIGNATURE_SIZE:]
    return unpack(body), CONTEXT + body, signature


def to_text(blob: bytes) -> str:
    """Write a blob as a QR text, to teach a gate that is cut off from the server."""
    return PREFIX + to_base32(blob)


def from_text(text: str) -> bytes:
    """Read the blob of a certificate QR; E_TYPE when the code is something else."""
    kind, raw, _, suffix = read_text(text)
    if kind != TYPE_CERTIFICATE or suffix:
        raise CodeError(Reason.E_TYPE)
    return raw


def server_certificate(
    site: int, kid: int, root_kid: int, signer, not_before: int, not_after: int
) -> Certificate:
    """Limits of the server's own key for one site; times in Unix seconds.

    Wide open but for its time: whoever holds this key also holds the root key, so narrower
    limits would only refuse honest tickets sold far ahead.
    """
    return Certificate(
        site=site,
        kid=kid,
        issuer=root_kid,
        alg=signer.alg,
        role=ROLE_ISSUE | ROLE_VOID_ANY,
        device=0,
        not_before=not_before - EPOCH,
        not_after=not_after - EPOCH,
        max_serial=MAX_ID,
        visit_from=0,
        visit_to=0xFFFF,
        max_pax=0xFF,
        max_uses=0,
        entrances=0xFFFF,
        class_mask=0xFFFFFFFF,
        pub=signer.public,
    )
