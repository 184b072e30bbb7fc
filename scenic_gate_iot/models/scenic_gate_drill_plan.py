from datetime import timedelta

from odoo import api, fields, models

from .scenic_gate_drill import GRADED, OPEN

EARLIER = timedelta(hours=12)  # a drill of each evening must not slip to the night and the morning
GRACE = timedelta(days=1)  # one closing time may be missed before anybody is told

_PLANNED = [
    ("drill_exempt", "=", False),
    "|",
    ("drill_days", ">", 0),
    ("site_id.drill_days", ">", 0),
]
_DAYS = "CHECK (drill_days IS NULL OR drill_days BETWEEN 0 AND 365)"


class ScenicLaneDrillPlan(models.Model):
    """When a lane is drilled, and how the last drill ended."""

    _inherit = "scenic.lane"

    drill_days = fields.Integer(
        "Drill Every (Days)",
        help="The lane is cut off from the server for a minute while the park is closed, meets "
        "test tickets and is graded. The barrier opens in that minute. 0 = as the site says.",
    )
    drill_exempt = fields.Boolean(
        "No Regular Drills", help="Only drills that somebody orders, whatever the site says."
    )
    drill_asked_at = fields.Datetime("Regular Drills Since", readonly=True)
    drill_every = fields.Integer("Days between Drills", compute="_compute_drill")
    drill_ids = fields.One2many(
        "scenic.gate.drill", "lane_id", readonly=True, groups="scenic_ticketing.group_manager"
    )
    drill_state = fields.Selection(
        [("passed", "Passed"), ("failed", "Failed")], "Last Drill", compute="_compute_drill"
    )
    drill_now = fields.Selection(
        selection=lambda self: (
            self.env["scenic.gate.drill"]._fields["state"]._description_selection(self.env)
        ),
        compute="_compute_drill",
        help="The drill that was ordered or is under way.",
    )
    drill_at = fields.Datetime("Last Drill at", compute="_compute_drill")
    drill_due_at = fields.Datetime("Next Drill due", compute="_compute_drill")
    drill_overdue = fields.Boolean(
        compute="_compute_drill",
        search="_search_drill_overdue",
        help="The drill was due more than a day ago.",
    )

    _drill_days_positive = models.Constraint(
        _DAYS, "Drills come every 1 to 365 days, or as the site says (0)."
    )

    @api.depends(
        "drill_days",
        "drill_exempt",
        "drill_asked_at",
        "zone_id",
        "site_id.drill_days",
        "drill_ids.state",
        "drill_ids.graded_at",
    )
    def _compute_drill(self):
        last, now = self._last_drills(GRADED), fields.Datetime.now()
        under_way = self._last_drills(OPEN)
        for lane in self:
            days = lane.drill_days or lane.site_id.sudo().drill_days
            lane.drill_every = 0 if lane.drill_exempt or not lane.zone_id else days
            lane.drill_now = under_way[lane.id].state if lane.id in under_way else False
            drill = last.get(lane.id)
            lane.drill_state = drill.state if drill else False
            lane.drill_at = drill.graded_at if drill else False
            due = lane._drill_due(lane.drill_at) if lane.drill_every else False
            lane.drill_due_at = due
            lane.drill_overdue = bool(due and due + GRACE < now)

    def _drill_due(self, last_at):
        if last_at:
            return last_at + timedelta(days=self.drill_every)
        asked_at = self.drill_asked_at if self.drill_days else self.site_id.sudo().drill_asked_at
        created_at = self.create_date or fields.Datetime.now()
        return max(created_at, asked_at or created_at)

    def _last_drills(self, states):
        """Return {lane id: its last drill in one of these states}."""
        drills = self.env["scenic.gate.drill"].sudo()
        groups = drills._read_group(
            [("lane_id", "in", self.ids), ("state", "in", states)], ["lane_id"], ["id:max"]
        )
        return {lane.id: drills.browse(number) for lane, number in groups}

    def _search_drill_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = self.search(_PLANNED).filtered("drill_overdue")
        return [("id", "in" if True in value else "not in", late.ids)]

    @api.model
    def _drill_those_due(self):
        """Put drills in line at boxes that are in contact while their site is closed."""
        drills, now = self.env["scenic.gate.drill"], fields.Datetime.now()
        for lane in self.search([("zone_id", "!=", False), *_PLANNED]):
            box = lane.box_id
            if not lane.drill_due_at or lane.drill_due_at - EARLIER > now:
                continue
            if not box.is_online or box.site_id._gate_is_open() or drills._trouble(lane):
                continue
            if not lane._drill_tried(now):
                words = drills._in_words_of(lane.company_id).env
                drills._line_up(lane, words._("Regular drill"), after_closing=True)

    def _drill_tried(self, now):
        """Tell whether a drill of this lane was tried today, however it ended."""
        lately = now - EARLIER
        return self.env["scenic.gate.drill"].search_count(
            [("lane_id", "=", self.id), ("ordered_at", ">", lately), ("state", "!=", "cancelled")],
            limit=1,
        )

    # EXTENDS scenic_gate_iot
    @api.model_create_multi
    def create(self, vals_list):
        return super().create([_asked(vals) for vals in vals_list])

    # EXTENDS scenic_gate_iot
    def write(self, vals):
        if vals.get("drill_days") and not all(self.mapped("drill_days")):
            vals = _asked(vals)
        return super().write(vals)

    def action_drill(self):
        """Begin a drill as soon as nobody uses the lane."""
        self.ensure_one()
        self.env["scenic.gate.drill"].check_access("read")  # whoever may see them may order them
        made = self.env["scenic.gate.drill"]._line_up(
            self, self.env._("Ordered by hand"), self.env.user
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "scenic.gate.drill",
            "res_id": made.id,
            "view_mode": "form",
        }

    def action_drill_many(self):
        """Ask before these lanes are drilled one after another."""
        return self.env["scenic.gate.drill.order"]._ask(self)

    def action_view_drills(self):
        """Show the drills of this lane."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_gate_iot.scenic_gate_drill_action"
        )
        return action | {"domain": [("lane_id", "=", self.id)], "context": {}}


class ScenicSiteDrillPlan(models.Model):
    _inherit = "scenic.site"

    drill_days = fields.Integer(
        "Drill Lanes Every (Days)",
        help="While the site is closed, each lane that leads in is drilled so often, one after "
        "another at each box. A lane may say something else. 0 = never by itself.",
    )
    drill_asked_at = fields.Datetime("Regular Drills Since", readonly=True)

    _drill_days_positive = models.Constraint(
        _DAYS, "Drills come every 1 to 365 days, or never (0)."
    )

    # EXTENDS base
    @api.model_create_multi
    def create(self, vals_list):
        return super().create([_asked(vals) for vals in vals_list])

    # EXTENDS base
    def write(self, vals):
        if vals.get("drill_days") and not all(self.mapped("drill_days")):
            vals = _asked(vals)
        return super().write(vals)

    def action_drill_all(self):
        """Ask before all lanes of this site are drilled."""
        self.ensure_one()
        return self.env["scenic.gate.drill.order"]._ask(self.lane_ids, site_id=self.id)


class ScenicEntranceDrill(models.Model):
    _inherit = "scenic.entrance"

    def action_drill_all(self):
        """Ask before all lanes of this entrance are drilled."""
        self.ensure_one()
        lanes = self.env["scenic.lane"].search([("entrance_id", "=", self.id)])
        return self.env["scenic.gate.drill.order"]._ask(
            lanes, site_id=self.site_id.id, entrance_id=self.id
        )


def _asked(vals):
    """Note with a number of days since when drills are wanted: the first is due from then on."""
    return vals | {"drill_asked_at": fields.Datetime.now()} if vals.get("drill_days") else vals
