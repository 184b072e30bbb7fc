import secrets
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import drill_package as drill

EXPIRES = timedelta(minutes=30)  # to wait for a quiet moment at the lane
BUSY = ("waiting", "running", "reported")  # a box has one of these at a time
OPEN = ("queued", *BUSY)
GRADED = ("passed", "failed")


class ScenicGateDrill(models.Model):
    """One drill of one lane: cut off, test tickets, write-back, and the grade of it."""

    _name = "scenic.gate.drill"
    _description = "Drill of a Gate"
    _inherit = ["mail.thread"]
    _order = "id desc"
    _rec_name = "lane_id"

    uid = fields.Char(
        required=True, readonly=True, index=True, default=lambda self: secrets.token_hex(16)
    )
    lane_id = fields.Many2one("scenic.lane", required=True, readonly=True, index=True)
    box_id = fields.Many2one("scenic.box", required=True, readonly=True, index=True)
    site_id = fields.Many2one(related="box_id.site_id", store=True)
    company_id = fields.Many2one(related="box_id.company_id", store=True, index=True)
    user_id = fields.Many2one("res.users", "Ordered by", readonly=True)
    reason = fields.Char(readonly=True)
    order_name = fields.Char(
        "Order", readonly=True, help="Drills that were ordered together have the same."
    )
    state = fields.Selection(
        [
            ("queued", "In line"),
            ("waiting", "Waits for a quiet moment"),
            ("running", "Under way"),
            ("reported", "Reports are on their way"),
            ("passed", "Passed"),
            ("failed", "Failed"),
            ("interrupted", "Interrupted"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="queued",
        index=True,
        help="A box drills one lane at a time; the others stand in line. An interrupted drill "
        "says nothing about the lane and is tried again.",
    )
    why = fields.Selection(
        [
            ("visitors", "Visitors came not long ago"),
            ("busy", "Somebody stood in the lane"),
            ("held", "Staff holds the lane open"),
            ("emergency", "Emergency"),
            ("lane", "The lane is not ready or changed"),
            ("stopped", "The box stopped or was updated"),
            ("power", "The box started again in the middle"),
            ("never", "The box did not call"),
        ],
        "Because",
        readonly=True,
        help="What a drill waits for, or what interrupted it.",
    )
    after_closing = fields.Boolean(readonly=True, help="Only while the site is closed.")
    not_before = fields.Datetime(readonly=True)
    try_no = fields.Integer("Try", readonly=True, default=1)
    follows_id = fields.Many2one(
        "scenic.gate.drill", "After the Interrupted Drill", readonly=True, index="btree_not_null"
    )
    ordered_at = fields.Datetime(readonly=True, default=lambda self: fields.Datetime.now())
    offered_at = fields.Datetime("Told to the Box at", readonly=True)
    began_at = fields.Datetime("Cut off at", readonly=True)
    ended_at = fields.Datetime("Connected again at", readonly=True)
    graded_at = fields.Datetime(readonly=True)
    cut = fields.Selection(
        [("lane", "This lane only"), ("box", "All lanes of the box")],
        "Cut off",
        readonly=True,
        help="Boxes with older handlers cut off all of their lanes.",
    )
    slowest_ms = fields.Float("Slowest Decision (ms)", readonly=True, digits=(12, 1))
    fact_count = fields.Integer("Facts Arrived", readonly=True)
    lost = fields.Integer("Facts Lost", readonly=True)
    walked = fields.Integer(
        "Persons on Test Tickets",
        readonly=True,
        help="Persons who walked through while a test ticket held the lane open.",
    )
    epoch = fields.Char("Journal", readonly=True)
    first = fields.Integer(readonly=True)
    last = fields.Integer(readonly=True)
    findings = fields.Text(readonly=True, help="What was wrong, empty when nothing was.")
    line_ids = fields.One2many("scenic.gate.drill.line", "drill_id", readonly=True)

    @api.model
    def _line_up(self, lanes, reason, user=None, after_closing=False, order_name=""):
        """Put drills of ``lanes`` in line; the box of each fetches them one after another."""
        for lane in lanes:
            if trouble := self._trouble(lane):
                raise UserError(trouble)
        self.env["scenic.keyring"]._require()
        return self.sudo().create(
            [
                {
                    "lane_id": lane.id,
                    "box_id": lane.box_id.id,
                    "reason": reason,
                    "order_name": order_name,
                    "user_id": user.id if user else False,
                    "after_closing": after_closing,
                }
                for lane in lanes
            ]
        )

    @api.model
    def _trouble(self, lane):
        """Tell why ``lane`` cannot be drilled (text), empty when it can."""
        if not lane.zone_id:
            return self.env._("Lane %(lane)s leads outside: it refuses nobody.", lane=lane.code)
        if lane.box_id.state != "paired":
            return self.env._("Box %(box)s is not in service.", box=lane.box_id.name)
        if self.sudo().search_count([("lane_id", "=", lane.id), ("state", "in", OPEN)], limit=1):
            return self.env._("Lane %(lane)s has a drill already.", lane=lane.code)
        return ""

    @api.model
    def _package_for(self, box):
        """Return what ``box``, which is calling, needs for its next drill, None without one."""
        found = self.search([("box_id", "=", box.id), ("state", "in", OPEN)], order="id")
        busy = found.filtered(lambda item: item.state in BUSY)
        if not busy:
            busy = next((item for item in found if item._may_begin()), self)
            busy._offer()
        now = fields.Datetime.now()
        if len(busy) != 1 or busy.state != "waiting" or busy._told_at() + EXPIRES < now:
            return None
        keys = self.env["scenic.keyring"]._require()
        return drill.package(busy, keys, busy._told_at(), EXPIRES)

    def _told_at(self):
        # drills from before 19.0.1.4.0 were told at once
        return self.offered_at or self.ordered_at

    def _may_begin(self):
        """Tell whether the moment of this drill in line has come."""
        self.ensure_one()
        lane = self.lane_id
        if self.not_before and self.not_before > fields.Datetime.now():
            return False
        if not lane.active or not lane.zone_id or lane.box_id != self.box_id:
            return False
        return not (self.after_closing and self.site_id._gate_is_open())

    def _offer(self):
        """Make the test tickets: they are for today."""
        for item in self:
            keys = self.env["scenic.keyring"]._require()
            item.write({"state": "waiting", "offered_at": fields.Datetime.now()})
            item.line_ids = [
                fields.Command.create(values)
                for values in drill.lines(keys.issuer, item.site_id, item.id, time.time())
            ]

    def action_cancel(self):
        """Take back drills that have not begun."""
        self.check_access("read")  # whoever may see drills may order them
        self.sudo().filtered(lambda item: item.state in ("queued", "waiting")).write(
            {"state": "cancelled", "graded_at": fields.Datetime.now()}
        )

    def action_drill_again(self):
        """Order the same drill once more."""
        self.ensure_one()
        return self.lane_id.action_drill()
