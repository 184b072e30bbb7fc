from odoo import fields, models

from ..iot_handlers.scenic_rules.ticket_code import FLAG_CONCESSION_CHECK, FLAG_ID_CHECK


class ScenicPolicy(models.Model):
    """How a kind of ticket may be sold, used and given back."""

    _name = "scenic.policy"
    _inherit = ["scenic.weekdays"]
    _description = "Scenic Ticket Policy"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company, index=True)
    note = fields.Text(
        string="For the Visitor",
        translate=True,
        help="The conditions in words, as they can be printed or read out.",
    )

    # checks by an attendant
    id_required = fields.Boolean(
        string="ID Check", help="The visitor shows an identity document at the gate."
    )
    concession = fields.Boolean(
        string="Concession Check",
        help="The gate asks an attendant to check who is entitled: child, student, senior.",
    )
    companion = fields.Boolean(
        string="With a Companion",
        help="The gate asks an attendant to see that an adult comes along.",
    )
    holder_check = fields.Boolean(
        string="Compare with the Photo",
        help="The gate asks an attendant to compare the visitor with the holder of the pass.",
    )
    risk = fields.Selection(
        [("0", "Normal"), ("1", "High")],
        string="Risk Class",
        required=True,
        default="0",
        help="High: a gate that has lost contact calls an attendant instead of deciding alone.",
    )

    # groups
    staff_pax = fields.Integer(
        string="Counted by Staff Above (persons)",
        required=True,
        default=10,
        help="A code for more persons than this is counted by an attendant at the gate.",
    )
    partial = fields.Boolean(
        string="May Enter in Parts",
        default=True,
        help="Eight of ten enter now, the others later. Otherwise all come together.",
    )
    group_min = fields.Integer(
        string="Smallest Group (persons)",
        help="Fewer persons cannot buy this ticket in one order. 0 = no limit.",
    )
    group_max = fields.Integer(
        string="Largest Group (persons)",
        help="More persons cannot buy this ticket in one order. 0 = no limit.",
    )

    # sale
    sale_days_ahead = fields.Integer(
        string="Sold Ahead (days)",
        required=True,
        default=365,
        help="How many days before the visit the ticket can be bought. 0 = only for today.",
    )
    min_days_ahead = fields.Integer(
        string="Booked Ahead at Least (days)",
        help="So many days before the visit it has to be bought. 0 = also for today.",
    )
    max_per_order = fields.Integer(
        string="At Most per Order",
        help="So many tickets of one product can be bought at once. 0 = no limit.",
    )
    refund_allowed = fields.Boolean(
        default=True, help="Whether an unused ticket can be given back at a window."
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
    _min_ahead = models.Constraint(
        "CHECK (min_days_ahead IS NULL OR min_days_ahead BETWEEN 0 AND sale_days_ahead)",
        "A ticket cannot be booked ahead by more days than it is sold ahead.",
    )
    _staff_pax = models.Constraint(
        "CHECK (staff_pax BETWEEN 1 AND 255)",
        "Groups are counted by staff above 1 to 255 persons.",
    )
    _group = models.Constraint(
        "CHECK (COALESCE(group_min, 0) >= 0 AND COALESCE(group_max, 0) >= 0"
        " AND COALESCE(max_per_order, 0) >= 0"
        " AND (COALESCE(group_max, 0) = 0 OR COALESCE(group_min, 0) <= group_max))",
        "Sizes cannot be negative, and the smallest group is not larger than the largest.",
    )

    def _code_flags(self):
        """Return the flag bits that this policy writes into a ticket code."""
        self.ensure_one()
        return (FLAG_ID_CHECK if self.id_required else 0) | (
            FLAG_CONCESSION_CHECK if self.concession else 0
        )
