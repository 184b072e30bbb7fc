"""What a cell of a statement means: numbers of orders, amounts, days, kinds. Nothing knows Odoo."""

import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

# spreadsheets number days from here
_EXCEL_ZERO = date(1899, 12, 30)
_DAY = re.compile(r"(\d{1,4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,4})")
_PLAIN_DAY = re.compile(r"^((?:19|20)\d{2})(\d{2})(\d{2})(?:\d{6})?$")
_ROUNDED = re.compile(r"^\d(\.\d+)?E\+\d+$", re.IGNORECASE)
_FORMULA = re.compile(r'^="(.*)"$')
_NOT_NUMBER = re.compile(r"[¥$€元,\s]|CNY|RMB|人民币", re.IGNORECASE)

# what a cell says, when the mapping does not know it; the first that it contains counts
_KINDS = (
    ("refund", ("退", "refund", "reversal", "冲正", "撤销")),
    ("sale", ("",)),
)
_STATUSES = (
    ("refunded", ("退款成功", "已退", "全额退", "refunded")),
    ("cancelled", ("取消", "关闭", "cancel", "void")),
    ("sold", ("未核销", "未使用", "未消费", "待", "已支付", "已付款", "已出票", "unused", "paid")),
    ("used", ("核销", "消费", "使用", "已取票", "入园", "used", "redeemed", "consumed")),
    ("refunded", ("退",)),
)


def clean(cell) -> str:
    """Return the text of a cell without what platforms put around numbers to keep them text."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(" ") if cell.time() != cell.min.time() else cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell)
    if not text.isascii():
        # full-width digits and brackets of Chinese input methods
        text = unicodedata.normalize("NFKC", text)
    text = text.strip().strip("`'\ufeff").strip()
    if text.startswith("="):
        text = _FORMULA.sub(r"\1", text).strip()
    return text


def is_rounded(cell) -> bool:
    """Return whether a spreadsheet kept a number of an order as a figure, and lost its end."""
    if isinstance(cell, bool):
        return False
    if isinstance(cell, int | float):
        return abs(cell) >= 10**15
    return isinstance(cell, str) and bool(_ROUNDED.match(cell.strip()))


def amount_units(cell, digits: int = 2, scale: int = 0) -> int | None:
    """Return an amount in the smallest unit of the currency; None for a cell without one.

    ``digits``: decimal places of the currency. ``scale``: decimal places that the file leaves
    out: 2 when it counts in fen. Brackets are a minus. Raises ValueError for what is no amount, or
    has more places than the currency.
    """
    text = _NOT_NUMBER.sub("", clean(cell))
    if text in ("", "-", "--", "/"):
        return None
    if text.startswith("(") and text.endswith(")"):
        text = f"-{text[1:-1]}"
    try:
        exact = Decimal(text).scaleb(digits - scale)
        # a spreadsheet's 0.1 + 0.2: nine places are noise, a third place of an amount is not
        units = exact.quantize(Decimal(1))
        if abs(exact - units) > Decimal("0.000001") or abs(units) > 10**15:
            raise ValueError(text)
    except InvalidOperation:
        raise ValueError(text) from None
    return int(units)


def day_of(cell, order: str = "ymd") -> date | None:
    """Return the day of a cell, None for an empty one; raises ValueError for anything else.

    ``order``: of the numbers where the year does not come first, ``dmy`` or ``mdy``.
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool) and 20000 < cell < 80000:
        return _EXCEL_ZERO + timedelta(days=int(cell))
    text = clean(cell)
    if text in ("", "-", "--", "/"):
        return None
    if found := _PLAIN_DAY.match(text):
        return date(*map(int, found.groups()))
    found = _DAY.search(text)
    if not found:
        raise ValueError(text)
    first, second, third = map(int, found.groups())
    if len(found.group(1)) == 4:
        return date(first, second, third)
    if len(found.group(3)) != 4:
        raise ValueError(text)
    return date(third, first, second) if order == "mdy" else date(third, second, first)


def kind_of(text: str, known: dict) -> str:
    """Return ``sale``, ``refund`` or ``skip`` of the text of a row; ``known`` goes first."""
    return known.get(text) or _word(text, _KINDS) or "sale"


def status_of(text: str, known: dict) -> str:
    """Return ``sold``, ``used``, ``refunded``, ``cancelled``, or nothing when it says nothing."""
    return known.get(text) or (_word(text, _STATUSES) if text else "")


def _word(text, table):
    text = text.lower()
    return next((code for code, words in table if any(word in text for word in words)), "")
