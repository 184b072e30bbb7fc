"""The daily sheet as a spreadsheet file. No Odoo here."""

import io

import xlsxwriter

from .daily_sheet import Sheet

_WIDTH = {"text": 24, "count": 9, "money": 14, "number": 14, "percent": 11}


def build(sheet: Sheet) -> bytes:
    """Return the file of a sheet: one page, tables below each other, sums as formulas."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    page = book.add_worksheet(sheet.title[:31].translate(str.maketrans("[]:*?/\\", "       ")))
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.hide_gridlines(2)
    page.set_footer(f"&L{sheet.footer.replace('&', '&&')}&R&P / &N")
    styles = _Styles(book, sheet.money)
    page.write_string(0, 0, sheet.title, styles.get(bold=True, font_size=16))
    page.write_string(1, 0, sheet.subtitle, styles.get(font_color="#666666"))
    row = 3
    for label, words in sheet.facts:
        page.write_string(row, 0, label, styles.get(font_color="#666666"))
        page.write_string(row, 1, words)
        row += 1
    widths = {}
    for table in sheet.tables:
        row = _write_table(page, styles, table, row + 1)
        for column, kind in enumerate(table.formats):
            widths[column] = max(widths.get(column, 0), _WIDTH[kind])
    for note in sheet.notes:
        row += 1
        page.write_string(row, 0, note, styles.get(font_color="#666666"))
    for column, width in widths.items():
        page.set_column(column, column, width)
    book.close()
    return buffer.getvalue()


class _Styles:
    """The cell formats of a book, each made once."""

    _NUMBERS = {"count": "#,##0.##", "percent": "0.0%"}

    def __init__(self, book, money):
        self.book = book
        self.numbers = {**self._NUMBERS, "money": money, "number": money}
        self.known = {}

    def get(self, kind="text", **options):
        if kind in self.numbers:
            options["num_format"] = self.numbers[kind]
        key = tuple(sorted(options.items()))
        if key not in self.known:
            self.known[key] = self.book.add_format(options)
        return self.known[key]


def _write_table(page, styles, table, row):
    """Write a table from ``row`` on; return the first free row."""
    page.write_string(row, 0, table.heading, styles.get(bold=True, font_size=12))
    row += 1
    for column, title in enumerate(table.titles):
        look = styles.get(
            bold=True,
            bottom=1,
            bg_color="#F2F2F2",
            text_wrap=True,
            align="left" if table.formats[column] == "text" else "right",
        )
        page.write_string(row, column, title, look)
    first = row + 1
    for cells, level in table.rows:
        row += 1
        _write_row(page, styles, table, row, cells, {"italic": True} if level else {})
    if table.total:
        row += 1
        plain = [place for place, (_cells, level) in enumerate(table.rows) if not level]
        _write_row(page, styles, table, row, table.total, {"bold": True, "top": 1}, plain, first)
    return row + 1


def _write_row(page, styles, table, row, cells, look, summed=(), first=0):
    for column, (cell, kind) in enumerate(zip(cells, table.formats, strict=True)):
        whole = kind == "number" and isinstance(cell, int)
        style = styles.get("count" if whole else kind, **look)
        if isinstance(cell, str):
            page.write_string(row, column, cell, style)
        elif summed:
            page.write_formula(row, column, _sum_of(column, summed, first), style, cell)
        else:
            page.write_number(row, column, cell, style)


def _sum_of(column, summed, first):
    """Return the formula that adds the plain rows up; neighbours become one range."""
    letter, ranges = xlsxwriter.utility.xl_col_to_name(column), []
    for place in summed:
        line = first + place + 1
        if ranges and ranges[-1][1] == line - 1:
            ranges[-1][1] = line
        else:
            ranges.append([line, line])
    return "=SUM(" + ",".join(f"{letter}{low}:{letter}{high}" for low, high in ranges) + ")"
