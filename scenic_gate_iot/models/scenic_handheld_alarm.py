from datetime import datetime

from odoo import api, fields, models

from ..iot_handlers.scenic_gate import facts as gate_facts

# Why somebody was let in without a ticket that opens the gate; codes never change their meaning.
MANUAL_REASONS = [
    ("M_LOST", "Paid, but the ticket is lost or cannot be read"),
    ("M_GUEST", "Guest of the park"),
    ("M_STAFF", "Staff or supplier"),
    ("M_HELP", "Medical help or emergency"),
    ("M_SYSTEM", "Gate or system out of order"),
    ("M_OTHER", "Another reason"),
]


class ScenicHandheldAlarm(models.AbstractModel):
    """What attendants do by hand is looked at by a manager."""

    _inherit = "scenic.gate.alarm"

    manual_reason = fields.Selection(MANUAL_REASONS)

    # EXTENDS scenic_gate_iot
    @api.model
    def _raise(self, box, rows):
        answer = super()._raise(box, rows)
        if box.kind == "handheld":
            reports = [
                self._manual_report(box, row) for row in rows if row["kind"] == gate_facts.OPENED
            ]
            self.env["scenic.incident"]._gate_report(box, reports)
        return answer

    @api.model
    def _manual_report(self, box, row):
        happened_at = datetime.fromisoformat(row["happened_at"])
        labels = dict(self._fields["manual_reason"]._description_selection(self.env))
        words = [labels.get(row["reason"], row["reason"]), row["code"]]
        line = self._line(
            box.site_id, happened_at, row["lane"], row["pax"], row["uid"], row["kind"]
        )
        return {
            "gate_key": f"manual:{box.id}:{box.site_id._today(happened_at)}",
            "kind": "manual",
            "lane_code": row["lane"],
            "happened_at": happened_at.replace(microsecond=0),
            "facts": ": ".join([line, *(word for word in words if word)]),
            "persons": row["pax"],
        }


class ScenicHandheldIncident(models.Model):
    _inherit = "scenic.incident"

    kind = fields.Selection(
        selection_add=[("manual", "Let in by hand")], ondelete={"manual": "set default"}
    )
