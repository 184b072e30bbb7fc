from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..iot_handlers.scenic_gate import facts as gate_facts
from ..tools import drill_package as drill
from .scenic_gate_drill import BUSY, EXPIRES

ARRIVES = timedelta(minutes=10)  # for the report and the facts after the last moment to begin
TRY_AGAIN = timedelta(hours=1)
TRIES = 3
SLOW_MS = 250.0
FORGET = timedelta(days=3)  # a drill in line whose box does not call


class ScenicGateDrillGrade(models.Model):
    """What a box reports of a drill, and what it is worth."""

    _inherit = "scenic.gate.drill"

    @api.model
    def _report(self, box, told):
        """Take the report of a box; grade the drill as soon as all of its facts have arrived."""
        found = self.search(
            [("uid", "=", str(told.get("uid"))), ("box_id", "=", box.id), ("state", "in", BUSY)]
        )
        if not found:
            return
        match told.get("state"):
            case "waiting":
                found._note({"why": found._known_why(told)})
            case "running":
                found._note({"state": "running", "why": False, **_began(told)})
            case "interrupted":
                found._keep(told)
                found._interrupted(found._known_why(told))
            case "done" | "broken":
                found._keep(told)
                found._note({"state": "reported", "why": False})
                acked = self.env["scenic.box.epoch"]._acked_to(box.id, found.epoch or "")
                if told["state"] == "broken" or (acked or 0) >= found.last:
                    found._grade(str(told.get("error") or ""))

    def _note(self, values):
        # a box repeats itself with every call
        values = {name: value for name, value in values.items() if self[name] != value}
        if values:
            self.write(values)

    def _known_why(self, told):
        known = dict(self._fields["why"].selection)
        why = str(told.get("why"))
        # any other state of the lane means that somebody is in it
        return why if why in known else "busy"

    def _keep(self, told):
        self._note(drill.report_values(told))
        steps = {str(item.get("name")): item for item in drill.steps(told)}
        for line in self.line_ids:
            line.write(drill.line_values(steps.get(line.name)))

    def _interrupted(self, why):
        """Something more important came: no grade, and another try when the site is closed."""
        self.ensure_one()
        now = fields.Datetime.now()
        self.write({"state": "interrupted", "why": why, "graded_at": now})
        if (
            self.try_no < TRIES
            and why != "never"
            and not self.env["scenic.gate.drill"]._trouble(self.lane_id)
        ):
            again = self._line_up(self.lane_id, self.reason, self.user_id, True, self.order_name)
            again.write(
                {
                    "try_no": self.try_no + 1,
                    "follows_id": self.id,
                    "not_before": now + TRY_AGAIN,
                }
            )

    # ------------------------------------------------------------------
    # The grade
    # ------------------------------------------------------------------

    def _grade(self, error=""):
        """Compare what arrived with what was expected."""
        self.ensure_one()
        facts = self._facts()
        wrong = [error] if error else []
        lines = self.line_ids
        if self.cut != "lane":
            lines = lines.filtered(lambda line: line.name not in drill.ONE_LANE_ONLY)
        mine = []
        for line in lines:
            own = line._own(facts)
            mine += own
            wrong += line._check(own)
        missing = max(0, self.last - self.first - len(facts))
        if missing:
            wrong.append(self.env._("%(count)s facts did not arrive", count=missing))
        slowest = max(lines.mapped("took_ms"), default=0.0)
        if slowest > SLOW_MS:
            wrong.append(self.env._("A decision took %(ms).0f ms", ms=slowest))
        if any(fact["mode"] == "online" for fact in mine):
            wrong.append(self.env._("The lane was not cut off"))
        self.write(
            {
                "state": "failed" if wrong else "passed",
                "why": False,
                "graded_at": fields.Datetime.now(),
                "slowest_ms": slowest,
                "fact_count": len(mine),
                "lost": missing,
                "walked": sum(f["pax"] for f in mine if f["kind"] == gate_facts.PASSED),
                "findings": "\n".join(wrong),
            }
        )
        if wrong:
            self._alarm(wrong)

    def _facts(self):
        return self.env.execute_query_dict(
            SQL(
                """SELECT seq, kind, uid, code, pax, reason, mode, lane FROM scenic_gate_fact
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
        """End drills that nobody reported, and put those that are due in line."""
        self._end_overdue()
        self.env["scenic.lane"]._drill_those_due()

    def _in_words_of(self, company):
        """Return the records in the language of a company: a job has none of its own."""
        return self.with_context(lang=company.partner_id.lang)

    @api.model
    def _end_overdue(self):
        now = fields.Datetime.now()
        for late in self.search([("state", "in", BUSY)]):
            late = late._in_words_of(late.company_id)
            if late._told_at() >= now - EXPIRES - ARRIVES:
                continue
            if late.state == "reported":
                late._grade()
            elif late.state == "waiting" and late.why:
                late._interrupted(late.why)
            else:
                late.write({"state": "failed", "graded_at": now,
                            "findings": late.env._("The box never reported")})  # fmt: skip
                late._alarm([late.findings])
        for forgotten in self.search([("state", "=", "queued"), ("ordered_at", "<", now - FORGET)]):
            forgotten._interrupted("never")


def _began(told):
    return {"began_at": drill.report_values(told)["began_at"]}
