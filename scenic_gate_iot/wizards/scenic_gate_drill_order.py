from odoo import api, fields, models
from odoo.exceptions import UserError


class ScenicGateDrillOrder(models.TransientModel):
    """Asks which lanes are drilled, and when, before any is."""

    _name = "scenic.gate.drill.order"
    _description = "Order of Drills"

    site_id = fields.Many2one("scenic.site")
    entrance_id = fields.Many2one("scenic.entrance", domain="[('site_id', '=', site_id)]")
    lane_ids = fields.Many2many("scenic.lane", string="Lanes")
    when = fields.Selection(
        [("now", "As soon as each lane is quiet"), ("closed", "While the site is closed")],
        required=True,
        default="now",
    )
    reason = fields.Char(required=True, default=lambda self: self.env._("Ordered by hand"))
    left_out = fields.Text("Left out", compute="_compute_left_out")
    count = fields.Integer("Lanes to Drill", compute="_compute_left_out")
    box_count = fields.Integer("Boxes", compute="_compute_left_out")
    minutes = fields.Integer(compute="_compute_left_out")

    @api.depends("lane_ids")
    def _compute_left_out(self):
        for order in self:
            fit = order._fit()
            troubles = [order._trouble(lane) for lane in order.lane_ids._origin - fit]
            order.left_out = "\n".join(troubles)
            order.count, order.box_count = len(fit), len(fit.box_id)
            # a box drills one lane after another, some 40 seconds each and a look every 2 seconds
            order.minutes = max((len(fit & box.lane_ids) for box in fit.box_id), default=0)

    @api.onchange("site_id", "entrance_id")
    def _onchange_place(self):
        if self.entrance_id.site_id != self.site_id:
            self.entrance_id = False
        domain = [("zone_id", "!=", False), ("site_id", "=", self.site_id.id)]
        if self.entrance_id:
            domain.append(("entrance_id", "=", self.entrance_id.id))
        if self.site_id:
            self.lane_ids = self.env["scenic.lane"].search(domain)

    def _trouble(self, lane):
        return self.env["scenic.gate.drill"]._trouble(lane)

    def _fit(self):
        return self.lane_ids._origin.filtered(lambda lane: not self._trouble(lane))

    @api.model
    def _ask(self, lanes, **place):
        """Return the action that asks about ``lanes``; those that lead outside are not meant."""
        lanes = lanes.filtered("zone_id")
        made = self.create({"lane_ids": lanes.ids, **place})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Drill Lanes"),
            "res_model": self._name,
            "res_id": made.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_order(self):
        """Put the drills in line and show them."""
        self.ensure_one()
        lanes = self._fit()
        if not lanes:
            raise UserError(self.env._("No lane of these can be drilled now."))
        now = fields.Datetime.context_timestamp(self, fields.Datetime.now())
        made = self.env["scenic.gate.drill"]._line_up(
            lanes, self.reason, self.env.user, self.when == "closed", now.strftime("%Y-%m-%d %H:%M")
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_gate_iot.scenic_gate_drill_action"
        )
        return action | {"domain": [("id", "in", made.ids)], "context": {}}
