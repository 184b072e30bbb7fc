"""How often somebody may ask: a bucket of tokens for each asker. Pure; the clock is an argument."""


class RateLimit:
    """Allows ``burst`` calls at once and ``per_second`` on average, for each key.

    Each worker counts by itself, so a server with n workers allows n times as many: enough to keep
    one page from taking a server's time, which is all it is for.
    """

    def __init__(self, per_second, burst, keys=1000):
        self.per_second = per_second
        self.burst = burst
        self._keys = keys
        self._left = {}  # key: (calls left, when that was)

    def allows(self, key, now):
        """Count a call at ``now`` (seconds); tells whether it may be answered."""
        left, then = self._left.get(key, (self.burst, now))
        left = min(self.burst, left + (now - then) * self.per_second)
        if len(self._left) >= self._keys and key not in self._left:
            # whoever asks under ever new names must not fill the memory
            self._left.clear()
        allowed = left >= 1
        self._left[key] = (left - 1 if allowed else left, now)
        return allowed
