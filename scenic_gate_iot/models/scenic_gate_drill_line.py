from odoo import api, fields, models

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
            ("risky", "High-risk ticket, never heard of"),
        ],
        "Test Ticket",
        required=True,
        readonly=True,
    )
    uid = fields.Char("Ticket Identity", readonly=True, index=True)
    code = fields.Char(readonly=True, groups="base.group_system", exportable=False)
    row = fields.Json(readonly=True, groups="base.group_system", exportable=False)
    shown = fields.Text("What Was Shown", compute="_compute_texts")
    expected = fields.Char("Expected Code", readonly=True)
    expected_text = fields.Text("Expected Answer", compute="_compute_texts")
    got = fields.Char("Code of the Lane", readonly=True)
    got_text = fields.Text("Answer of the Lane", compute="_compute_texts")
    took_ms = fields.Float("Decision (ms)", readonly=True, digits=(12, 1))
    shut = fields.Boolean("Lane Shut Again", readonly=True)
    is_shown = fields.Boolean(readonly=True)
    is_right = fields.Boolean("Right", readonly=True)
    found = fields.Json(readonly=True)  # what arrived of it: [[kind, persons, mode], ...]
    facts_text = fields.Text("Facts Found", compute="_compute_texts")
    result = fields.Selection(
        [
            ("right", "Correct"),
            ("wrong", "Wrong"),
            ("open", "Not shown"),
            ("ungraded", "Not graded"),
        ],
        compute="_compute_result",
    )

    @api.depends_context("lang")
    @api.depends("name", "expected", "got", "found")
    def _compute_texts(self):
        labels = self.env["scenic.reason"]._reason_labels()
        shown, names = self._descriptions(), self._labels()
        for line in self:
            line.shown = self.env._(
                "%(ticket)s: %(how)s", ticket=names[line.name], how=shown[line.name]
            )
            line.expected_text = labels.get(line.expected, line.expected)
            line.got_text = labels.get(line.got, line.got)
            line.facts_text = self._told(line.found or [])

    def _told(self, found):
        """Describe facts: what they are, and in which mode the lane was."""
        facts = self.env["scenic.gate.fact"]._fields
        kinds = dict(facts["kind"]._description_selection(self.env))
        modes = dict(facts["mode"]._description_selection(self.env))
        if not found:
            return ""
        return self.env._(
            "%(what)s (%(mode)s)",
            what=" · ".join(kinds.get(kind, kind) for kind, _persons, _mode in found),
            mode=", ".join(sorted({modes.get(mode, mode) for _kind, _persons, mode in found})),
        )

    def _descriptions(self):
        return {
            "good": self.env._("Signed for today, on the list of the lane."),
            "used": self.env._("Signed for today, its right was used at another gate."),
            "forged": self.env._("Signed for today, then one character was changed."),
            "revoked": self.env._("Signed for today, then refunded."),
            "expired": self.env._("Signed for a day 30 days ago."),
            "unlisted": self.env._("Signed for today, the lane was never told of it."),
            "risky": self.env._("The same of a product that is often abused: staff must look."),
        }

    @api.depends("got", "is_shown", "is_right", "drill_id.state")
    def _compute_result(self):
        for line in self:
            if line.is_right:
                line.result = "right"
            elif not (line.is_shown or line.got):
                line.result = "open"
            else:
                graded = line.drill_id.state in ("passed", "failed")
                line.result = "wrong" if graded else "ungraded"

    def _own(self, facts):
        """Return those of ``facts`` that are about this ticket, at the lane of the drill."""
        self.ensure_one()
        code, lane = self.sudo().code, self.drill_id.lane_id.code
        return [
            fact
            for fact in facts
            if fact["lane"] == lane and (fact["uid"] == self.uid or fact["code"] == code)
        ]

    def _check(self, mine):
        """Return what is wrong with this step (texts), looking at its facts, not at the report."""
        self.ensure_one()
        used = [fact for fact in mine if fact["kind"] == gate_facts.RESERVED]
        ended = sum(fact["pax"] for fact in mine if fact["kind"] in gate_facts.ENDINGS)
        refused = {fact["reason"] for fact in mine if fact["kind"] == gate_facts.REFUSED}
        if self.expected == "OK":
            right = len(used) == 1 and ended == used[0]["pax"] and self.got == "OK" and self.shut
        else:
            right = not used and refused == {self.expected} and self.got == self.expected
        self.write({"is_right": right, "found": [[f["kind"], f["pax"], f["mode"]] for f in mine]})
        if right:
            return []
        if self.got == self.expected:
            return [
                self.env._(
                    "%(ticket)s: answered right, but the facts do not say so",
                    ticket=self._label(),
                )
            ]
        labels = self.env["scenic.reason"]._reason_labels()
        return [
            self.env._(
                "%(ticket)s: “%(expected)s” was expected, the lane answered “%(got)s”",
                ticket=self._label(),
                expected=labels.get(self.expected, self.expected),
                got=labels.get(self.got, self.got) or "-",
            )
        ]

    def _label(self):
        return self._labels()[self.name]

    def _labels(self):
        return dict(self._fields["name"]._description_selection(self.env))
