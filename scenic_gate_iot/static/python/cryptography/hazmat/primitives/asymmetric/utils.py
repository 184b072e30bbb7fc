"""The browser takes signatures as they are on the ticket: r and s, 32 bytes each."""


def encode_dss_signature(r, s):
    """Return the 64 bytes."""
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def decode_dss_signature(_signature):
    """Refuse: nothing is signed here."""
    raise NotImplementedError
