"""ECDSA over P-256 by the browser."""

from cryptography.exceptions import require


class SECP256R1:
    """The one curve."""


class ECDSA:
    """The one way to sign."""

    def __init__(self, _hash):
        pass


class EllipticCurvePrivateKey:
    """No private key ever comes here."""


class EllipticCurvePublicKey:
    """A key that checks signatures."""

    @classmethod
    def from_encoded_point(cls, _curve, data):
        """Keep the compressed point; a bad one verifies nothing."""
        key = cls()
        key._raw = bytes(data)
        return key

    def verify(self, signature, data, _how):
        """Raise unless the signature (raw, see ``utils``) is good."""
        require("p256", self._raw, signature, bytes(data))
