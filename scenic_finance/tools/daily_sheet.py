"""The daily sheet as a document: what its tables hold, whatever they are drawn on. No Odoo here."""

from itertools import accumulate
from typing import NamedTuple


class Line(NamedTuple):
    """A channel and product: counts, money, and the money by payment method, as it was summed."""

    channel: str
    product: str
    counts: tuple  # sold, persons, given back
    money: tuple  # gross, net, refunds, fees, on account
    received: dict  # {method: amount}


class Table(NamedTuple):
    """A heading, titles of columns, rows, and the row of sums.

    Each row is ``(cells, level)``: 0 for a plain row, 1 for the sums of a channel. Cells are texts,
    or numbers in the formats of ``formats``: "text", "count", "money", "percent", or "number": a
    count when it is whole.
    """

    heading: str
    titles: tuple
    formats: tuple
    rows: tuple
    total: tuple = ()


class Sheet(NamedTuple):
    """A whole document, in the words of the user's language."""

    title: str
    subtitle: str
    facts: tuple  # (label, text)
    tables: tuple
    notes: tuple
    signatures: tuple
    footer: str
    money: str  # number format of the spreadsheet, for example "#,##0.00"
    digits: int


def rounded(matrix, digits):
    """Return ``matrix`` (rows of numbers) rounded so that rows, columns and the whole add up.

    Each cell is the difference of rounded running totals in both directions: no cell is off by
    more than a unit or two of the last digit, and every sum is the rounded sum of what is exact.
    """
    if not matrix:
        return []
    factor = 10**digits
    running = [[0] * (len(matrix[0]) + 1)]
    above = [0.0] * len(matrix[0])
    for row in matrix:
        above = [total + cell for total, cell in zip(above, row, strict=True)]
        running.append([round(cell * factor) for cell in accumulate(above, initial=0.0)])
    return [
        [(here[k] - here[k - 1] - before[k] + before[k - 1]) / factor for k in range(1, len(here))]
        for before, here in zip(running, running[1:], strict=False)
    ]


def columns_rounded(matrix, digits):
    """Return ``matrix`` with each column rounded by itself so that it adds up."""
    columns = [rounded([[cell] for cell in column], digits) for column in zip(*matrix, strict=True)]
    return [[column[k][0] for column in columns] for k in range(len(matrix))]


def sales_table(lines, digits, heading, titles, subtotal):
    """Return the table of sales, refunds and receipts, with the sums of each channel."""
    matrix = columns_rounded([line.money for line in lines], digits)
    taken = columns_rounded([[sum(line.received.values())] for line in lines], digits)
    cells = []
    for line, (gross, net, refunds, fees, account), (received,) in zip(
        lines, matrix, taken, strict=True
    ):
        sold, persons, back = line.counts
        tax = round(gross - net, digits)
        cells.append((sold, persons, gross, tax, net, back, refunds, fees, received, account))
    formats = ("text", "text", "count", "count", "money", "money", "money", "count")
    formats += ("money",) * 4
    rows = _with_subtotals(lines, cells, digits, subtotal)
    return Table(
        heading, titles, formats, rows, (subtotal, "", *_sums(cells, digits)) if cells else ()
    )


def method_table(lines, methods, digits, heading, titles, subtotal):
    """Return the table of receipts by payment method; ``methods`` in the order of the columns."""
    matrix = rounded([[line.received.get(name, 0.0) for name in methods] for line in lines], digits)
    cells = [(*row, round(sum(row), digits)) for row in matrix]
    formats = ("text", "text") + ("money",) * (len(methods) + 1)
    rows = _with_subtotals(lines, cells, digits, subtotal)
    return Table(
        heading, titles, formats, rows, (subtotal, "", *_sums(cells, digits)) if cells else ()
    )


def compare_table(now, before, names, digits, heading, titles):
    """Return the table of sums now and a year before; both are sums in the order of ``names``."""
    rows = []
    for name, kind, new, old in zip(*names, now, before, strict=True):
        change = round((new - old) / abs(old), 4) if old else ""
        values = (
            (round(new, digits), round(old, digits)) if kind == "money" else (int(new), int(old))
        )
        rows.append(((name, *values, change), 0))
    return Table(heading, titles, ("text", "number", "number", "percent"), tuple(rows))


def _sums(cells, digits):
    return tuple(round(sum(column), digits) for column in zip(*cells, strict=True))


def _with_subtotals(lines, cells, digits, subtotal):
    """Return rows by channel; a channel with several products ends with its sums."""
    rows, group = [], []
    for number, (line, row) in enumerate(zip(lines, cells, strict=True)):
        first = not number or lines[number - 1].channel != line.channel
        rows.append(((line.channel if first else "", line.product, *row), 0))
        group.append(row)
        if number + 1 == len(lines) or lines[number + 1].channel != line.channel:
            if len(group) > 1:
                rows.append((("", subtotal, *_sums(group, digits)), 1))
            group = []
    return tuple(rows)
