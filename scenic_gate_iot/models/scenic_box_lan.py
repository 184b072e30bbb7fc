import ipaddress

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..iot_handlers.scenic_gate import lan_config

LAN_KEY = "lan"  # label of the site's sub-key in the key file


class ScenicBoxLan(models.Model):
    """Where the boxes of a site find each other, so that a right is used once without a server."""

    _inherit = "scenic.box"

    lan_address = fields.Char(
        "Address in the Gate Network",
        copy=False,
        help="IPv4 address under which the other boxes of the site reach this one. Empty = the "
        "address that the box told when it started.",
    )
    lan_port = fields.Integer(
        "Port for Other Boxes",
        required=True,
        default=lan_config.PORT,
        help="UDP port on which the box answers the other boxes of the site.",
    )
    lan_state = fields.Char(
        "Other Boxes",
        compute="_compute_lan_state",
        help="How many of the other boxes of the site this box has heard lately, as it said "
        "itself. Without them a copied ticket can be used once at each.",
    )

    _lan_port_range = models.Constraint(
        "CHECK (lan_port BETWEEN 1 AND 65535)", "A port is a number from 1 to 65535."
    )

    @api.constrains("lan_address")
    def _check_lan_address(self):
        for box in self.filtered("lan_address"):
            if not _is_ipv4(box.lan_address):
                raise ValidationError(
                    self.env._(
                        "%(address)s is not an address in the gate network. Write it like "
                        "192.168.10.21, and give the box this address for good.",
                        address=box.lan_address,
                    )
                )

    @api.depends("status")
    def _compute_lan_state(self):
        for box in self:
            peers = box.status.get("peers") if isinstance(box.status, dict) else None
            peers = list(peers.values()) if isinstance(peers, dict) else []
            heard = sum(isinstance(peer, dict) and peer.get("alive") is True for peer in peers)
            text = self.env._("%(heard)s of %(all)s heard", heard=heard, all=len(peers))
            box.lan_state = text if peers else False

    def _lan(self):
        """Return the member ``lan`` of the configuration without its key.

        None where there is nobody to talk to, neither boxes nor handhelds.
        """
        self.ensure_one()
        if self.kind != "box":
            return None
        boxes = self.search(
            [("site_id", "=", self.site_id.id), ("kind", "=", "box"), ("state", "=", "paired")],
            order="id",
        )
        peers = [box._lan_peer() for box in boxes - self if box._lan_host()]
        if not ((peers or self._hand_devices()) and self._lan_host()):
            return None
        return {
            "box": self.id,
            "port": self.lan_port,
            "entrances": self._lan_entrances(),
            "budget_ms": lan_config.BUDGET_MS,
            "peers": peers,
        }

    def _lan_peer(self):
        return {
            "box": self.id,
            "name": self.name,
            "host": self._lan_host(),
            "port": self.lan_port,
            "entrances": self._lan_entrances(),
        }

    def _lan_host(self):
        """Return the address of the box for its peers; empty when nobody knows one."""
        found = self.lan_address or self.ip or ""
        return found if _is_ipv4(found) else ""

    def _lan_entrances(self):
        """Return the mask of the entrances that lanes of this box lead in by."""
        mask = 0
        for lane in self.lane_ids.filtered("zone_id"):
            mask |= 1 << lane.entrance_id.bit if lane.entrance_id else lan_config.ALL
        return mask


def _is_ipv4(text):
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True
