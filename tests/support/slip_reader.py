"""Reads a printed ticket the way a printer and a gate do, with nothing of the window's own code."""

import io

import zxingcpp
from PIL import Image, ImageOps

DOTS_58MM = 384
"""Dots across the paper of a 58 mm thermal printer."""


def burn(png, dots=DOTS_58MM):
    """Return the black dots that a 58 mm printer leaves of a picture, as a 1-bit image.

    As Odoo's printer driver makes them: the picture travels as JPEG, becomes grey, and is dithered
    to black and white. A module that is not a whole number of dots becomes noise here.
    """
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    assert picture.width <= dots, f"{picture.width} dots do not fit on {dots}"
    packed = io.BytesIO()
    picture.save(packed, "JPEG", quality=92)
    return ImageOps.invert(Image.open(packed).convert("L")).convert("1")


def read_codes(png):
    """Return the texts of all QR codes on a printed slip."""
    return [barcode.text for barcode in _find(burn(png))]


def dots_per_module(png, modules=45):
    """Return the width in dots of a module of the one QR code, which must be the same everywhere.

    Fails when a module has both black and white dots: on paper it would be a blur.
    """
    paper = burn(png)
    (barcode,) = _find(paper)
    first, last = barcode.position.top_left, barcode.position.bottom_right
    around = paper.crop((first.x - 9, first.y - 9, last.x + 9, last.y + 9))
    code = around.crop(around.getbbox())
    size, rest = divmod(code.width, modules)
    assert not rest, f"{modules} modules are {code.width} dots wide"
    uneven = 0
    for row in range(modules):
        for column in range(modules):
            x, y = column * size, row * size
            uneven += len(code.crop((x, y, x + size, y + size)).getcolors()) > 1
    assert not uneven, f"{uneven} modules are black and white"
    return size


def _find(paper):
    picture = ImageOps.invert(paper.convert("L"))
    return zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
