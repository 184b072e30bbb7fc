"""The secure channel of OSDP v2: AES-128, a MAC on every packet, data unreadable on the wire."""

from __future__ import annotations

import hmac

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from .osdp import BadPacket

DEFAULT_KEY = bytes(range(0x30, 0x40))  # what every new device knows: no secret
BLOCK = 16


def _ecb(key: bytes, data: bytes) -> bytes:
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def _cbc(key: bytes, start: bytes, data: bytes) -> bytes:
    encryptor = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    return encryptor.update(data) + encryptor.finalize()


def _padded(data: bytes) -> bytes:
    return data + b"\x80" + bytes(-(len(data) + 1) % BLOCK)


def _inverted(data: bytes) -> bytes:
    return bytes(byte ^ 0xFF for byte in data)


class Session:
    """Keys and chained MACs of one connection. ``ours``: eight fresh random bytes."""

    def __init__(self, key: bytes, ours: bytes) -> None:
        def derived(kind: bytes) -> bytes:
            return _ecb(key, kind + ours[:6] + bytes(8))

        self._enc = derived(b"\x01\x82")
        self._mac1, self._mac2 = derived(b"\x01\x01"), derived(b"\x01\x02")
        self._ours = ours
        self._last = b""  # the MAC before, of whichever side

    def proof(self, theirs: bytes, cryptogram: bytes) -> bytes:
        """Check that the device knows the key; return our own proof.

        :raises BadPacket: it does not
        """
        expected = _ecb(self._enc, self._ours + theirs)
        if len(theirs) != 8 or not hmac.compare_digest(expected, cryptogram):
            raise BadPacket("the device has another key")
        return _ecb(self._enc, theirs + self._ours)

    def begin(self, proof: bytes, first_mac: bytes) -> None:
        """Check the first MAC of the device; the chain begins with it."""
        own = _ecb(self._mac2, _ecb(self._mac1, _cbc_block(proof)))
        if not hmac.compare_digest(own, first_mac):
            raise BadPacket("the device begins with another MAC")
        self._last = first_mac

    def encrypt(self, data: bytes) -> bytes:
        """Hide the data of an order."""
        return _cbc(self._enc, _inverted(self._last), _padded(data)) if data else b""

    def decrypt(self, data: bytes) -> bytes:
        """Return the data of an answer."""
        if not data:
            return b""
        if len(data) % BLOCK:
            raise BadPacket("data of odd size")
        start = _inverted(self._last)
        decryptor = Cipher(algorithms.AES(self._enc), modes.CBC(start)).decryptor()
        text = (decryptor.update(data) + decryptor.finalize()).rstrip(b"\x00")
        if not text.endswith(b"\x80"):
            raise BadPacket("data without an end")
        return text[:-1]

    def sign(self, data: bytes) -> bytes:
        """Return the four bytes that follow an order; the chain goes on."""
        self._last = self._mac(data)
        return self._last[:4]

    def check(self, data: bytes, mac: bytes) -> bytes:
        """Check an answer; return the MAC, with which :meth:`accept` goes on."""
        whole = self._mac(data)
        if not hmac.compare_digest(whole[:4], mac):
            raise BadPacket("an answer with a wrong MAC")
        return whole

    def accept(self, mac: bytes) -> None:
        """The answer was read: the chain goes on."""
        self._last = mac

    def _mac(self, data: bytes) -> bytes:
        if len(data) % BLOCK:
            data = _padded(data)
        start = self._last
        if len(data) > BLOCK:
            start = _cbc(self._mac1, start, data[:-BLOCK])[-BLOCK:]
        return _cbc(self._mac2, start, data[-BLOCK:])


def _cbc_block(data: bytes) -> bytes:
    if len(data) != BLOCK:
        raise BadPacket("a proof of odd size")
    return data
