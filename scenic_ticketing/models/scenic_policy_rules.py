from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.validity import Validity


class ScenicPolicyRules(models.Model):
    """When and how often a ticket opens a gate."""

    _inherit = "scenic.policy"

    # validity
    validity = fields.Selection(
        [
            ("visit_date", "From the visit date"),
            ("purchase", "From the day of purchase"),
            ("first_use", "From the first use"),
            ("period", "In a fixed period"),
            ("open", "Open, without a date"),
        ],
        string="Valid",
        required=True,
        default="visit_date",
        help="What the days of the ticket are counted from. An open ticket is good for ten years.",
    )
    validity_days = fields.Integer(
        string="Valid for (days)",
        required=True,
        default=1,
        help="Number of days, counted from the visit date or the purchase; 1 = only on that day. "
        "From the first use: within so many days after the visit date it has to be used first.",
    )
    use_days = fields.Integer(
        string="Days from First Use",
        help="Counted from the day of the first use; 1 = only on that day. 0 = no limit of its "
        "own.",
    )
    use_minutes = fields.Integer(
        string="Minutes from First Use",
        help="So long after the first use the ticket still opens a gate. 0 = no limit.",
    )
    period_start = fields.Date(help="First day of the fixed period.")
    period_end = fields.Date(help="Last day of the fixed period.")

    # days and hours
    calendar_ids = fields.Many2many(
        "scenic.blackout",
        relation="scenic_policy_blackout_rel",
        column1="policy_id",
        column2="blackout_id",
        string="Not Good on",
        help="Calendars of days on which the ticket is not good, for instance public holidays.",
    )
    hours = fields.Char(
        string="Hours of Entry",
        help="When the gates let the ticket in, for example 18:00-22:00 or 08:00-11:30, "
        "13:30-17:00. Empty = all day.",
    )
    grace_before = fields.Integer(
        string="Early by (minutes)",
        help="So long before its slot a visitor is let in. Only for tickets with a time slot.",
    )
    grace_after = fields.Integer(
        string="Late by (minutes)",
        help="So long after the end of its slot a visitor is still let in.",
    )

    # uses
    uses_total = fields.Integer(
        string="Uses in Total",
        help="Entries for each person, all zones together. 0 = as the rights of the product say.",
    )
    uses_day = fields.Integer(
        string="Uses per Day",
        help="Entries for each person on one day, all zones together. 0 = no limit.",
    )
    interval = fields.Integer(
        string="Pause between Uses (minutes)",
        help="So long after an entry the same ticket does not open the same zone again: it "
        "cannot be handed back over the fence. 0 = no pause.",
    )
    passback = fields.Boolean(
        string="Leave before Coming Back",
        help="A second entry into a zone is refused until the ticket was shown at an exit. Needs "
        "gates at the exits.",
    )

    _use_period = models.Constraint(
        "CHECK (COALESCE(use_days, 0) BETWEEN 0 AND 3660"
        " AND COALESCE(use_minutes, 0) BETWEEN 0 AND 1000000)",
        "From its first use a ticket is good for 0 (no limit) to 3660 days or 1000000 minutes.",
    )
    _limits = models.Constraint(
        "CHECK (COALESCE(uses_total, 0) BETWEEN 0 AND 10000"
        " AND COALESCE(uses_day, 0) BETWEEN 0 AND 1000"
        ' AND COALESCE("interval", 0) BETWEEN 0 AND 1440'
        " AND COALESCE(grace_before, 0) BETWEEN 0 AND 1440"
        " AND COALESCE(grace_after, 0) BETWEEN 0 AND 1440)",
        "Limits of uses cannot be negative; pauses and grace are at most 1440 minutes, one day.",
    )

    @api.constrains("validity", "period_start", "period_end")
    def _check_period(self):
        for policy in self.filtered(lambda policy: policy.validity == "period"):
            first, last = policy.period_start, policy.period_end
            if not first or not last or last < first:
                raise ValidationError(
                    self.env._(
                        "%(policy)s is valid in a fixed period: enter its first and last day, the "
                        "first not after the last.",
                        policy=policy.name,
                    )
                )

    @api.constrains("hours")
    def _check_hours(self):
        self._check_hours_text()

    def _validity_view(self):
        """Return how the dates of a ticket follow from its sale."""
        self.ensure_one()
        return Validity(
            kind=self.validity,
            days=self.validity_days,
            use_days=self.use_days,
            begin=self.period_start or None,
            end=self.period_end or None,
        )
