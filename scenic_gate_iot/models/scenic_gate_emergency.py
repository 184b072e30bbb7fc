from datetime import datetime

from odoo import api, fields, models

from ..iot_handlers.scenic_gate import facts as gate_facts


class ScenicGateEmergency(models.Model):
    """One emergency at one lane, as its box saw it: begin, end, persons, who ended it."""

    _name = "scenic.gate.emergency"
    _description = "Emergency at a Gate"
    _order = "started_at desc, id desc"
    _rec_name = "lane"

    box_id = fields.Many2one("scenic.box", required=True, readonly=True, index=True)
    site_id = fields.Many2one(related="box_id.site_id", store=True)
    company_id = fields.Many2one(related="box_id.company_id", store=True, index=True)
    lane = fields.Char("Lane Code", required=True, readonly=True)
    lane_id = fields.Many2one("scenic.lane", readonly=True, index="btree_not_null")
    started_at = fields.Datetime("Began", required=True, readonly=True)
    ended_at = fields.Datetime("Ended", readonly=True)
    minutes = fields.Float(compute="_compute_minutes", digits=(12, 1))
    persons = fields.Integer(
        readonly=True, help="Persons whom the sensors counted while the gate was free."
    )
    user_id = fields.Many2one("res.users", "Ended by", readonly=True)
    state = fields.Selection(
        [("open", "Gate is free"), ("done", "Back to normal")],
        required=True,
        readonly=True,
        default="open",
    )

    _one_open = models.UniqueIndex(
        "(box_id, lane) WHERE state = 'open'", "This lane has an emergency already."
    )

    @api.depends("started_at", "ended_at")
    def _compute_minutes(self):
        for emergency in self:
            end = emergency.ended_at or fields.Datetime.now()
            seconds = (end - emergency.started_at).total_seconds() if emergency.started_at else 0
            emergency.minutes = max(0, seconds) / 60

    @api.model
    def _follow(self, box, rows):
        """Keep one record for each emergency among stored fact rows of ``box``."""
        for row in rows:
            if row["kind"] == gate_facts.EMERGENCY_ON:
                self._begin(box, row)
            elif row["kind"] == gate_facts.EMERGENCY_OFF:
                self._end(box, row)

    @api.model
    def _running(self, box, lane):
        domain = [("box_id", "=", box.id), ("lane", "=", lane), ("state", "=", "open")]
        return self.search(domain, limit=1)

    @api.model
    def _begin(self, box, row):
        # a box that started again in the middle says it twice
        if not self._running(box, row["lane"]):
            lane = box.lane_ids.filtered(lambda item: item.code == row["lane"])[:1]
            self.create(
                {
                    "box_id": box.id,
                    "lane": row["lane"],
                    "lane_id": lane.id,
                    "started_at": _moment(row),
                }
            )

    @api.model
    def _end(self, box, row):
        running = self._running(box, row["lane"])
        running.write(
            {
                "ended_at": _moment(row),
                "persons": row["pax"],
                "user_id": self._who(row["code"]).id,
                "state": "done",
            }
        )
        if running:
            running._tell_end()

    def _tell_end(self):
        """Write into the incident how it ended: nobody should have to look in two places."""
        self.ensure_one()
        day = self.site_id._today(self.started_at)
        incident = self.env["scenic.incident"]._gate_find(
            [f"{gate_facts.EMERGENCY_ON}:{self.box_id.id}:{self.lane}:{day}"]
        )
        text = self.env._(
            "Ended at %(day)s %(time)s by %(who)s; %(persons)s persons went through.",
            **self.site_id._wall_clock(self.ended_at),
            who=self.user_id.name or "-",
            persons=self.persons,
        )
        if incident:
            incident._gate_join({"facts": text, "persons": self.persons}, False)

    @api.model
    def _who(self, code):
        """Return the user named by a fact: an attendant at the lane, or who gave the order."""
        if (code or "").startswith("#"):
            return self.env["scenic.gate.command"].search([("uid", "=", code[1:])]).user_id
        return self.env["scenic.gate.attendant"]._of_code(code)[0].user_id


class ScenicGateEmergencyAlarm(models.AbstractModel):
    _inherit = "scenic.gate.alarm"

    # EXTENDS scenic_gate_iot
    @api.model
    def _raise(self, box, rows):
        answer = super()._raise(box, rows)
        self.env["scenic.gate.emergency"]._follow(box, rows)
        return answer


def _moment(row):
    return datetime.fromisoformat(row["happened_at"]).replace(microsecond=0)
