"""Reading a list of visitors from CSV or XLSX. Nothing here knows Odoo.

The first row that has a name column is the header; rows above it are a title. Spreadsheets of
agencies come in UTF-8 or in a Chinese code page, with commas, semicolons or tabs.
"""

import csv
import io
import zipfile
from datetime import datetime
from typing import NamedTuple

import openpyxl

MAX_ROWS = 5000
MAX_BYTES = 5 * 1024 * 1024
_HEADER_WITHIN = 10

HEADERS = {
    "name": ("姓名", "游客姓名", "名字", "name", "full name", "visitor"),
    "doc_type": ("证件类型", "证件种类", "document type", "doc_type", "id type"),
    "number": (
        "证件号码",
        "证件号",
        "身份证号",
        "身份证号码",
        "护照号",
        "document number",
        "id number",
        "number",
    ),
    "birthday": ("出生日期", "生日", "birthday", "date of birth"),
    "phone": ("手机号", "手机号码", "手机", "联系电话", "电话", "phone", "mobile"),
}
_FIELD_OF = {title: field for field, titles in HEADERS.items() for title in titles}


class ListError(ValueError):
    """The file cannot be read as a list; ``code`` says why."""

    def __init__(self, code, **facts):
        super().__init__(code)
        self.code = code
        self.facts = facts


class Row(NamedTuple):
    """One visitor: the row of the file (from 1), the cells by field, and what is wrong or ''."""

    place: int
    values: dict
    error: str = ""


def read(content):
    """Return the rows of the file `content` (bytes); raises ListError."""
    if not content:
        raise ListError("E_EMPTY")
    if len(content) > MAX_BYTES:
        raise ListError("E_TOO_LARGE", limit=MAX_BYTES // 1024 // 1024)
    table = _read_xlsx(content) if content[:4] == b"PK\x03\x04" else _read_csv(content)
    return _rows(table)


def _read_xlsx(content):
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        # the size that a file claims is not to be trusted: a claimed million rows stops here
        return [
            list(row)
            for row in sheet.iter_rows(
                max_row=MAX_ROWS + _HEADER_WITHIN + 1, max_col=30, values_only=True
            )
        ]
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, IndexError, OSError) as err:
        raise ListError("E_FILE") from err


def _read_csv(content):
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise ListError("E_ENCODING")
    if "\0" in text:
        raise ListError("E_FILE")
    head = text[:2000]
    delimiter = max(",;\t", key=head.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as err:
        raise ListError("E_FILE") from err


def _rows(table):
    columns, start = _header(table)
    rows = []
    for place, cells in enumerate(table[start:], start=start + 1):
        values, error = {}, ""
        for field, column in columns.items():
            cell = cells[column] if column < len(cells) else None
            values[field] = _text(cell)
            if field == "number" and _is_rounded(cell):
                error = "E_ROUNDED"
        if not any(values.values()):
            continue
        if not values["name"]:
            error = "E_NAME"
        rows.append(Row(place, values, error))
        if len(rows) > MAX_ROWS:
            raise ListError("E_TOO_MANY", limit=MAX_ROWS)
    if not rows:
        raise ListError("E_EMPTY")
    return rows


def _header(table):
    """Return ``({field: column}, index of the first row below)``."""
    for index, cells in enumerate(table[:_HEADER_WITHIN]):
        columns = {}
        for column, cell in enumerate(cells):
            field = _FIELD_OF.get(_text(cell).strip("*").strip().lower())
            if field:
                columns.setdefault(field, column)
        if "name" in columns:
            return columns, index + 1
    raise ListError("E_HEADER")


def _text(cell):
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).split())


def _is_rounded(cell):
    """Return whether a spreadsheet kept an ID as a number: beyond 15 digits it made the rest 0."""
    return isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= 10**15


_FORM = ("name", "doc_type", "number", "phone")


def template(titles, example, sheet):
    """Return an XLSX file (bytes) to fill in; `titles` by field of :data:`HEADERS`."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    page.append([titles[field] for field in _FORM])
    page.append([example.get(field, "") for field in _FORM])
    for column in "ABCD":
        page.column_dimensions[column].width = 22
        # IDs are text: as a number a spreadsheet would round them
        for number in range(1, 1002):
            page[f"{column}{number}"].number_format = "@"
    page.freeze_panes = "A2"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
