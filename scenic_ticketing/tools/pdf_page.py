"""Pages of A4 as PDF, line by line, in Latin and Chinese letters. Nothing here knows Odoo."""

import io

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

_WIDTH, _HEIGHT = A4
# the Chinese font that every reader brings along or replaces by its own; nothing is embedded
_CHINESE = "STSong-Light"
_LATIN, _LATIN_BOLD = "Helvetica", "Helvetica-Bold"


class Pages:
    """A canvas that knows how far down it is; ``y`` is where the next line goes."""

    def __init__(self, title, footer, margin):
        if _CHINESE not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(UnicodeCIDFont(_CHINESE))
        self._buffer = io.BytesIO()
        self.canvas = Canvas(self._buffer, pagesize=A4, pageCompression=1)
        self.canvas.setTitle(title)
        self.footer, self.margin = footer, margin
        self.number = 1
        self.y = _HEIGHT - margin

    def need(self, height):
        """Begin a new page unless `height` is left on this one."""
        if self.y - height < self.margin:
            self.finish()

    def finish(self):
        """End this page."""
        right = _WIDTH - self.margin
        text(self.canvas, self.margin, 9 * mm, self.footer, 8, grey=True)
        text(self.canvas, right, 9 * mm, str(self.number), 8, grey=True, right=True)
        self.canvas.showPage()
        self.number += 1
        self.y = _HEIGHT - self.margin

    def end(self):
        """Return the PDF (bytes) of the pages."""
        self.canvas.save()
        return self._buffer.getvalue()


def text(canvas, x, y, words, size, bold=False, grey=False, right=False):
    """Draw one line of text at its baseline."""
    # amounts have a space that does not break, which the Chinese font lacks
    words = str(words).replace("\xa0", " ")
    latin = all(ord(letter) < 256 for letter in words)
    if not latin:
        # the dot of Chinese number plates; the font has it at another place
        words = words.replace("·", "・")
    canvas.setFont((_LATIN_BOLD if bold else _LATIN) if latin else _CHINESE, size)
    canvas.setFillGray(0.4 if grey else 0)
    (canvas.drawRightString if right else canvas.drawString)(x, y, words)


def wrap(words, size, width):
    """Return the lines of a text; breaks between words, and anywhere within a long one."""
    lines = []
    for paragraph in str(words).splitlines() or [""]:
        line = ""
        for piece in _pieces(paragraph):
            if line and _width(line + piece, size) > width:
                lines.append(line.rstrip())
                line = piece.lstrip()
            else:
                line += piece
        lines.append(line.rstrip())
    return lines


def _pieces(paragraph):
    piece = ""
    for letter in paragraph:
        piece += letter
        if letter == " " or ord(letter) > 0x2E80 or len(piece) > 30:
            yield piece
            piece = ""
    if piece:
        yield piece


def _width(words, size):
    font = _LATIN if all(ord(letter) < 256 for letter in words) else _CHINESE
    return pdfmetrics.stringWidth(words, font, size)
