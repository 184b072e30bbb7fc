from odoo import api, fields, models
from odoo.tools import SQL

from ..iot_handlers.scenic_gate import facts as gate_facts
from ..iot_handlers.scenic_gate.lane_hold import HOLD_OVER
from ..tools import lane_status

# One row for each time an attendant held a lane open of which one of the new facts is a part: how
# many came in without a ticket, and how it ended. Facts may arrive in any order, so each time the
# whole of it is added up anew. Somebody who was on the way when it ended still belongs to it.
_HOLDS = """
WITH begins AS (
    SELECT DISTINCT b.id, b.box_id, b.epoch, b.seq, b.lane, b.zone, b.happened_at, b.reason,
           b.code
      FROM scenic_gate_fact n
      CROSS JOIN LATERAL (
           SELECT f.* FROM scenic_gate_fact f
            WHERE f.box_id = n.box_id AND f.epoch = n.epoch AND f.lane = n.lane AND f.seq <= n.seq
              AND f.kind = 'opened' AND f.pax = 0 AND f.op IS NULL
            ORDER BY f.seq DESC LIMIT 1) b
     WHERE n.box_id = %(box)s AND n.epoch = %(epoch)s AND n.seq = ANY(%(seqs)s)
       AND b.code LIKE '@%%' AND b.reason LIKE 'M\\_%%'
)
SELECT b.seq, b.lane, b.zone, b.happened_at, b.reason, b.code,
       e.happened_at AS ended_at, e.reason AS how, e.code AS by, e.kind,
       (SELECT coalesce(sum(f.pax), 0) FROM scenic_gate_fact f
         WHERE f.box_id = b.box_id AND f.epoch = b.epoch AND f.lane = b.lane AND f.seq > b.seq
           AND f.kind = 'passed' AND f.uid IS NULL AND f.op IS NULL
           AND (e.seq IS NULL OR f.seq < e.seq
                OR e.kind = 'staff' AND f.happened_at <= e.happened_at + interval '15 seconds')
       )::int AS persons
  FROM begins b
  LEFT JOIN LATERAL (
       SELECT f.seq, f.kind, f.happened_at, f.reason, f.code FROM scenic_gate_fact f
        WHERE f.box_id = b.box_id AND f.epoch = b.epoch AND f.seq > b.seq
          AND (f.kind = 'boot' OR f.lane = b.lane AND (
               f.kind IN ('emergency_on', 'reserved', 'opened')
               OR f.kind = 'staff' AND f.reason IN ('A_RELEASE', 'A_HOLD_OVER')))
        ORDER BY f.seq LIMIT 1) e ON TRUE
"""


class ScenicLaneHold(models.Model):
    _inherit = "scenic.lane"

    hold_limit_min = fields.Integer(
        "Held Open at Most (min)",
        required=True,
        default=30,
        help="What an attendant holds open at the lane shuts by itself after so many minutes, "
        "unless it is prolonged there. What the back office orders lasts until it ends it.",
    )
    held_text = fields.Char("Held Open", compute="_compute_held_text")

    _hold_limit_range = models.Constraint(
        "CHECK (hold_limit_min BETWEEN 1 AND 240)", "A lane is held open for 1 to 240 minutes."
    )

    @api.depends_context("lang")
    @api.depends("box_id.status", "code")
    def _compute_held_text(self):
        for lane in self:
            lane.held_text = lane._held_words(lane_status.held(lane.box_id.status, lane.code))

    def _held_words(self, held):
        """Return for how many persons a lane is held open so far, and by whom."""
        self.ensure_one()
        if not held:
            return False
        attendant, _note = self.env["scenic.gate.attendant"]._of_code(held["by"])
        who = attendant.user_id.name or self.env._("the back office")
        reasons = self.env["scenic.gate.alarm"]._fields["manual_reason"]
        labels = dict(reasons._description_selection(self.env))
        values = {
            "who": who,
            "why": labels.get(held["reason"]) or self.env._("order"),
            "persons": held["persons"],
        }
        if not self.zone_id:  # nobody needs a ticket to go out
            return self.env._("%(persons)s persons, by %(who)s (%(why)s)", **values)
        return self.env._("%(persons)s persons without a ticket, by %(who)s (%(why)s)", **values)

    def _for_visitors(self):
        return super()._for_visitors() | {"hold_limit_s": 60 * self.hold_limit_min}


class ScenicGateAttendantHold(models.Model):
    _inherit = "scenic.gate.attendant"

    may_hold = fields.Boolean(
        "May Hold Open",
        help="May hold a lane open, so that everybody can walk in without a ticket. It is counted, "
        "ends by itself and is an incident with the attendant's name.",
    )

    # EXTENDS scenic_gate_iot
    @api.model
    def _for_box(self, box):
        told = super()._for_box(box)
        allowed = self.sudo().browse([int(number) for number in told]).filtered("may_hold")
        for attendant in allowed:
            told[str(attendant.id)]["hold"] = True
        return told

    # EXTENDS scenic_gate_iot
    @api.model
    def _stamp(self, site):
        allowed = self.sudo().search([("site_id", "=", site.id), ("may_hold", "=", True)])
        return f"{super()._stamp(site)}{sorted(allowed.ids)}"


