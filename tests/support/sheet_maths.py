"""Recomputes the formulas of a workbook, as an auditor's spreadsheet program would.

Knows only what our papers use: arithmetic, comparisons, ranges of one column, and SUM, SUMPRODUCT,
MINIFS, MIN, MAX, IF, AND, ROUND. Reads neither the results that the file brings nor any of Odoo.
"""

import datetime
import io
import math
import re

import openpyxl

_TOKEN = re.compile(
    r"(?:'(?P<sheet>[^']+)'!)?\$?(?P<col>[A-Z]{1,2})\$?(?P<row>\d+)(?::\$?[A-Z]{1,2}\$?(?P<last>\d+))?"
    r"|(?P<func>_xlfn\.[A-Z]+|[A-Z]+)(?=\()"
    r"|(?P<equal>(?<![<>=])=(?!=))"
)


class Column(list):
    """A range that calculates cell by cell."""

    def _with(self, other, operation):
        others = other if isinstance(other, Column) else [other] * len(self)
        return Column(operation(a, b) for a, b in zip(self, others, strict=True))

    def __mul__(self, other):
        return self._with(other, lambda a, b: a * b)

    def __add__(self, other):
        return self._with(other, lambda a, b: a + b)

    def __gt__(self, other):
        return self._with(other, lambda a, b: a > b)

    def __eq__(self, other):
        return self._with(other, lambda a, b: a == b)

    __hash__ = None


class Amount(float):
    """A number whose division by nothing is an error value that IF may throw away."""

    def __truediv__(self, other):
        return Amount(float(self) / float(other)) if other else Amount("nan")

    def __mul__(self, other):
        return Amount(float(self) * float(other))

    def __add__(self, other):
        return Amount(float(self) + float(other))

    def __sub__(self, other):
        return Amount(float(self) - float(other))

    def __rsub__(self, other):
        return Amount(float(other) - float(self))


def _round(value, digits):
    return Amount(
        math.copysign(math.floor(abs(value) * 10**digits + 0.5 + 1e-9), value) / 10**digits
    )


_FUNCTIONS = {
    "SUM": lambda cells: Amount(sum(cells)),
    "SUMPRODUCT": lambda *cells: Amount(sum(math.prod(row) for row in zip(*cells, strict=True))),
    "MINIFS": lambda cells, chosen, value: Amount(
        min((a for a, b in zip(cells, chosen, strict=True) if b == value), default=0)
    ),
    "MIN": lambda *values: Amount(min(values)),
    "MAX": lambda *values: Amount(max(values)),
    "IF": lambda test, yes, no: yes if test else no,
    "AND": lambda *tests: all(tests),
    "ROUND": _round,
}


class Workbook:
    def __init__(self, content):
        self.stored = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        self.book = openpyxl.load_workbook(io.BytesIO(content))

    def value(self, sheet, cell):
        """Return what a cell is, computed."""
        found = self.book[sheet][cell].value
        if isinstance(found, str) and found.startswith("="):
            return self._compute(sheet, found[1:])
        if isinstance(found, (int, float)):
            return Amount(found)
        return Amount(0) if found is None else found

    def _compute(self, sheet, formula):
        names = {"column": self._column, "value": self.value, **_FUNCTIONS}

        def python(match):
            if match["func"]:
                return match["func"].removeprefix("_xlfn.")
            if match["equal"]:
                return "=="
            place = match["sheet"] or sheet
            if match["last"]:
                return f"column({place!r}, {match['col']!r}, {match['row']}, {match['last']})"
            return f"value({place!r}, {match['col'] + match['row']!r})"

        return eval(_TOKEN.sub(python, formula), {"__builtins__": {}}, names)

    def _column(self, sheet, column, first, last):
        return Column(self.value(sheet, f"{column}{row}") for row in range(first, last + 1))

    def formulas(self):
        """Return ``(sheet, cell, computed, what the file says)`` of all formulas."""
        rows = []
        for sheet in self.book:
            for cells in sheet.iter_rows():
                for cell in cells:
                    if isinstance(cell.value, str) and cell.value.startswith("="):
                        said = self.stored[sheet.title][cell.coordinate].value or 0
                        computed = float(self.value(sheet.title, cell.coordinate))
                        rows.append((sheet.title, cell.coordinate, computed, said))
        return rows

    def rows(self, sheet):
        """Return the rows of a sheet below its titles, as dicts, computed."""
        page = self.book[sheet]
        titles = [cell.value for cell in page[1]]
        return [
            {
                title: self.value(sheet, cell.coordinate)
                if not isinstance(cell.value, datetime.datetime)
                else cell.value.date()
                for title, cell in zip(titles, cells, strict=True)
            }
            for cells in page.iter_rows(min_row=2)
        ]
