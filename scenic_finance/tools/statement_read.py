"""Reading what a channel or an acquirer settles, from CSV or XLSX. Nothing here knows Odoo.

Statements come in UTF-8, GBK or GB18030, with a title above the columns, totals below the rows and
apostrophes or tabs around numbers. ``open_sheet`` finds the columns, ``read`` the rows, by a mapping
that somebody saved:

    {"columns": {"order_no": "订单号", "amount": "结算金额", …},   titles as they stand in the file
     "values": {"kind": {"退款": "refund"}, "status": {"已核销": "used"}},
     "encoding": "", "date_order": "ymd", "scale": 0, "digits": 2, "refunds": "as_is"}
"""

import csv
import io
import re
import zipfile
from datetime import date
from itertools import islice
from typing import NamedTuple

import openpyxl

from . import statement_cells as cells

MAX_BYTES = 20 * 2**20
MAX_UNPACKED = 300 * 2**20
MAX_ROWS = 200_000
_MAX_COLUMNS = 100
_HEADER_WITHIN = 40

# field -> what its column is usually called; the first title that is there counts
TITLES = {
    "order_no": (
        "订单号", "订单编号", "平台订单号", "平台订单编号", "渠道订单号", "商户订单号", "外部订单号",
        "order no", "order number", "order_no", "order id", "merchant order number",
    ),
    "item_no": ("子订单号", "券码", "券号", "凭证码", "票号", "明细号", "item", "item no", "voucher"),
    "ref": ("交易号", "流水号", "支付流水号", "微信订单号", "支付宝交易号", "transaction id"),
    "kind": ("交易类型", "业务类型", "结算类型", "账务类型", "类型", "type", "kind"),
    "status": ("订单状态", "状态", "核销状态", "交易状态", "status"),
    "day": ("核销时间", "核销日期", "消费时间", "使用时间", "入园日期", "交易时间", "完成时间",
            "结算日期", "日期", "date", "settlement date", "transaction time"),
    "amount": ("结算金额", "订单金额", "应结金额", "消费金额", "交易金额", "金额", "amount", "gross"),
    "fee": ("佣金", "平台佣金", "技术服务费", "服务费", "手续费", "commission", "fee"),
    "net": ("应付金额", "实付金额", "商家应得", "实收金额", "到账金额", "净额", "net", "payable"),
    "quantity": ("份数", "数量", "张数", "quantity", "qty"),
    "text": ("产品名称", "商品名称", "门票名称", "项目名称", "product", "description"),
}  # fmt: skip
REQUIRED = ("order_no", "amount")
_ENDS = re.compile(r"^(总交易单数|以上|账单结束|-{5,}|={5,})")
_TOTALS = re.compile(r"^(合计|总计|小计|汇总|本页|total|sum|subtotal|grand total)", re.IGNORECASE)


class StatementError(ValueError):
    """The file cannot be read as a statement; ``code`` says why."""

    def __init__(self, code, **facts):
        super().__init__(code)
        self.code = code
        self.facts = facts


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
    if not content or not content.strip():
        raise StatementError("E_EMPTY")
    if len(content) > MAX_BYTES:
        raise StatementError("E_TOO_LARGE", limit=MAX_BYTES // 2**20)
    if content[:4] == b"PK\x03\x04":
        table, encoding = _read_xlsx(content), "xlsx"
    elif content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise StatementError("E_OLD_EXCEL")
    else:
        table, encoding = _read_csv(content, encoding)
    place = _header(table, columns or {})
    titles = [cells.clean(cell) for cell in table[place]]
    return Sheet(titles, place, table[place + 1 :], encoding)


def _read_xlsx(content):
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(info.file_size for info in packed.infolist()) > MAX_UNPACKED:
                raise StatementError("E_TOO_LARGE", limit=MAX_BYTES // 2**20)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        # a sheet may claim any size, and some platforms claim one cell
        sheet.reset_dimensions()
        last = MAX_ROWS + _HEADER_WITHIN + 1
        rows = sheet.iter_rows(max_row=last, max_col=_MAX_COLUMNS, values_only=True)
        table = [list(row) for row in rows]
    except StatementError:
        raise
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, IndexError, OSError) as err:
        raise StatementError("E_FILE") from err
    return _checked(table)


def _read_csv(content, encoding):
    text, encoding = _decode(content, encoding)
    if "\0" in text:
        raise StatementError("E_FILE")
    head = text[:4000]
    delimiter = max(",;\t|", key=head.count)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        table = list(islice(rows, MAX_ROWS + _HEADER_WITHIN + 1))
    except csv.Error as err:
        raise StatementError("E_FILE") from err
    return _checked(table), encoding


def _decode(content, encoding):
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    # GB18030 reads GBK and GB2312 as well
    for name in (encoding,) if encoding else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(name), "utf-8" if name == "utf-8-sig" else name
        except (UnicodeDecodeError, LookupError):
            continue
    raise StatementError("E_ENCODING")


def _checked(table):
    if not table:
        raise StatementError("E_EMPTY")
    if len(table) > MAX_ROWS + _HEADER_WITHIN:
        raise StatementError("E_TOO_MANY", limit=MAX_ROWS)
    return table


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