class ScenicGateHoldAlarm(models.AbstractModel):
    """Each time an attendant held a lane open is an incident: who, why, how long, how many."""

    _inherit = "scenic.gate.alarm"

    @api.model
    def _review_holds(self, box, epoch, seqs):
        """Tell anew the incidents of the holds that the facts ``seqs`` belong to."""
        self.env.flush_all()
        self.env.cr.execute(SQL(_HOLDS, box=box.id, epoch=epoch, seqs=seqs))
        reports = [self._hold_report(box, epoch, row) for row in self.env.cr.dictfetchall()]
        keys = [report["gate_key"] for report in reports]
        settled = self.env["scenic.incident"].search(
            [("gate_key", "in", keys), ("state", "=", "done")]
        )
        told = {(item.gate_key, item.persons) for item in settled}
        # who has settled it is asked again only if more came in than he knew of
        fresh = [item for item in reports if (item["gate_key"], item["persons"]) not in told]
        if fresh:
            self.env["scenic.incident"]._gate_report(box, fresh)

    @api.model
    def _hold_report(self, box, epoch, row):
        attendants = self.env["scenic.gate.attendant"]
        attendant, note = attendants._of_code(row["code"])
        labels = dict(self._fields["manual_reason"]._description_selection(self.env))
        why = ", ".join(word for word in (labels.get(row["reason"], row["reason"]), note) if word)
        lines = [
            self.env._(
                "%(time)s, lane %(lane)s: held open by %(who)s (%(why)s)",
                time=_clock(box.site_id, row["happened_at"]),
                lane=row["lane"],
                who=attendant.user_id.name or self.env._("an unknown number"),
                why=why,
            ),
            self.env._("%(persons)s person(s) came in without a ticket", persons=row["persons"])
            if row["zone"]
            else self.env._("%(persons)s person(s) went out", persons=row["persons"]),
        ]
        if row["kind"] == gate_facts.STAFF:
            lines.append(self._hold_end(box, row))
        return {
            "gate_key": f"hold:{box.id}:{epoch}:{row['seq']}",
            "kind": "held_open",
            "lane_code": row["lane"],
            "happened_at": row["happened_at"].replace(microsecond=0),
            "facts": "\n".join(lines),
            "persons": row["persons"],
            "whole": True,
        }

    @api.model
    def _hold_end(self, box, row):
        time = _clock(box.site_id, row["ended_at"])
        if row["how"] == HOLD_OVER:
            return self.env._("%(time)s: ended by itself, nobody prolonged it", time=time)
        attendant, _note = self.env["scenic.gate.attendant"]._of_code(row["by"])
        return self.env._("%(time)s: ended by %(who)s", time=time, who=attendant.user_id.name)


class ScenicGateHoldIntake(models.AbstractModel):
    _inherit = "scenic.gate.intake"

    # EXTENDS scenic_gate_iot
    @api.model
    def _take(self, box, epoch, facts, oldest=1, hold=False):
        acked_to, fresh = super()._take(box, epoch, facts, oldest, hold)
        new = {item["seq"] for item in fresh}
        seqs = [fact["seq"] for fact in facts if fact["seq"] in new and _is_of_hold(fact)]
        if seqs and box.kind == "box":
            self.env["scenic.gate.alarm"]._review_holds(box, epoch, seqs)
        return acked_to, fresh


class ScenicGateHoldFact(models.Model):
    _inherit = "scenic.gate.fact"

    # a counted person asks on each report whether the lane is held open
    _holds = models.Index(
        "(box_id, epoch, lane, seq) WHERE kind = 'opened' AND pax = 0 AND op IS NULL"
    )


class ScenicGateHoldIncident(models.Model):
    _inherit = "scenic.incident"

    kind = fields.Selection(
        selection_add=[("held_open", "Held Open"), ("held_long", "Held Open for Long")],
        ondelete={"held_open": "set default", "held_long": "set default"},
    )


class ScenicSiteHold(models.Model):
    _inherit = "scenic.site"

    alarm_held_min = fields.Integer(
        "Held Open For (min)",
        default=30,
        help="A lane that is held open for longer is reported, whoever holds it and also while "
        "the site is closed. 0 = nobody is told.",
    )

    _alarm_held_positive = models.Constraint(
        "CHECK (alarm_held_min >= 0)", "Thresholds of alarms cannot be negative."
    )


class ScenicGateHoldWatch(models.AbstractModel):
    _inherit = "scenic.gate.watch"

    # EXTENDS scenic_gate_iot
    @api.model
    def _box_findings(self, boxes):
        # with the boxes and not with the lanes: a gate that is open at night matters most
        return [*super()._box_findings(boxes), *self._held_for_long(boxes)]

    @api.model
    def _held_for_long(self, boxes):
        now = fields.Datetime.now()
        for lane in self.env["scenic.lane"].search([("box_id", "in", boxes.ids)]):
            held = lane_status.held(lane.box_id.status, lane.code)
            limit = lane.site_id.alarm_held_min
            if held and limit and (now - held["since"]).total_seconds() >= 60 * limit:
                yield self._finding(
                    lane,
                    "held_long",
                    self.env._(
                        "Lane %(lane)s is held open since %(time)s: %(words)s",
                        lane=lane.code,
                        time=_clock(lane.site_id, held["since"]),
                        words=lane._held_words(held),
                    ),
                    persons=held["persons"],
                )


class ScenicGateHoldBoard(models.AbstractModel):
    _inherit = "scenic.gate.board"

    # EXTENDS scenic_gate_iot
    @api.model
    def _lane_row(self, lane, now):
        return super()._lane_row(lane, now) | {"held": lane.held_text or ""}


def _clock(site, moment):
    return site._gate_local(moment).strftime("%Y-%m-%d %H:%M:%S")


def _is_of_hold(fact):
    """Tell whether a fact may belong to a lane that is held open by an attendant."""
    kind = fact["kind"]
    return (
        (kind == gate_facts.OPENED and not fact["pax"] and not fact["op"])
        or (kind == gate_facts.PASSED and not fact["uid"] and not fact["op"])
        or (kind == gate_facts.STAFF and fact["reason"] in ("A_RELEASE", HOLD_OVER))
    )
