from odoo import api, fields, models

from ..tools import board_status
from .scenic_lane import LIVE_STATES

# what people read of a lane, on the live board and on every screen of lanes
STATES = [
    *LIVE_STATES,
    ("stopped", "Stopped"),
    ("silent", "No contact"),
    ("no_barrier", "Barrier dead"),
    ("broken", "Device in trouble"),
    ("new", "Not paired"),
    ("quarantined", "Quarantined"),
    ("blocked", "Blocked"),
    ("unknown", "Not reported"),
]


class ScenicLaneShown(models.Model):
    """A lane as people see it: what its box said last is worth nothing when the box is silent."""

    _inherit = "scenic.lane"

    shown_state = fields.Selection(STATES, "Lane State", compute="_compute_shown")
    tone = fields.Selection(
        [
            ("ok", "Well"),
            ("busy", "In use"),
            ("warn", "To look at"),
            ("bad", "In trouble"),
            ("off", "Not in service"),
        ],
        compute="_compute_shown",
    )
    in_trouble = fields.Boolean(
        compute="_compute_shown",
        search="_search_in_trouble",
        help="The lane or a device of it needs somebody, or an alarm of it is open.",
    )

    @api.depends("box_id.status", "box_id.state", "box_id.last_seen", "code", "site_id")
    def _compute_shown(self):
        known = dict(STATES)
        alarms = self._open_alarms()
        for lane in self:
            seen = board_status.lane(lane.box_id.status, lane.code)
            is_open = bool(lane.site_id) and lane.site_id._gate_is_open()
            tone, state = board_status.tone(
                lane.box_id.state or "new", is_open, lane.box_id.is_online, seen
            )
            lane.tone = tone
            lane.shown_state = state if state in known else "unknown"
            lane.in_trouble = tone in ("bad", "warn") or bool(
                alarms.get((lane.site_id.id, lane.code))
            )

    @api.model
    def _search_in_trouble(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        found = self.search([("box_id.active", "=", True)]).filtered("in_trouble")
        wanted = (True in value) == (operator == "in")
        return [("id", "in" if wanted else "not in", found.ids)]

    def _open_alarms(self):
        """Return {(site, lane code): kinds of what is wrong there now} by the open alarms."""
        groups = self.env["scenic.incident"]._read_group(
            [
                ("state", "=", "open"),
                ("site_id", "in", self.site_id.ids),
                ("lane_code", "!=", False),
                ("gate_key", "=like", "watch:%"),
            ],
            ["site_id", "lane_code", "kind"],
        )
        found = {}
        for site, code, kind in groups:
            found.setdefault((site.id, code), []).append(kind)
        return found
