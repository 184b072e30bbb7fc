"""What a reader gave: a text, and what else is known of it."""

from __future__ import annotations

CODE, CARD, FACE, IDCARD = "code", "card", "face", "idcard"
KINDS = (CODE, CARD, FACE, IDCARD)


class Scan(str):
    """Equal to its text, so that whoever only wants the text need not know of this class.

    ``kind``: "code" is a ticket as printed. The others say who or what was seen; only a device
    can say that, so a printed code with the same letters is never taken for one. ``request``:
    the device waits for the answer; asked ``is_over()``, it tells whether it has given up.
    ``good_until``: Unix seconds after which it is news of the past, kept by a device that was cut
    off; nobody stands there any more.
    """

    kind: str
    request: object
    good_until: float | None

    def __new__(
        cls, text: str, kind: str = CODE, request: object = None, good_until: float | None = None
    ) -> Scan:
        """Make one; a kind that nobody knows is a mistake of the driver."""
        if kind not in KINDS:
            raise ValueError(f"{kind!r} is no kind of scan")
        made = super().__new__(cls, text)
        made.kind, made.request, made.good_until = kind, request, good_until
        return made


def kind_of(text: str) -> str:
    """Return what was read; a plain text is a code."""
    return getattr(text, "kind", CODE)


def is_over(text: str, now: float) -> bool:
    """Tell whether nobody waits for the answer any more: deciding would use a right for nobody."""
    request, until = getattr(text, "request", None), getattr(text, "good_until", None)
    return (request is not None and request.is_over()) or (until is not None and now > until)
