"""A printer as a device of the IoT box, also on a box without a print system.

Same actions and events as the stock printer driver, so that a window need not know which of them it
talks to. Knows nothing of what it prints.
"""

import io
import logging
import threading
import time
from base64 import b64decode

from odoo.addons.iot_drivers.driver import Driver
from odoo.addons.iot_drivers.event_manager import event_manager

from ..scenic_gate import printer_port, runtime, window_events

_logger = logging.getLogger(__name__)

LARGEST = 4_000_000  # characters of base64; a metre of 80 mm paper has a tenth of it
SLICE_ROWS = 255
MOST_DOTS = 20_000_000  # some metres of paper; a small file may unpack to much more

_unpacking = threading.Lock()  # one picture at a time: many at once would take the box's memory


class ScenicPrinterDriver(Driver):
    """Prints documents as they are, and pictures as ESC/POS."""

    connection_type = "scenic_printer"
    priority = 100

    def __init__(self, identifier, device):
        super().__init__(identifier, device)
        self.device_type = "printer"
        self.device_connection = "network"
        self.device_name = device["name"]
        self.device_manufacturer = "Scenic"
        # what the stock box asks of every printer
        self.device_subtype = "receipt_printer"
        self.connected_by_usb = False
        self.ip = None
        self._jobs = threading.Lock()
        self._actions.update({"": self._document, "print_receipt": self._picture})

    @classmethod
    def supported(cls, device):
        return "url" in device

    def action(self, data):
        """Print each job once; unlike the stock way, what is no slip is not copied into the log."""
        job = str(data.get("action_unique_id") or "")[:128]
        if job and job in self._recent_action_ids:
            return
        if job:
            self._recent_action_ids[job] = job
        try:
            self._actions[data.get("action", "")](data)
        except Exception as err:
            # a request's thread of the stock box: whatever was sent, the next slip is printed
            self._recent_action_ids.pop(job, None)
            _logger.warning("Printer %s: %s", self.device_name, repr(err)[:200])

    def _document(self, data):
        self._print(data, _decoded(data.get("document")))

    def _picture(self, data):
        with _unpacking:
            content = _escpos(_decoded(data.get("receipt")))
        self._print(data, content)

    def _print(self, data, content):
        status, message = "success", ""
        # it may have moved since the box found it
        place = runtime.printers().get(self.device_identifier, self.dev)
        try:
            with self._jobs:
                message = printer_port.send(place["url"], place["options"], content)
        except printer_port.PrinterError as err:
            _logger.warning("Printer %s: %s", self.device_name, err)
            status, message = "error", err.code
            # the same job may be tried again
            self._recent_action_ids.pop(data.get("action_unique_id"), None)
        self._tell(status, message, data.get("session_id"))

    def _tell(self, status, message, owner):
        window_events.leave(
            event_manager, self.device_identifier, time.time(), status, message, owner
        )


def _decoded(text):
    if not isinstance(text, str) or not text or len(text) > LARGEST:
        raise ValueError("There is nothing to print, or too much of it.")
    return b64decode(text)


def _escpos(picture):
    """Return the picture in raster commands, made the way the stock driver makes them."""
    from PIL import Image, ImageOps

    opened = Image.open(io.BytesIO(picture))
    if opened.width * opened.height > MOST_DOTS:
        raise ValueError("The picture is larger than any slip.")
    image = ImageOps.invert(opened.convert("L")).convert("1")
    width, dots = (image.width + 7) // 8, image.tobytes()
    out = [b"\x1b@\x1ba\x01"]
    for start in range(0, len(dots), width * SLICE_ROWS):
        part = dots[start : start + width * SLICE_ROWS]
        out.append(b"\x1dv0\x00" + width.to_bytes(2, "little"))
        out.append((len(part) // width).to_bytes(2, "little") + part)
    return b"".join([*out, b"\x1dVA\n"])
