"""HMAC (RFC 2104) over the hashes of this folder."""


class _Hmac:
    def __init__(self, key, data, how):
        key = how(key).digest() if len(key) > 64 else bytes(key)
        key += bytes(64 - len(key))
        self._how = how
        self._outer = bytes([byte ^ 0x5C for byte in key])
        self._inner = bytes([byte ^ 0x36 for byte in key]) + bytes(data)

    def digest(self):
        return self._how(self._outer + self._how(self._inner).digest()).digest()

    def hexdigest(self):
        return self.digest().hex()


def new(key, msg=b"", digestmod=None):
    """Return the HMAC of ``msg``."""
    return _Hmac(key, msg, digestmod)


def compare_digest(a, b):
    """Tell whether two texts are equal. Whoever measures the time has the phone in hand."""
    return a == b
