"""The list of passages as a file: a workbook, or text that any program reads when it is long.

Pure: rows come in as lists of plain values, names are already in the reader's language.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

import xlsxwriter

# a workbook of more rows takes minutes to open on an office computer
XLSX_ROWS = 100_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def build(
    title: str, facts: Sequence[tuple], columns: Sequence[str], rows: Iterable, count: int, limit=0
):
    """Return ``(content, extension, mimetype)`` of a list; `facts` are (name, value) on top."""
    if count > (limit or XLSX_ROWS):
        return _text(columns, rows), "csv", CSV
    return _book(title, facts, columns, rows), "xlsx", XLSX


def _text(columns, rows):
    """Return the rows as CSV; the mark at the beginning tells Excel that it is UTF-8."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_plain(value) for value in row])
    return ("\ufeff" + stream.getvalue()).encode()


def _plain(value):
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, str) and value.startswith(_FORMULA):
        # a name is no formula, whatever somebody called a product
        return "'" + value
    return "" if value is None else value


def _book(title, facts, columns, rows):
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"constant_memory": True, "strings_to_formulas": False})
    bold = book.add_format({"bold": True})
    head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EEEEEE"})
    formats = {
        "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "amount": book.add_format({"num_format": "#,##0.00"}),
    }
    sheet = book.add_worksheet()
    sheet.set_column(0, len(columns), 18)
    sheet.write_string(0, 0, title, bold)
    place = 1
    for name, value in facts:
        sheet.write_string(place, 0, name, bold)
        _cell(sheet, place, 1, value, formats)
        place += 1
    place += 1
    for column, name in enumerate(columns):
        sheet.write_string(place, column, name, head)
    for row in rows:
        place += 1
        for column, value in enumerate(row):
            _cell(sheet, place, column, value, formats)
    book.close()
    return stream.getvalue()


def _cell(sheet, row, column, value, formats):
    if value is None or value == "":
        return
    if isinstance(value, str):
        sheet.write_string(row, column, value)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, column, value, formats["time"])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, formats["day"])
    elif isinstance(value, (Decimal, float)):
        sheet.write_number(row, column, value, formats["amount"])
    else:
        sheet.write_number(row, column, value)
