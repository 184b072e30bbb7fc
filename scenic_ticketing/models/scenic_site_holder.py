from odoo import fields, models


class ScenicSiteHolder(models.Model):
    """How long a site keeps what it knows about visitors."""

    _inherit = "scenic.site"

    holder_retention_days = fields.Integer(
        string="Keep Holders (days)",
        required=True,
        default=30,
        help="Days after the last valid day of a ticket until everything about its holder is "
        "destroyed: document, name, phone, photo, and the key to all of it.",
    )

    _holder_retention = models.Constraint(
        "CHECK (holder_retention_days BETWEEN 0 AND 3660)",
        "Holders are kept for 0 to 3660 days.",
    )
