"""A closed period as a workbook. Nothing here knows Odoo."""

import io
from typing import NamedTuple

import xlsxwriter


class Sheet(NamedTuple):
    """A table: its name, titles of the columns and rows; numbers stay numbers."""

    name: str
    header: tuple
    rows: tuple


def build(title, facts, sheets):
    """Return the workbook (bytes); ``facts`` are (label, value) pairs of the first sheet."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    bold = book.add_format({"bold": True})
    money = book.add_format({"num_format": "#,##0.00"})
    page = book.add_worksheet(_name(title))
    page.write(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
    page.set_column(0, 0, 32)
    page.set_column(1, 1, 80)
    for number, (label, value) in enumerate(facts, start=2):
        page.write(number, 0, label, bold)
        _write(page, number, 1, value, money)
    for sheet in sheets:
        _table(book.add_worksheet(_name(sheet.name)), sheet, bold, money)
    book.close()
    return buffer.getvalue()


def _table(page, sheet, bold, money):
    page.freeze_panes(1, 0)
    for column, words in enumerate(sheet.header):
        page.write(0, column, words, bold)
        longest = max([len(str(words)), *(len(str(row[column])) for row in sheet.rows)])
        page.set_column(column, column, min(60, longest + 4))
    for number, row in enumerate(sheet.rows, start=1):
        for column, value in enumerate(row):
            _write(page, number, column, value, money)
    if sheet.rows:
        page.autofilter(0, 0, len(sheet.rows), len(sheet.header) - 1)


def _write(page, row, column, value, money):
    """Write texts as texts: what begins with "=" is no formula of ours."""
    if isinstance(value, float):
        page.write_number(row, column, value, money)
    elif isinstance(value, int) and not isinstance(value, bool):
        page.write_number(row, column, value)
    else:
        page.write_string(row, column, "" if value is None else str(value))


def _name(text):
    """Return a text that can name a sheet."""
    return "".join(" " if sign in "[]:*?/\\'" else sign for sign in text)[:31] or "-"
