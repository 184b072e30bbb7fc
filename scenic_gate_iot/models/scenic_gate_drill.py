import secrets
import time
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..iot_handlers.scenic_gate import facts as gate_facts
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


class ScenicGateDrillLine(models.Model):
    _name = "scenic.gate.drill.line"
    _description = "Test Ticket of a Drill"
    _order = "drill_id, sequence"

    drill_id = fields.Many2one(
        "scenic.gate.drill", required=True, readonly=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(readonly=True)
    name = fields.Selection(
        [
            ("good", "Good ticket, known to the box"),
            ("used", "Used ticket"),
            ("forged", "Forged ticket"),
            ("revoked", "Refunded ticket"),
            ("unlisted", "Good ticket, never heard of"),
            ("expired", "Ticket of another day"),
        ],
        required=True,
        readonly=True,
    )
    uid = fields.Char("Ticket Identity", readonly=True, index=True)
    code = fields.Char(readonly=True, groups="base.group_system", exportable=False)
    row = fields.Json(readonly=True, groups="base.group_system", exportable=False)
    expected = fields.Char(readonly=True)
    got = fields.Char("Answer of the Lane", readonly=True)
    took_ms = fields.Float("Decision (ms)", readonly=True, digits=(12, 1))
    shut = fields.Boolean("Lane Shut Again", readonly=True)
    is_right = fields.Boolean("Right", readonly=True)

    def _check(self, facts):
        """Return what is wrong with this step (texts), looking at the facts, not at the report."""
        self.ensure_one()
        code = self.sudo().code
        mine = [fact for fact in facts if fact["uid"] == self.uid or fact["code"] == code]
        used = [fact for fact in mine if fact["kind"] == gate_facts.RESERVED]
        ended = sum(fact["pax"] for fact in mine if fact["kind"] in gate_facts.ENDINGS)
        refused = {fact["reason"] for fact in mine if fact["kind"] == gate_facts.REFUSED}
        if self.expected == "OK":
            right = len(used) == 1 and ended == used[0]["pax"] and self.got == "OK" and self.shut
        else:
            right = not used and refused == {self.expected} and self.got == self.expected
        self.is_right = right
        if right:
            return []
        label = dict(self._fields["name"]._description_selection(self.env))[self.name]
        return [
            self.env._(
                "%(ticket)s: %(expected)s was expected, the lane answered %(got)s",
                ticket=label,
                expected=self.expected,
                got=self.got or "-",
            )
        ]


class ScenicGateDrillSync(models.AbstractModel):
    """What a box is told beside tickets: handlers in force, a drill that waits."""

    _inherit = "scenic.gate.sync"

    # EXTENDS scenic_gate_iot
    @api.model
    def _give(self, box_id, message):
        answer = super()._give(box_id, message)
        box = self.env["scenic.box"].browse(box_id)
        if box.kind == "box" and box.state == "paired":
            answer["handlers"] = box._handlers_offer()
            if package := self.env["scenic.gate.drill"]._package_for(box):
                answer["drill"] = package
        return answer


class ScenicGateDrillIntake(models.AbstractModel):
    """Test tickets touch no ledger: their facts are kept as evidence and mean nothing else."""

    _inherit = "scenic.gate.intake"

    # EXTENDS scenic_gate_iot
    @api.model
    def _judge(self, box, epoch, fresh, held):
        tests = self._of_drills(box, fresh)
        others = [fact for fact in fresh if fact["seq"] not in tests]
        rows, found = super()._judge(box, epoch, others, held)
        rows += [
            fact
            | {"happened_at": drill.moment(fact["t"]).isoformat(), "verdict": "drill", "taken": 0}
            for fact in fresh
            if fact["seq"] in tests
        ]
        return sorted(rows, key=lambda row: row["seq"]), found

    @api.model
    def _of_drills(self, box, fresh):
        """Return the numbers of the facts that are about test tickets of drills of ``box``."""
        maybe = [fact for fact in fresh if drill.may_be_test(fact)]
        if not maybe:
            return set()
        lines = self.env["scenic.gate.drill.line"].sudo()
        known = lines.search([("drill_id.box_id", "=", box.id)], order="id desc", limit=200)
        uids, codes = set(known.mapped("uid")), set(known.mapped("code"))
        return {fact["seq"] for fact in maybe if fact["uid"] in uids or fact["code"] in codes}


class ScenicGateDrillFact(models.Model):
    _inherit = "scenic.gate.fact"

    verdict = fields.Selection(selection_add=[("drill", "Drill")], ondelete={"drill": "cascade"})


class ScenicGateDrillBox(models.Model):
    _inherit = "scenic.box"

    # EXTENDS scenic_gate_iot
    def _seen(self, status, drift_s):
        written = super()._seen(status, drift_s)
        told = status.get("drill")
        if isinstance(told, dict) and told.get("uid"):
            self.env["scenic.gate.drill"]._report(self, told)
        return written


class ScenicGateDrillLane(models.Model):
    _inherit = "scenic.lane"

    drill_days = fields.Integer(
        "Drill Every (Days)",
        help="The lane is cut off from the server for a minute while the park is closed, meets "
        "test tickets and is graded. The barrier opens in that minute. 0 = never by itself.",
    )

    _drill_days_positive = models.Constraint(
        "CHECK (drill_days IS NULL OR drill_days BETWEEN 0 AND 365)",
        "Drills come every 1 to 365 days, or never (0).",
    )

    def action_drill(self):
        """Begin a drill as soon as nobody uses the lane."""
        self.ensure_one()
        made = self.env["scenic.gate.drill"]._start(
            self, self.env._("Ordered by hand"), self.env.user
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": "scenic.gate.drill",
            "res_id": made.id,
            "view_mode": "form",
        }


class ScenicGateDrillIncident(models.Model):
    _inherit = "scenic.incident"

    kind = fields.Selection(
        selection_add=[("drill_failed", "Drill Failed")],
        ondelete={"drill_failed": "set default"},
    )
