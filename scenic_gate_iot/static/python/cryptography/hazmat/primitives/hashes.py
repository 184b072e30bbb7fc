"""Only the name that signatures are asked with."""


class SHA256:
    """The one hash of P-256 signatures here."""
