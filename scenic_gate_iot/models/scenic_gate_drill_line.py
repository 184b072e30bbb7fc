from odoo import fields, models

from ..iot_handlers.scenic_gate import facts as gate_facts


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
        "Test Ticket",
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
        if self.got == self.expected:
            return [
                self.env._(
                    "%(ticket)s: answered right, but the facts do not say so",
                    ticket=self._label(),
                )
            ]
        return [
            self.env._(
                "%(ticket)s: %(expected)s was expected, the lane answered %(got)s",
                ticket=self._label(),
                expected=self.expected,
                got=self.got or "-",
            )
        ]

    def _label(self):
        return dict(self._fields["name"]._description_selection(self.env))[self.name]
