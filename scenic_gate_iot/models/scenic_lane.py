import re

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError

from ..tools import lane_status

# what a box says of a lane
LIVE_STATES = [
    ("idle", "Ready"),
    ("deciding", "Deciding"),
    ("opening", "Opening"),
    ("await", "Open"),
    ("closing", "Closing"),
    ("settle", "Closing"),
    ("held", "Held open"),
    ("emergency", "Emergency"),
    ("fault", "Fault"),
]


class ScenicLane(models.Model):
    _name = "scenic.lane"
    _description = "Gate Lane"
    _inherit = ["mail.thread"]
    _order = "site_id, sequence, code"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        tracking=True,
        help="Short name of the lane in reports, for example G1. Unique in the site.",
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    box_id = fields.Many2one(
        "scenic.box",
        required=True,
        index=True,
        tracking=True,
        help="Box that decides for this lane. All lanes of an entrance should share one box: "
        "inside a box a ticket cannot be used twice, even without network.",
    )
    site_id = fields.Many2one("scenic.site", required=True, index=True)
    company_id = fields.Many2one(related="site_id.company_id", store=True, index=True)
    zone_id = fields.Many2one(
        "scenic.zone",
        domain="[('site_id', '=', site_id)]",
        tracking=True,
        help="Where the lane leads. Empty = outside: it decides nothing and only counts.",
    )
    entrance_id = fields.Many2one(
        "scenic.entrance",
        domain="[('site_id', '=', site_id)]",
        help="Where the lane stands; tickets may be bound to entrances. Empty = a ticket for any "
        "entrance passes here.",
    )
    direction = fields.Selection([("in", "In"), ("out", "Out")], required=True, default="in")
    confirm = fields.Selection(
        [("none", "Assumed"), ("sensor", "Sensor")],
        "Passage Seen by",
        required=True,
        default="sensor",
        help="Sensor: the barrier reports each person. Assumed: nothing is reported, and an opened "
        "lane counts as passed.",
    )
    pass_timeout_s = fields.Integer(
        "Time to Pass (s)",
        required=True,
        default=5,
        help="Seconds a person has to walk through before the lane shuts.",
    )
    on_unconfirmed = fields.Selection(
        [("released", "Give the right back"), ("consumed", "Keep it used")],
        "If Nobody Passes",
        required=True,
        default="released",
    )
    device_ids = fields.One2many("scenic.device", "lane_id", copy=True)

    is_online = fields.Boolean(related="box_id.is_online")
    box_state = fields.Selection(related="box_id.state", string="Box Status")
    last_seen = fields.Datetime(related="box_id.last_seen")
    unsent = fields.Integer(related="box_id.unsent")
    version = fields.Char(related="box_id.version")
    clock_drift = fields.Float(related="box_id.clock_drift")
    live_state = fields.Selection(
        LIVE_STATES,
        "State",
        compute="_compute_live",
        help="What the lane did when its box called last.",
    )
    live_since = fields.Datetime("Since", compute="_compute_live")
    live_broken = fields.Char(
        "Devices in Trouble", compute="_compute_live", help="Devices that do not answer the box."
    )

    _code_uniq = models.Constraint(
        "UNIQUE (site_id, code)", "Another lane of this site already has this code."
    )
    _pass_timeout_range = models.Constraint(
        "CHECK (pass_timeout_s BETWEEN 1 AND 60)", "A person has 1 to 60 seconds to pass."
    )

    @api.depends_context("lang")
    @api.depends("box_id.status", "code")
    def _compute_live(self):
        known = dict(self._fields["live_state"].selection)
        for lane in self:
            seen = lane_status.lane(lane.box_id.status, lane.code, lane.box_id._device_words)
            lane.live_state = seen["state"] if seen["state"] in known else False
            lane.live_since = seen["since"]
            lane.live_broken = ", ".join(seen["broken"])

    @api.onchange("box_id")
    def _onchange_box_id(self):
        if self.box_id:
            self.site_id = self.box_id.site_id

    @api.constrains("code")
    def _check_code(self):
        for lane in self:
            code = lane.code or ""
            if not re.fullmatch("[!-~]{1,16}", code):
                raise ValidationError(
                    self.env._(
                        "Lane code %(code)s must be 1 to 16 letters, digits or signs without "
                        "spaces, for example G1.",
                        code=code,
                    )
                )

    @api.constrains("site_id", "box_id", "zone_id", "entrance_id")
    def _check_site(self):
        for lane in self:
            for record in (lane.box_id, lane.zone_id, lane.entrance_id):
                if record and record.site_id != lane.site_id:
                    raise ValidationError(
                        self.env._(
                            "%(record)s belongs to another site than lane %(lane)s. Choose one of "
                            "%(site)s.",
                            record=record.display_name,
                            lane=lane.code,
                            site=lane.site_id.name,
                        )
                    )

    @api.constrains("zone_id", "direction")
    def _check_outside(self):
        for lane in self:
            if not lane.zone_id and lane.direction == "in":
                raise ValidationError(
                    self.env._(
                        "Lane %(lane)s leads in, so it needs the zone it leads into. A lane "
                        "without zone lets everybody pass and can only lead out.",
                        lane=lane.code,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        for vals in vals_list:
            if vals.get("box_id") and not vals.get("site_id"):
                vals["site_id"] = self.env["scenic.box"].browse(vals["box_id"]).site_id.id
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.model
    @tools.ormcache()
    def _of_boxes(self):
        """Return {(box, lane code): {zone_id, site_id, entrance}}, kept in each worker's memory."""
        return {
            (lane.box_id.id, lane.code): tools.frozendict(
                zone_id=lane.zone_id.id or None,
                site_id=lane.site_id.id,
                entrance=lane.entrance_id.bit if lane.entrance_id else None,
            )
            for lane in self.sudo().search([])
        }

    @api.depends("code", "name")
    def _compute_display_name(self):
        for lane in self:
            lane.display_name = f"{lane.code} {lane.name}" if lane.code else lane.name

    def action_open_order(self):
        """Ask for the reason before the lane obeys."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_gate_iot.scenic_gate_order_action"
        )
        action["context"] = {"default_lane_id": self.id}
        return action

    def action_view_facts(self):
        """Show what this lane reported."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_gate_iot.scenic_gate_fact_action"
        )
        action["domain"] = [("box_id.site_id", "=", self.site_id.id), ("lane", "=", self.code)]
        return action
