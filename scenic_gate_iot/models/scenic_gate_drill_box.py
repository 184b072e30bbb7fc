from odoo import api, fields, models

from ..tools import drill_package as drill


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


class ScenicGateDrillIncident(models.Model):
    _inherit = "scenic.incident"

    kind = fields.Selection(
        selection_add=[("drill_failed", "Drill Failed")],
        ondelete={"drill_failed": "set default"},
    )
