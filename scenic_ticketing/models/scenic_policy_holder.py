from odoo import fields, models


class ScenicPolicyHolder(models.Model):
    """What a policy asks about the visitor when the ticket is sold."""

    _inherit = "scenic.policy"

    id_needed_at_sale = fields.Selection(
        [("none", "No"), ("order", "One for the Order"), ("each", "One for Each Ticket")],
        string="ID at the Sale",
        required=True,
        default="none",
        help="Whether the identity document of the visitor is read when the ticket is sold.",
    )
    id_once_per_day = fields.Boolean(
        string="One Ticket per ID and Day",
        help="An ID can have one ticket of this policy for a visit date, whatever channel sells "
        "it. A void, refunded or rebooked ticket frees it.",
    )
    phone_needed = fields.Boolean(
        string="Phone at the Sale", help="The sale asks for a phone number of the visitor."
    )
    min_age = fields.Integer(
        string="From Age",
        help="Youngest age on the visit date, in whole years, by the date of birth in the "
        "document. 0 = no limit.",
    )
    max_age = fields.Integer(
        string="To Age",
        help="Oldest age on the visit date, in whole years, by the date of birth in the document. "
        "0 = no limit.",
    )

    _holder_ages = models.Constraint(
        "CHECK (min_age BETWEEN 0 AND 150 AND max_age BETWEEN 0 AND 150 "
        "AND (max_age = 0 OR min_age <= max_age))",
        "Ages lie between 0 and 150, and the youngest is not above the oldest.",
    )
    _holder_id = models.Constraint(
        "CHECK (id_needed_at_sale <> 'none' "
        "OR NOT (id_once_per_day OR min_age > 0 OR max_age > 0))",
        "One ticket per ID, and limits of age, need the ID at the sale.",
    )
