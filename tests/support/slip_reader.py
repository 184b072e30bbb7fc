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
    paper = ImageOps.invert(burn(png).convert("L"))
    found = zxingcpp.read_barcodes(paper, formats=zxingcpp.BarcodeFormat.QRCode)
    return [barcode.text for barcode in found]
