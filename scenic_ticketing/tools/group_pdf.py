"""The document of a group: a page for the guide, then all tickets. Nothing here knows Odoo.

Drawn with reportlab, which Odoo needs anyway: no browser engine has to be installed, and a
thousand codes take seconds. Codes are one-bit pictures of whole pixels, so that they stay sharp.
"""

from typing import NamedTuple

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm

from .pdf_page import Pages, text, wrap

_WIDTH, _HEIGHT = A4
_MARGIN = 15 * mm
_COLUMNS, _ROWS = 2, 4
_QR = 44 * mm
# choosing the best of the eight masks costs five times the rest; any of them is readable
_MASK_CHOSEN_UP_TO = 100


class Ticket(NamedTuple):
    """One code: its text (or '' when only the number is good) and the lines beside it."""

    code: str
    number: str
    title: str
    lines: tuple


class Group(NamedTuple):
    """What the document says, in the words of the customer's language."""

    title: str
    subtitle: str
    facts: tuple  # (label, text)
    header: tuple  # titles of the table
    rows: tuple  # cells of the table
    notes: tuple
    tickets: tuple
    footer: str


def build(group):
    """Return the PDF (bytes) of a :class:`Group`."""
    page = Pages(f"{group.title} {group.subtitle}", group.footer, _MARGIN)
    _draw_guide(page, group)
    _draw_tickets(page, group.tickets)
    return page.end()


# ----------------------------------------------------------------------
# the guide's page
# ----------------------------------------------------------------------


def _draw_guide(page, group):
    canvas = page.canvas
    page.y -= 8 * mm
    text(canvas, _MARGIN, page.y, group.title, 20, bold=True)
    page.y -= 8 * mm
    text(canvas, _MARGIN, page.y, group.subtitle, 12, grey=True)
    page.y -= 10 * mm
    for label, words in group.facts:
        lines = wrap(words, 11, _WIDTH - 2 * _MARGIN - 45 * mm)
        page.need(6 * mm * len(lines))
        text(canvas, _MARGIN, page.y, label, 11, grey=True)
        for line in lines:
            text(canvas, _MARGIN + 45 * mm, page.y, line, 11)
            page.y -= 6 * mm
    page.y -= 6 * mm
    _draw_table(page, group.header, group.rows)
    for note in group.notes:
        page.y -= 2 * mm
        for line in wrap(note, 10, _WIDTH - 2 * _MARGIN):
            page.need(6 * mm)
            text(canvas, _MARGIN, page.y, line, 10)
            page.y -= 5 * mm
    page.finish()


def _draw_table(page, header, rows):
    """Draw the lines of the order; the first column takes what the others leave."""
    canvas, count = page.canvas, len(header)
    narrow = 28 * mm
    first = _WIDTH - 2 * _MARGIN - narrow * (count - 1)
    rights = [_MARGIN + first + narrow * number for number in range(1, count)]
    for index, cells in enumerate((header, *rows)):
        lines = wrap(cells[0], 10, first - 2 * mm)
        page.need(7 * mm * len(lines))
        for number, line in enumerate(lines):
            text(canvas, _MARGIN, page.y - 5 * mm * number, line, 10, bold=not index)
        for right, cell in zip(rights, cells[1:], strict=True):
            text(canvas, right, page.y, cell, 10, bold=not index, right=True)
        page.y -= 5 * mm * len(lines)
        canvas.setStrokeGray(0 if not index else 0.8)
        canvas.line(_MARGIN, page.y + 2.5 * mm, _WIDTH - _MARGIN, page.y + 2.5 * mm)
        page.y -= 2.5 * mm


# ----------------------------------------------------------------------
# tickets
# ----------------------------------------------------------------------


def _draw_tickets(page, tickets):
    width = (_WIDTH - 2 * _MARGIN) / _COLUMNS
    height = (_HEIGHT - 2 * _MARGIN) / _ROWS
    chosen = len(tickets) <= _MASK_CHOSEN_UP_TO
    for number, ticket in enumerate(tickets):
        place = number % (_COLUMNS * _ROWS)
        if number and not place:
            page.finish()
        x = _MARGIN + width * (place % _COLUMNS)
        y = _HEIGHT - _MARGIN - height * (place // _COLUMNS + 1)
        _draw_ticket(page.canvas, ticket, x, y, width, height, chosen)
    if tickets:
        page.finish()


def _draw_ticket(canvas, ticket, x, y, width, height, chosen):
    canvas.setStrokeGray(0.75)
    canvas.setDash(2, 3)
    canvas.rect(x, y, width, height)
    canvas.setDash()
    top = y + height - 6 * mm
    for line in wrap(ticket.title, 11, width - 8 * mm)[:1]:
        text(canvas, x + 4 * mm, top, line, 11, bold=True)
    if ticket.code:
        picture = _picture(ticket.code, chosen)
        canvas.drawInlineImage(picture, x + 1 * mm, top - 2 * mm - _QR, _QR, _QR)
    beside, line_y = x + _QR + 2 * mm, top - 10 * mm
    for words in ticket.lines:
        for line in wrap(words, 9, width - _QR - 4 * mm)[:3]:
            text(canvas, beside, line_y, line, 9)
            line_y -= 4.5 * mm
    text(canvas, x + 4 * mm, y + 5 * mm, ticket.number, 12)


def _picture(code, chosen):
    """Return the QR code as a one-bit image, each module four pixels wide."""
    maker = qrcode.QRCode(
        error_correction=ERROR_CORRECT_M,
        box_size=4,
        border=4,
        mask_pattern=None if chosen else 3,
    )
    maker.add_data(code, optimize=0)
    maker.make(fit=True)
    return maker.make_image().get_image()
