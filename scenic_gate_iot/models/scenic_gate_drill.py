import secrets
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools import drill_package as drill

EXPIRES = timedelta(minutes=30)  # to wait for a quiet moment at the lane
ARRIVES = timedelta(minutes=10)  # for the report and the facts after that
SLOW_MS = 250.0


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
    state = fields.Selection(
        [
            ("waiting", "Waits for a quiet moment"),
            ("reported", "Reports are on their way"),
            ("passed", "Passed"),
            ("failed", "Failed"),
        ],
        required=True,
        readonly=True,
        default="waiting",
    )
    ordered_at = fields.Datetime(readonly=True, default=lambda self: fields.Datetime.now())
    began_at = fields.Datetime("Cut off at", readonly=True)
    ended_at = fields.Datetime("Connected again at", readonly=True)
    graded_at = fields.Datetime(readonly=True)
    slowest_ms = fields.Float("Slowest Decision (ms)", readonly=True, digits=(12, 1))
    fact_count = fields.Integer("Facts Arrived", readonly=True)
    lost = fields.Integer("Facts Lost", readonly=True)
    epoch = fields.Char("Journal", readonly=True)
    first = fields.Integer(readonly=True)
    last = fields.Integer(readonly=True)
    findings = fields.Text(readonly=True, help="What was wrong, empty when nothing was.")
    line_ids = fields.One2many("scenic.gate.drill.line", "drill_id", readonly=True)

    @api.model
    def _start(self, lane, reason, user=None):
        """Make the test tickets for a drill of ``lane``; the box fetches them when it calls."""
        box = lane.box_id
        if not lane.zone_id:
            raise UserError(
                self.env._("Lane %(lane)s leads outside: it refuses nobody.", lane=lane.code)
            )
        if box.state != "paired":
            raise UserError(self.env._("Box %(box)s is not in service.", box=box.name))
        if self.search_count([("box_id", "=", box.id), ("state", "in", ("waiting", "reported"))]):
            raise UserError(self.env._("Box %(box)s has a drill already.", box=box.name))
        self.env["scenic.keyring"]._require()
        made = self.sudo().create(
            {
                "lane_id": lane.id,
                "box_id": box.id,
                "reason": reason,
                "user_id": user.id if user else False,
            }
        )
        keys = self.env["scenic.keyring"]._require()
        made.line_ids = [
            fields.Command.create(values)
            for values in drill.lines(keys.issuer, box.site_id, made.id, time.time())
        ]
        return made

    @api.model
    def _package_for(self, box):
        """Return what ``box`` needs for the drill that waits for it, None when none does."""
        waiting = self.search([("box_id", "=", box.id), ("state", "=", "waiting")], limit=1)
        if not waiting or waiting.ordered_at + EXPIRES < fields.Datetime.now():
            return None
        return drill.package(waiting, self.env["scenic.keyring"]._require(), EXPIRES)

    # ------------------------------------------------------------------
    # The grade
    # ------------------------------------------------------------------

    @api.model
    def _report(self, box, told):
        """Take the report of a box; grade the drill as soon as all of its facts have arrived."""
        found = self.search(
            [("uid", "=", str(told.get("uid"))), ("box_id", "=", box.id),
             ("state", "in", ("waiting", "reported"))]
        )  # fmt: skip
        if not found or told.get("state") not in ("done", "broken"):
            return
        values = drill.report_values(told)
        found.write(values | {"state": "reported"})
        steps = {str(item.get("name")): item for item in drill.steps(told)}
        for line in found.line_ids:
            line.write(drill.line_values(steps.get(line.name)))
        acked = self.env["scenic.box.epoch"]._acked_to(box.id, found.epoch or "")
        if told["state"] == "broken" or (acked or 0) >= found.last:
            found._grade(str(told.get("error") or ""))

    def _grade(self, error=""):
        """Compare what arrived with what was expected."""
        self.ensure_one()
        facts = self._facts()
        wrong = [error] if error else []
        for line in self.line_ids:
            wrong += line._check(facts)
        missing = max(0, self.last - self.first - len(facts))
        if missing:
            wrong.append(self.env._("%(count)s facts did not arrive", count=missing))
        slowest = max(self.line_ids.mapped("took_ms"), default=0.0)
        if slowest > SLOW_MS:
            wrong.append(self.env._("A decision took %(ms).0f ms", ms=slowest))
        if any(fact["mode"] == "online" for fact in facts):
            wrong.append(self.env._("The box was not cut off"))
        self.write(
            {
                "state": "failed" if wrong else "passed",
                "graded_at": fields.Datetime.now(),
                "slowest_ms": slowest,
                "fact_count": len(facts),
                "lost": missing,
                "findings": "\n".join(wrong),
            }
        )
        if wrong:
            self._alarm(wrong)

    def _facts(self):
        return self.env.execute_query_dict(
            SQL(
                """SELECT kind, uid, code, pax, reason, mode FROM scenic_gate_fact
                    WHERE box_id = %s AND epoch = %s AND seq > %s AND seq <= %s ORDER BY seq""",
                self.box_id.id,
                self.epoch or "",
                self.first,
                self.last,
            )
        )

    def _alarm(self, wrong):
        self.env["scenic.incident"]._gate_report(
            self.box_id,
            [
                {
                    "gate_key": f"drill:{self.id}",
                    "kind": "drill_failed",
                    "lane_code": self.lane_id.code,
                    "happened_at": self.began_at or self.ordered_at,
                    "facts": "\n".join(wrong),
                    "persons": 0,
                }
            ],
        )

    # ------------------------------------------------------------------
    # Jobs
    # ------------------------------------------------------------------

    @api.model
    def _cron_drill(self):
        """End drills that nobody reported, and begin those that are due while a park is closed."""
        self._end_overdue()
        lanes = self.env["scenic.lane"].search([("drill_days", ">", 0), ("zone_id", "!=", False)])
        for lane in lanes:
            box = lane.box_id
            if not box.is_online or box.state != "paired" or box.site_id._gate_is_open():
                continue
            since = fields.Datetime.now() - timedelta(days=lane.drill_days, hours=-2)
            busy = [("box_id", "=", box.id), ("state", "in", ("waiting", "reported"))]
            recent = [("lane_id", "=", lane.id), ("ordered_at", ">", since)]
            if not self.search_count(busy, limit=1) and not self.search_count(recent, limit=1):
                self._start(lane, self.env._("Regular drill"))

    @api.model
    def _end_overdue(self):
        limit = fields.Datetime.now() - EXPIRES - ARRIVES
        for late in self.search(
            [("state", "in", ("waiting", "reported")), ("ordered_at", "<", limit)]
        ):
            if late.state == "reported":
                late._grade()
            else:
                late.write({"state": "failed", "graded_at": fields.Datetime.now(),
                            "findings": self.env._("The box never reported")})  # fmt: skip
                late._alarm([late.findings])
