"""TLS of the port where terminals call: a certificate that the box makes itself, or a given one.

RSA 2048 and TLS 1.2 are what small terminals speak. A terminal trusts the certificate itself (or
asks nobody), so it is made once and lives long: a new one would have to be carried to each.
"""

from __future__ import annotations

import hashlib
import logging
import os
import socket
import ssl
import threading
from datetime import datetime, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

_logger = logging.getLogger(__name__)

NAME = "scenic gate box"
# fixed, since a box may not know the time when it makes one
_FROM, _UNTIL = (datetime(year, 1, 1, tzinfo=timezone.utc) for year in (2020, 2049))
_lock = threading.Lock()


class Identity:
    """Certificate and key of a box, in files of ``folder``."""

    def __init__(self, folder: Path, certificate: str = "", key: str = "") -> None:
        self._folder, self._given = Path(folder), (certificate, key)

    def context(self) -> ssl.SSLContext:
        """Return what a listener needs; OSError or ValueError when that cannot be had."""
        try:
            return _context(self._files())
        except ssl.SSLError:
            if self._given[0]:
                raise
        # a card that lost one of them: nobody can trust a certificate that no key belongs to
        _logger.warning("The certificate for terminals could not be read: a new one is made")
        with _lock:
            return _context(self._written("own", *make()))

    def fingerprint(self) -> str:
        """Return the SHA-256 of the certificate, as terminals and browsers show it."""
        return fingerprint_of(self._files()[0].read_text())

    def _files(self) -> tuple[Path, Path]:
        with _lock:
            if self._given[0]:
                return self._written("given", *self._given)
            paths = self._paths("own")
            if not all(path.exists() for path in paths):
                return self._written("own", *make())
            return paths

    def _paths(self, name: str) -> tuple[Path, Path]:
        return self._folder / f"{name}.crt", self._folder / f"{name}.key"

    def _written(self, name: str, certificate: str, key: str) -> tuple[Path, Path]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # the key first: with the certificate there, both are
        for path, text in zip(reversed(self._paths(name)), (key, certificate), strict=True):
            if not path.exists() or path.read_text() != text:
                _write(path, text)
        return self._paths(name)


def _context(files: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(*files)
    return context


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all, for nobody else to read."""
    new = path.with_suffix(path.suffix + ".new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def make() -> tuple[str, str]:
    """Make a certificate that signs itself; return it and its key as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return made.public_bytes(pem).decode(), secret.decode()


def fingerprint_of(certificate: str) -> str:
    """Return the SHA-256 of the first certificate of a PEM text, in pairs of digits."""
    data = ssl.PEM_cert_to_DER_cert(certificate[certificate.index(_BEGIN) :].split(_END)[0] + _END)
    digits = hashlib.sha256(data).hexdigest().upper()
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))


_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


def problem(certificate: str, key: str) -> str:
    """Return what is wrong with a certificate and its key: certificate, key, pair, or nothing."""
    try:
        parsed = x509.load_pem_x509_certificate(certificate.encode())
    except ValueError:
        return "certificate"
    try:
        secret = serialization.load_pem_private_key(key.encode(), password=None)
    except (TypeError, ValueError):
        return "key"

    def public(item) -> bytes:
        return item.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    return "" if public(parsed) == public(secret) else "pair"


def secured(line: socket.socket, context: ssl.SSLContext, seconds: float) -> ssl.SSLSocket:
    """Shake hands within so many seconds; a byte now and then does not prolong it."""
    secure = context.wrap_socket(line, server_side=True, do_handshake_on_connect=False)
    try:
        secure.settimeout(seconds)
        secure.do_handshake()
    except BaseException:
        secure.close()
        raise
    return secure


def was_closed(line: ssl.SSLSocket, seconds: float) -> bool:
    """Say that the answer is over; tell whether the other side hung up then."""
    try:
        line.settimeout(seconds)
        line.unwrap().close()
    except ssl.SSLEOFError:
        return True  # without a farewell, but after the answer
    except (OSError, ValueError):
        return False
    return True
