import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..iot_handlers.scenic_gate import hand_wire

HAND_KEY = "hand"  # label of the site's sub-key in the key file, from which devices get theirs
_URL = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?\Z")


class ScenicBoxHands(models.Model):
    """Which handhelds may claim at the boxes of their site, and where they find them."""

    _inherit = "scenic.box"

    hand_url = fields.Char(
        "Address for Handhelds",
        copy=False,
        help="Where browsers of handhelds reach this box, like http://192.168.10.21:7469 or, with "
        "a certificate that they trust, https://gate1.park.example. Empty = http at the address "
        "and the port for other boxes.",
    )

    @api.constrains("hand_url")
    def _check_hand_url(self):
        for box in self.filtered("hand_url"):
            if not _URL.match(box.hand_url):
                raise ValidationError(
                    self.env._(
                        "%(address)s is not the address of a box. Write it like "
                        "http://192.168.10.21:7469, without a path.",
                        address=box.hand_url,
                    )
                )

    def _hand_devices(self):
        """Return the numbers of the handhelds of this box's site that may claim."""
        self.ensure_one()
        found = self.search(
            [
                ("site_id", "=", self.site_id.id),
                ("kind", "=", "handheld"),
                ("state", "=", "paired"),
            ],
            order="id",
        )
        return found.ids

    def _hand_config(self, site_key):
        """Return what a configuration says of claims of handhelds; ``site_key`` in hex.

        Of a box: which devices it hears. Of a handheld: its key, and the boxes.
        """
        self.ensure_one()
        if self.kind == "box":
            devices = self._hand_devices()
            hands = {"key": site_key, "port": self.lan_port, "devices": devices}
            return {"hands": hands} if devices else {}
        boxes = self.search(
            [("site_id", "=", self.site_id.id), ("kind", "=", "box"), ("state", "=", "paired")],
            order="id",
        )
        told = [box._hand_address() for box in boxes if box._lan_host()]
        key = hand_wire.device_key(bytes.fromhex(site_key), self.id)
        return {"boxes": {"device": self.id, "key": key.hex(), "boxes": told}} if told else {}

    def _hand_address(self):
        return {
            "box": self.id,
            "name": self.name,
            "url": self.hand_url or f"http://{self._lan_host()}:{self.lan_port}",
            "entrances": self._lan_entrances(),
        }
