"""QR codes that scanners and thermal printers like."""

import base64
import io

import qrcode
from qrcode.constants import ERROR_CORRECT_M

# A white border of four modules belongs to the code: readers find it by that.
_BORDER = 4


def png_data_uri(text, pixels=8):
    """Return a PNG of ``text`` as a data URI, each module a square of ``pixels`` × ``pixels``.

    Whole pixels matter: a scaled code has modules of unequal width, and a printer that turns
    grey edges into dots makes it unreadable. Upper-case text is written in alphanumeric mode, which
    gives larger modules on the same paper.
    """
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, box_size=pixels, border=_BORDER)
    code.add_data(text, optimize=0)
    code.make(fit=True)
    buffer = io.BytesIO()
    code.make_image().save(buffer, format="PNG")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
