"""What a settlement file of an acquirer is to us: rows in cents, and the sums it states itself."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

PAY, REFUND = "pay", "refund"
DONE, CLOSED = "done", "closed"

MAX_BYTES = 30 * 1024 * 1024

_ENCODINGS = ("utf-8-sig", "gb18030")
_MOMENTS = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y%m%d%H%M%S", "%Y-%m-%d %H:%M", "%Y-%m-%d")


class LayoutError(ValueError):
    """The file is not what it should be. ``code`` is stable; ``detail`` is for people."""

    def __init__(self, code, **detail):
        super().__init__(code)
        self.code, self.detail = code, detail


@dataclass(frozen=True)
class Row:
    """One payment or refund. Amounts in cents; a refund is negative, a fee is what they keep."""

    number: int
    kind: str
    ref: str
    amount: int
    fee: int
    status: str = DONE
    refund_ref: str = ""
    acquirer_ref: str = ""
    acquirer_refund_ref: str = ""
    at: datetime | None = None
    rate: Decimal | None = None

    @property
    def key(self):
        """What names the row: the refund's own number, or the payment's."""
        if self.kind == REFUND:
            return self.refund_ref or self.acquirer_refund_ref
        return self.ref or self.acquirer_ref


@dataclass
class File:
    """What a file says. ``totals`` are the sums it states itself, in cents, where it has any."""

    rows: list[Row] = field(default_factory=list)
    totals: dict[str, int] = field(default_factory=dict)
    merchant: str = ""

    def sums(self):
        """Return what the rows add up to."""
        pays = [row for row in self.rows if row.kind == PAY and row.status == DONE]
        refunds = [row for row in self.rows if row.kind == REFUND and row.status == DONE]
        gross = sum(row.amount for row in pays)
        refund = sum(row.amount for row in refunds)
        fee = sum(row.fee for row in pays + refunds)
        return {
            "count": len(self.rows),
            "gross": gross,
            "refund": refund,
            "fee": fee,
            "net": gross + refund - fee,
        }

    def check(self):
        """Refuse a file whose rows are not what its own totals say: one of them is not whole."""
        sums = self.sums()
        for name, stated in self.totals.items():
            if sums[name] != stated:
                raise LayoutError("totals", name=name, stated=stated, found=sums[name])


# -- small things ------------------------------------------------------------------------


def decode(data: bytes) -> str:
    """Return the text of a file in UTF-8 or in a Chinese encoding."""
    if len(data) > MAX_BYTES:
        raise LayoutError("too_big", size=len(data))
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise LayoutError("encoding")


def clean(cell: str) -> str:
    """Strip what keeps a spreadsheet from making a number of a text."""
    return cell.strip().lstrip("`'").strip().rstrip("\t")


def cents(cell: str) -> int:
    """Return an amount in cents; empty is nothing, and more than two decimals are refused."""
    text = clean(cell).replace(",", "").replace("￥", "").replace("¥", "").removesuffix("元")
    if not text or text in ("-", "/"):
        return 0
    try:
        value = Decimal(text) * 100
    except InvalidOperation:
        raise LayoutError("amount", text=cell) from None
    if not value.is_finite() or value != value.to_integral_value() or abs(value) > 10**13:
        raise LayoutError("amount", text=cell)
    return int(value)


def moment(cell: str) -> datetime | None:
    text = clean(cell)
    for form in _MOMENTS:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None


def percent(cell: str) -> Decimal | None:
    """Return ``0.60%`` as 0.0060; nothing when it is not a percentage."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*[%％]", clean(cell))
    return Decimal(match.group(1)) / 100 if match else None


def expected_fee(amount: int, rate: Decimal) -> int:
    """Return the fee of one payment in cents, rounded half up as the acquirers do."""
    exact = abs(amount) * Decimal(rate)
    fee = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return -fee if amount < 0 else fee


def day_of(row: Row) -> date | None:
    return row.at.date() if row.at else None
