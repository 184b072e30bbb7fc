"""SHA-1 and SHA-256 of the browser: Brython's own hashlib fails inside hmac."""

from browser import self as host


class _Hash:
    block_size = 64

    def __init__(self, name, data):
        self.name, self._data = name, bytes(data)

    def update(self, data):
        self._data += bytes(data)

    def hexdigest(self):
        return host.scenicHash(self.name, self._data.hex())

    def digest(self):
        return bytes.fromhex(self.hexdigest())


def sha1(data=b""):
    """Return a SHA-1 over ``data``."""
    return _Hash("sha1", data)


def sha256(data=b""):
    """Return a SHA-256 over ``data``."""
    return _Hash("sha256", data)
