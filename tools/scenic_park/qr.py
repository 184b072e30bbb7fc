"""Reading printed codes with a reader that knows nothing of this project."""

from pathlib import Path

import zxingcpp
from PIL import Image


def read_all(picture: Path) -> list[str]:
    """Return the texts of all QR codes in a picture, from top to bottom."""
    with Image.open(picture) as image:
        found = zxingcpp.read_barcodes(image.convert("L"), formats=zxingcpp.BarcodeFormat.QRCode)
    found = [code for code in found if code.valid]
    return [code.text for code in sorted(found, key=lambda code: code.position.top_left.y)]
