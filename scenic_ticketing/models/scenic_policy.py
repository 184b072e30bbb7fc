from odoo import fields, models

from ..iot_handlers.scenic_rules.ticket_code import FLAG_CONCESSION_CHECK, FLAG_ID_CHECK

_RULE_FIELDS = {"staff_pax", "risk", "id_required", "concession", "validity_days"}


class ScenicPolicy(models.Model):
    """How a kind of ticket may be sold, used and given back."""

    _name = "scenic.policy"
    _description = "Scenic Ticket Policy"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company, index=True)
    validity_days = fields.Integer(
        string="Valid for (days)",
        required=True,
        default=1,
        help="Number of days, counted from the visit date. 1 = only on the visit date.",
    )
    sale_days_ahead = fields.Integer(
        string="Sold Ahead (days)",
        required=True,
        default=365,
        help="How many days before the visit the ticket can be bought. 0 = only for today.",
    )
    staff_pax = fields.Integer(
        string="Counted by Staff Above (persons)",
        required=True,
        default=10,
        help="A code for more persons than this is counted by an attendant at the gate.",
    )
    risk = fields.Selection(
        [("0", "Normal"), ("1", "High")],
        string="Risk Class",
        required=True,
        default="0",
        help="High: a gate that has lost contact calls an attendant instead of deciding alone.",
    )
    refund_allowed = fields.Boolean(
        default=True, help="Whether an unused ticket can be given back at a window."
    )
    concession = fields.Boolean(
        string="Concession Check",
        help="The gate asks an attendant to check who is entitled: child, student, senior.",
    )
    id_required = fields.Boolean(
        string="ID Check", help="The visitor shows an identity document at the gate."
    )
    version = fields.Integer(
        default=1,
        readonly=True,
        copy=False,
        help="Grows with every change that gates must know; each redemption records it.",
    )
    active = fields.Boolean(default=True)

    _validity = models.Constraint(
        "CHECK (validity_days BETWEEN 1 AND 3660)",
        "A ticket is valid for at least 1 day and at most 3660 days.",
    )
    _ahead = models.Constraint(
        "CHECK (sale_days_ahead BETWEEN 0 AND 3660)",
        "A ticket is sold between 0 and 3660 days ahead.",
    )
    _staff_pax = models.Constraint(
        "CHECK (staff_pax BETWEEN 1 AND 255)",
        "Groups are counted by staff above 1 to 255 persons.",
    )

    def write(self, vals):
        res = super().write(vals)
        if _RULE_FIELDS & vals.keys():
            for policy in self:
                super(ScenicPolicy, policy).write({"version": policy.version + 1})
            self.env.registry.clear_cache()
        return res

    def _code_flags(self):
        """Return the flag bits that this policy writes into a ticket code."""
        self.ensure_one()
        return (FLAG_ID_CHECK if self.id_required else 0) | (
            FLAG_CONCESSION_CHECK if self.concession else 0
        )
