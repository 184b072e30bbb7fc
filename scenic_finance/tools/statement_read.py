"""Reading what a channel or an acquirer settles, from CSV or XLSX. Nothing here knows Odoo.

Statements come in UTF-8, GBK or GB18030, with a title above the columns, totals below the rows and
apostrophes or tabs around numbers. ``open_sheet`` finds the columns, ``read`` the rows, by a
mapping that somebody saved:

    {"columns": {"order_no": "订单号", "amount": "结算金额", …},   titles as they stand in the file
     "values": {"kind": {"退款": "refund"}, "status": {"已核销": "used"}},
     "encoding": "", "date_order": "ymd", "scale": 0, "digits": 2}
"""

import re
from datetime import date
from typing import NamedTuple

from . import statement_cells as cells
from . import statement_file
from .statement_file import StatementError
from .statement_titles import TITLES

_HEADER_WITHIN = 40
REQUIRED = ("order_no", "amount")
_ENDS = re.compile(r"^(总交易单数|以上|账单结束|-{5,}|={5,})")
_TOTALS = re.compile(r"^(合计|总计|小计|汇总|本页|total|sum|subtotal|grand total)", re.IGNORECASE)


class Sheet(NamedTuple):
    """A file as a table: titles, the row of the file they stand in, and the rows below."""

    titles: list
    place: int
    rows: list
    encoding: str


class Row(NamedTuple):
    """A row of a statement; amounts in the smallest unit, never negative: ``kind`` is the sign."""

    place: int
    order_no: str
    item_no: str
    kind: str
    status: str
    amount: int
    fee: int
    net: int
    quantity: int
    day: date | None
    ref: str
    text: str
    # what the file said itself of kind and status, for people
    kind_text: str
    status_text: str


class Problem(NamedTuple):
    """A row that means nothing: its place in the file, a stable code, and the cell."""

    place: int
    code: str
    text: str


class Reading(NamedTuple):
    rows: list
    problems: list
    skipped: int


# ---------------------------------------------------------------- the file


def open_sheet(content: bytes, columns: dict | None = None, encoding: str = "") -> Sheet:
    """Return the table of a file; ``columns`` are the titles that its header must have."""
    table, encoding = statement_file.table(content, encoding)
    place = _header(table, columns or {})
    titles = [cells.clean(cell) for cell in table[place]]
    return Sheet(titles, place, table[place + 1 :], encoding)


def _header(table, columns):
    """Return the row of the titles: the one that has them, or looks most like it."""
    wanted = {cells.clean(title) for title in columns.values()}
    best, place = 0, None
    for index, row in enumerate(table[:_HEADER_WITHIN]):
        titles = {cells.clean(cell) for cell in row}
        score = len(wanted & titles) if wanted else len(suggest(list(titles)))
        if score > best:
            best, place = score, index
    if place is None:
        raise StatementError("E_HEADER", titles=", ".join(sorted(wanted)))
    return place


def suggest(titles: list) -> dict:
    """Return {field: title} of the titles that are known, or contain a known one."""
    found, left = {}, [title for title in titles if title]
    for exact in (True, False):
        for field, names in TITLES.items():
            if field in found:
                continue
            for name in names:
                match = [t for t in left if (t.lower() == name if exact else name in t.lower())]
                if match and len(name) > 1:
                    found[field] = match[0]
                    left.remove(match[0])
                    break
    return found


# ---------------------------------------------------------------- the rows


def read(sheet: Sheet, mapping: dict) -> Reading:
    """Return the rows of a sheet; raises StatementError when a needed column is missing."""
    reader = _Reader(sheet, mapping)
    rows, problems, skipped = [], [], 0
    for place, row in enumerate(sheet.rows, start=sheet.place + 2):
        first = next((text for cell in row if (text := cells.clean(cell))), "")
        if not first:
            continue
        if _ENDS.match(first):
            break
        if first.startswith("#") or _TOTALS.match(first):
            skipped += 1
            continue
        try:
            parsed = reader.row(place, row)
        except _RowError as err:
            problems.append(Problem(place, *err.args))
            continue
        if parsed is None:
            skipped += 1
        else:
            rows.append(parsed)
    if not rows and not problems:
        raise StatementError("E_EMPTY")
    return Reading(rows, problems, skipped)


class _RowError(ValueError):
    """``(code, the cell)`` of a row that means nothing."""


class _Reader:
    """The rows of one sheet by one mapping."""

    def __init__(self, sheet, mapping):
        places = {title: index for index, title in reversed(list(enumerate(sheet.titles)))}
        columns = {
            field: cells.clean(title) for field, title in mapping["columns"].items() if title
        }
        missing = [
            columns.get(field) or TITLES[field][0]
            for field in {*REQUIRED, *columns}
            if columns.get(field) not in places
        ]
        if missing:
            raise StatementError("E_HEADER", titles=", ".join(sorted(missing)))
        self.columns = {field: places[title] for field, title in columns.items()}
        values = mapping.get("values") or {}
        self.kinds, self.statuses = values.get("kind") or {}, values.get("status") or {}
        self.digits, self.scale = mapping.get("digits", 2), mapping.get("scale", 0)
        self.order = mapping.get("date_order") or "ymd"
        self.days = {}

    def row(self, place, row):
        """Return the row, None for one to skip; raises _RowError."""
        number = self._order_no(row)
        kind_text, status_text = self._text(row, "kind"), self._text(row, "status")
        kind = cells.kind_of(kind_text, self.kinds)
        if kind == "skip":
            return None
        amount = self._amount(row, "amount")
        if amount is None:
            raise _RowError("E_AMOUNT", self._text(row, "amount"))
        if amount < 0:
            # a sale with a minus is money that goes back
            kind = "refund"
        fee, net = self._amount(row, "fee"), self._amount(row, "net")
        amount, fee = abs(amount), abs(fee or 0)
        return Row(
            place,
            number,
            self._text(row, "item_no"),
            kind,
            cells.status_of(status_text, self.statuses),
            amount,
            fee,
            amount - fee if net is None else abs(net),
            self._quantity(row),
            self._day(row),
            self._text(row, "ref"),
            self._text(row, "text")[:200],
            kind_text[:64],
            status_text[:64],
        )

    def _cell(self, row, field):
        place = self.columns.get(field)
        return row[place] if place is not None and place < len(row) else None

    def _text(self, row, field):
        return cells.clean(self._cell(row, field))

    def _order_no(self, row):
        cell = self._cell(row, "order_no")
        number = cells.clean(cell)
        if not number or len(number) > 64:
            raise _RowError("E_ORDER", number[:64])
        if cells.is_rounded(cell):
            raise _RowError("E_ROUNDED", number)
        return number

    def _amount(self, row, field):
        try:
            return cells.amount_units(self._cell(row, field), self.digits, self.scale)
        except ValueError:
            raise _RowError("E_AMOUNT", self._text(row, field)[:64]) from None

    def _quantity(self, row):
        try:
            return abs(cells.amount_units(self._cell(row, "quantity"), 0) or 1)
        except ValueError:
            raise _RowError("E_QUANTITY", self._text(row, "quantity")[:64]) from None

    def _day(self, row):
        cell = self._cell(row, "day")
        key = cell[:10] if isinstance(cell, str) else cell
        if key not in self.days:
            try:
                self.days[key] = cells.day_of(cell, self.order)
            except ValueError:
                raise _RowError("E_DATE", cells.clean(cell)[:64]) from None
        return self.days[key]
