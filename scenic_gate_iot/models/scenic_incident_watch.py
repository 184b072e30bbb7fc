from odoo import fields, models


class ScenicIncidentWatch(models.Model):
    """Troubles of gates that begin and end by themselves."""

    _inherit = "scenic.incident"

    kind = fields.Selection(
        selection_add=[
            ("silent_lane", "Lane without visitors"),
            ("device_dead", "Device of a lane does not answer"),
            ("slow_gate", "Entrance much slower than a week ago"),
            ("refused_burst", "Many refusals at a lane"),
            ("forged", "Forged codes at a lane"),
            ("clock_drift", "Clock of a box is wrong"),
            ("disk_full", "Disk of a box is nearly full"),
            ("unsent", "Box cannot get rid of its reports"),
            ("lan_cut", "Boxes do not hear each other"),
        ],
        ondelete={
            "silent_lane": "set default",
            "device_dead": "set default",
            "slow_gate": "set default",
            "refused_burst": "set default",
            "forged": "set default",
            "clock_drift": "set default",
            "disk_full": "set default",
            "unsent": "set default",
            "lan_cut": "set default",
        },
    )
    watch_over_at = fields.Datetime(
        "Over Since", readonly=True, copy=False, help="When the trouble was seen to be over."
    )
