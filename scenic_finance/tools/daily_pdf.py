"""The daily sheet on paper: A4 across, as PDF. No Odoo here."""

import io
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from .daily_sheet import Sheet

_PAGE = landscape(A4)
_MARGIN = 12 * mm
_CHINESE, _LATIN, _LATIN_BOLD = "STSong-Light", "Helvetica", "Helvetica-Bold"
_GREY = colors.HexColor("#666666")
_LINE = colors.HexColor("#BBBBBB")


def build(sheet: Sheet) -> bytes:
    """Return the PDF of a sheet; the titles of a table stand on each of its pages."""
    if _CHINESE not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(UnicodeCIDFont(_CHINESE))
    buffer = io.BytesIO()
    document = SimpleDocTemplate(
        buffer,
        pagesize=_PAGE,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN + 4 * mm,
        title=f"{sheet.title} {sheet.subtitle}",
    )
    story = [_text(sheet.title, 16, bold=True), _text(sheet.subtitle, 10, color=_GREY)]
    story += [_text(f"{label}: {words}", 8) for label, words in sheet.facts]
    for table in sheet.tables:
        story += [Spacer(1, 5 * mm), _text(table.heading, 11, bold=True), Spacer(1, 1.5 * mm)]
        story.append(_table(table, sheet.digits))
    story.append(Spacer(1, 4 * mm))
    story += [_text(note, 8, color=_GREY) for note in sheet.notes]
    if sheet.signatures:
        story += [Spacer(1, 14 * mm), _signatures(sheet.signatures)]

    def foot(canvas, _document):
        canvas.setFont(_font(sheet.footer), 7)
        canvas.setFillColor(_GREY)
        canvas.drawString(_MARGIN, 8 * mm, sheet.footer)
        canvas.drawRightString(_PAGE[0] - _MARGIN, 8 * mm, str(canvas.getPageNumber()))

    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return buffer.getvalue()


def _font(words, bold=False):
    try:
        words.encode("latin-1")
    except UnicodeEncodeError:
        return _CHINESE
    return _LATIN_BOLD if bold else _LATIN


def _text(words, size, bold=False, color=colors.black, right=False):
    style = ParagraphStyle(
        "text",
        fontName=_font(words, bold),
        fontSize=size,
        leading=size * 1.3,
        textColor=color,
        alignment=2 if right else 0,
        wordWrap="CJK" if _font(words) == _CHINESE else None,
    )
    return Paragraph(escape(words), style)


def _table(table, digits):
    size = 8 if len(table.titles) <= 12 else 6.5
    data, look = [], [("LINEBELOW", (0, 0), (-1, 0), 0.7, colors.black)]
    data.append(
        [
            _text(title, size, bold=True, right=kind != "text")
            for title, kind in zip(table.titles, table.formats, strict=True)
        ]
    )
    rows = [*table.rows, *([(table.total, 2)] if table.total else [])]
    for number, (cells, level) in enumerate(rows, start=1):
        data.append(
            [
                _text(_cell(cell, kind, digits), size, bold=level > 0, right=kind != "text")
                for cell, kind in zip(cells, table.formats, strict=True)
            ]
        )
        look.append(("LINEBELOW", (0, number), (-1, number), 0.3, _LINE))
    if table.total:
        look.append(("LINEABOVE", (0, -1), (-1, -1), 0.7, colors.black))
    look += [
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2),
    ]
    return Table(
        data, colWidths=_widths(table), style=TableStyle(look), repeatRows=1, hAlign="LEFT"
    )


def _widths(table):
    """Share the page out: texts get twice the room of a number; few columns stay narrow."""
    weight = {"text": 2.2, "count": 0.8}
    weights = [weight.get(kind, 1.2) for kind in table.formats]
    room = _PAGE[0] - 2 * _MARGIN
    unit = min(room / sum(weights), 24 * mm)
    return [unit * value for value in weights]


def _cell(cell, kind, digits):
    if isinstance(cell, str):
        return cell
    if kind == "percent":
        return f"{cell * 100:+.1f} %"
    if kind == "count" or isinstance(cell, int):
        return f"{cell:,.2f}".rstrip("0").rstrip(".")
    return f"{cell:,.{digits}f}"


def _signatures(labels):
    cells = [[_text(label, 8, color=_GREY) for label in labels]]
    width = (_PAGE[0] - 2 * _MARGIN) / len(labels)
    style = TableStyle([("LINEABOVE", (0, 0), (-1, 0), 0.5, colors.black)])
    return Table(cells, colWidths=[width] * len(labels), style=style)
