"""Keys in, texts out: what a scanner types on the US layout. ``now`` is monotonic seconds."""

from __future__ import annotations

_ROWS = (
    (2, "1234567890-=", "!@#$%^&*()_+"),
    (16, "qwertyuiop[]", "QWERTYUIOP{}"),
    (30, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (43, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (57, " ", " "),
    (71, "789-456+1230.", "789-456+1230."),  # the number pad
    (55, "*", "*"),
    (98, "/", "/"),
)
KEYS: dict[int, tuple[str, str]] = {
    first + at: (plain[at], shifted[at])
    for first, plain, shifted in _ROWS
    for at in range(len(plain))
}
SHIFTS, OTHERS, CAPS = (42, 54), (29, 97, 56, 100, 125, 126), 58
ENDS = (28, 96, 15)  # Enter, Enter of the number pad, Tab
RELEASED, PRESSED = 0, 1  # 2 is the repetition of a key that is held
_FORGET_S = 1.0  # half a code is forgotten after this silence


class KeyText:
    """Collects the keys of one scanner. ``dropped`` counts codes that were no whole code."""

    def __init__(self, gap_s: float = 0.0, max_chars: int = 512) -> None:
        self._gap_s, self._max = gap_s, max_chars
        self._text: list[str] = []
        self._held: set[int] = set()
        self._caps = self._broken = False
        self._last = 0.0
        self.dropped = 0

    def key(self, code: int, value: int, now: float) -> list[str]:
        """A key changed; return the texts that are complete.

        Only :meth:`idle` ends a code by silence: what a host that stood still reads late did not
        come late.
        """
        out: list[str] = []
        self._last = now
        if code in SHIFTS or code in OTHERS:
            (self._held.discard if value == RELEASED else self._held.add)(code)
        elif value != PRESSED:
            pass  # a key that is stuck repeats for ever, and is one character
        elif code == CAPS:
            self._caps = not self._caps
        elif code in ENDS:
            out += self._take()
        elif code in KEYS and self._held.isdisjoint(OTHERS):
            self._add(KEYS[code])
        return out

    def _add(self, key: tuple[str, str]) -> None:
        plain, shifted = key
        upper = not self._held.isdisjoint(SHIFTS)
        if self._caps and plain.isalpha():
            upper = not upper
        if len(self._text) < self._max:
            self._text.append(shifted if upper else plain)
        else:
            self._broken = True

    def lost(self) -> None:
        """Keys were lost on the way: what is being typed is no code any more."""
        self._broken = True
        self._held.clear()

    def idle(self, now: float) -> list[str]:
        """Nothing came; return the text that the silence completes, if any."""
        silence = now - self._last
        if self._gap_s and silence >= self._gap_s:
            return self._take()
        if silence >= _FORGET_S and (self._text or self._broken):
            self._text, self._broken = [], False
            self.dropped += 1
        return []

    def _take(self) -> list[str]:
        text, broken = "".join(self._text).strip(), self._broken
        self._text, self._broken = [], False
        if broken:
            self.dropped += 1
            return []
        return [text] if text else []
