"""A file of CSV or XLSX as a table of cells, within limits. Nothing here knows Odoo."""

import csv
import io
import zipfile
from itertools import islice

import openpyxl

MAX_BYTES = 20 * 2**20
MAX_UNPACKED = 300 * 2**20
MAX_ROWS = 200_000
_MAX_COLUMNS = 100


class StatementError(ValueError):
    """The file cannot be read as a statement; ``code`` says why."""

    def __init__(self, code, **facts):
        super().__init__(code)
        self.code = code
        self.facts = facts


def table(content: bytes, encoding: str = ""):
    """Return ``(rows of cells, encoding)`` of a file; raises StatementError."""
    if not content or not content.strip():
        raise StatementError("E_EMPTY")
    if len(content) > MAX_BYTES:
        raise StatementError("E_TOO_LARGE", limit=MAX_BYTES // 2**20)
    if content[:4] == b"PK\x03\x04":
        return _read_xlsx(content), "xlsx"
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise StatementError("E_OLD_EXCEL")
    return _read_csv(content, encoding)


def _read_xlsx(content):
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(info.file_size for info in packed.infolist()) > MAX_UNPACKED:
                raise StatementError("E_TOO_LARGE", limit=MAX_BYTES // 2**20)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        # a sheet may claim any size, and some platforms claim one cell
        sheet.reset_dimensions()
        last = MAX_ROWS + 1
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
        table = list(islice(rows, MAX_ROWS + 1))
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
    if len(table) > MAX_ROWS:
        raise StatementError("E_TOO_MANY", limit=MAX_ROWS)
    return table
