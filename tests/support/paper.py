"""What receipt and label printers burn: the dots of ESC/POS commands, as a picture.

Of the command set only what a slip may use; anything else fails, because a real printer would print
it as text.
"""

import base64
import io
import resource
import subprocess

import cv2
import numpy
import qrcode
import zxingcpp
from PIL import Image, ImageFilter, ImageOps
from scenic_tools import node

# zebrash, a ZPL interpreter that knows nothing of this project
RENDER = """
import { ready } from "%s/zpl-renderer-js/dist/index.esm.js";
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { api } = await ready;
const [width, height, density] = process.argv.slice(1).map(Number);
process.stdout.write(
    await api.zplToBase64Async(Buffer.concat(chunks).toString(), width, height, density),
    () => process.exit(0)
);
"""


class Roll:
    """A printer with `dots` across its paper."""

    def __init__(self, dots):
        self.dots = dots
        self.cuts = 0
        self.centered = False
        self._rows = []
        self._qr = {"dots": 3, "level": 48, "data": b""}

    def print(self, data):
        """Take a job; return the paper as a picture, white 255, black 0."""
        at = 0
        while at < len(data):
            at += self._command(data, at)
        height = sum(row.height for row in self._rows)
        paper = Image.new("L", (self.dots, height), 255)
        top = 0
        for row in self._rows:
            paper.paste(row, ((self.dots - row.width) // 2 if self.centered else 0, top))
            top += row.height
        return paper

    def _command(self, data, at):
        head = data[at : at + 4]
        if head[:2] == b"\x1b@":
            return 2
        if head[:2] == b"\x1ba":
            self.centered = head[2] == 1
            return 3
        if head[:3] == b"\x1dv0":
            assert head[3] == 0, "enlarged"
            return self._raster(data, at)
        if head[:3] == b"\x1dVA":
            self.cuts += 1
            return 4
        if head[:3] == b"\x1d(k":
            return self._symbol(data, at)
        raise AssertionError(f"byte {at}: {data[at : at + 8].hex(' ')} is no command of a slip")

    def _raster(self, data, at):
        stride = int.from_bytes(data[at + 4 : at + 6], "little")
        rows = int.from_bytes(data[at + 6 : at + 8], "little")
        assert stride * 8 <= (self.dots + 7) // 8 * 8, f"{stride * 8} dots on {self.dots}"
        size = stride * rows
        bits = data[at + 8 : at + 8 + size]
        assert len(bits) == size, "the job ends within a picture"
        picture = Image.frombytes("1", (stride * 8, rows), bits)
        self._rows.append(ImageOps.invert(picture.convert("L")))
        return 8 + size

    def _symbol(self, data, at):
        size = int.from_bytes(data[at + 3 : at + 5], "little")
        kind, function, *rest = data[at + 5 : at + 5 + size]
        assert kind == 0x31, "no QR code"
        if function == 67:
            self._qr["dots"] = rest[0]
        elif function == 69:
            self._qr["level"] = rest[0]
        elif function == 80:
            self._qr["data"] = bytes(rest[1:])
        elif function == 81:
            self._rows.append(self._drawn())
        else:
            assert function == 65
            assert rest[0] == 50, "model 2"
        return 5 + size

    def _drawn(self):
        levels = {48: qrcode.ERROR_CORRECT_L, 49: qrcode.ERROR_CORRECT_M}
        code = qrcode.QRCode(
            error_correction=levels[self._qr["level"]], box_size=self._qr["dots"], border=0
        )
        code.add_data(self._qr["data"].decode("ascii"))
        return code.make_image().get_image().convert("L")


def label(zpl, width_mm, height_mm, dots_mm):
    """Return what a label printer makes of ZPL, drawn by foreign software."""
    node.prepare()
    done = subprocess.run(
        ["node", "--input-type=module", "-e", RENDER % node.MODULES.resolve()]
        + [str(number) for number in (width_mm, height_mm, dots_mm)],
        input=zpl,
        capture_output=True,
        timeout=180,
        preexec_fn=_unlimited,
    )
    assert not done.returncode, done.stderr.decode()[-2000:]
    return Image.open(io.BytesIO(base64.b64decode(done.stdout))).convert("L")


def _unlimited():
    # Odoo limits the memory of its process, and WebAssembly reserves more than it uses
    most = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


# ------------------------------------------------------------------------ reading


def zxing(picture):
    """Return the texts of the QR codes that zxing-cpp finds."""
    found = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    return [barcode.text for barcode in found if barcode.valid]


def opencv(picture):
    """Return the text of the QR code that OpenCV finds, which shares no code with zxing.

    Its older detector misses one clean code in fifty (long ones: in twelve), so the newer one looks
    first; both missed none of 300.
    """
    dots = numpy.array(picture)
    for detector in (cv2.QRCodeDetectorAruco(), cv2.QRCodeDetector()):
        text, _, _ = detector.detectAndDecode(dots)
        if text:
            return [text]
    return []


def read(picture):
    """Return the one text that both readers find."""
    texts = zxing(picture)
    assert texts == opencv(picture), "the readers do not agree"
    (text,) = texts
    return text


def worn(picture, blur):
    """Return it as a camera sees a pale print out of focus; `blur` in dots."""
    grey = picture.point(lambda value: 90 + value * 110 // 255)
    return grey.filter(ImageFilter.GaussianBlur(blur))


def dots_per_module(picture):
    """Return how many dots wide every module of the code is; fails when they are not whole."""
    (barcode,) = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    names = ("top_left", "top_right", "bottom_left", "bottom_right")
    corners = [getattr(barcode.position, name) for name in names]
    across, down = sorted(corner.x for corner in corners), sorted(corner.y for corner in corners)
    box = (across[0] - 9, down[0] - 9, across[-1] + 9, down[-1] + 9)
    around = ImageOps.invert(picture).crop(box)
    code = around.crop(around.getbbox())
    assert code.width == code.height
    # a finder pattern begins with seven dark modules, in three of the four corners
    row = [code.getpixel((x, 0)) > 127 for x in range(code.width)]
    run = row.index(False) if row[0] else row[::-1].index(False)
    dots, rest = divmod(max(run, row[::-1].index(False)), 7)
    assert not rest, f"a finder pattern is {run} dots wide"
    modules, rest = divmod(code.width, dots)
    assert not rest
    assert modules % 4 == 1, f"{modules} modules are no QR code"
    for y in range(modules):
        for x in range(modules):
            x0, y0 = x * dots, y * dots
            assert len(code.crop((x0, y0, x0 + dots, y0 + dots)).getcolors()) == 1, (x, y)
    return dots
