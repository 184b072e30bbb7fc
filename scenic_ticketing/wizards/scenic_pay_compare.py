from datetime import timedelta

from odoo import fields, models
from odoo.fields import Command


class ScenicPayCompare(models.TransientModel):
    """Compare a day's payments by code with the acquirer's own list of that day."""

    _name = "scenic.pay.compare"
    _description = "Scenic Payment Comparison"

    payment_method_id = fields.Many2one(
        "pos.payment.method",
        required=True,
        domain=[("use_payment_terminal", "=", "scenic_code")],
        default=lambda self: self.env["pos.payment.method"].search(
            [("use_payment_terminal", "=", "scenic_code")], limit=1
        ),
    )
    day = fields.Date(
        required=True,
        default=lambda self: fields.Date.context_today(self) - timedelta(days=1),
        help="The acquirer's day, which begins at midnight in China.",
    )
    is_done = fields.Boolean()
    line_ids = fields.One2many("scenic.pay.compare.line", "compare_id", string="Differences")

    def action_compare(self):
        """Fetch the acquirer's list and show what differs."""
        self.ensure_one()
        self.env["scenic.pay.attempt"]._require_manager()
        method = self.payment_method_id.sudo()
        company = method.company_id or self.env.company
        problems = self.env["scenic.pay.attempt"]._compare_day(
            method.scenic_pay_account, self.day, company
        )
        cents = 10**company.currency_id.decimal_places
        self.line_ids = [
            Command.clear(),
            *(
                Command.create(
                    {
                        "problem": problem,
                        "kind": kind,
                        "ref": ref,
                        "ours": (ours or 0) / cents,
                        "theirs": (theirs or 0) / cents,
                    }
                )
                for problem, kind, ref, ours, theirs in problems
            ),
        ]
        self.is_done = True
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Compare with the Acquirer"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
