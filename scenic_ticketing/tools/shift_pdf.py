"""The report of a shift on paper: A4 as PDF. Nothing here knows Odoo.

The same :class:`Report` is what the receipt printer of the window prints.
"""

from typing import NamedTuple

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm

from .pdf_page import Pages, text

_WIDTH, _HEIGHT = A4
_MARGIN = 18 * mm


class Section(NamedTuple):
    """A table: titles of its columns (the first is its heading), rows, and a row of sums."""

    header: tuple
    rows: tuple
    total: tuple = ()


class Report(NamedTuple):
    """What the report says, in the words of the user's language."""

    title: str
    subtitle: str
    facts: tuple  # (label, text)
    sections: tuple
    notes: tuple
    signatures: tuple  # labels below the lines to sign on
    footer: str


def build(report):
    """Return the PDF (bytes) of a :class:`Report`."""
    page = _Page(f"{report.title} {report.subtitle}", report.footer, _MARGIN)
    page.line(report.title, 18, bold=True, step=8 * mm)
    page.line(report.subtitle, 11, grey=True, step=9 * mm)
    for label, words in report.facts:
        page.pair(label, words)
    for section in report.sections:
        _table(page, section)
    page.y -= 4 * mm
    for note in report.notes:
        page.line(note, 9)
    _signatures(page, report.signatures)
    page.finish()
    return page.end()


class _Page(Pages):
    """Pages with lines, and with pairs of a label and its words."""

    def line(self, words, size, step=5.5 * mm, **style):
        self.need(step)
        text(self.canvas, _MARGIN, self.y, words, size, **style)
        self.y -= step

    def pair(self, label, words):
        self.need(6 * mm)
        text(self.canvas, _MARGIN, self.y, label, 10, grey=True)
        text(self.canvas, _MARGIN + 50 * mm, self.y, words, 10)
        self.y -= 5.5 * mm


def _table(page, section):
    page.y -= 5 * mm
    count = len(section.header)
    narrow = min(26 * mm, (_WIDTH - 2 * _MARGIN - 50 * mm) / max(count - 1, 1))
    rights = [_WIDTH - _MARGIN - narrow * back for back in range(count - 2, -1, -1)]
    rows = [section.header, *section.rows, *([section.total] if section.total else [])]
    for index, cells in enumerate(rows):
        bold = not index or (section.total and index == len(rows) - 1)
        page.need(7 * mm)
        text(page.canvas, _MARGIN, page.y, cells[0], 10, bold=bold)
        for right, cell in zip(rights, cells[1:], strict=True):
            text(page.canvas, right, page.y, cell, 10, bold=bold, right=True)
        page.canvas.setStrokeGray(0 if not index else 0.85)
        page.canvas.line(_MARGIN, page.y - 2 * mm, _WIDTH - _MARGIN, page.y - 2 * mm)
        page.y -= 6.5 * mm


def _signatures(page, labels):
    page.need(30 * mm)
    page.y -= 18 * mm
    for number, label in enumerate(labels):
        x = _MARGIN + number * 85 * mm
        page.canvas.setStrokeGray(0)
        page.canvas.line(x, page.y, x + 70 * mm, page.y)
        text(page.canvas, x, page.y - 5 * mm, label, 9, grey=True)
