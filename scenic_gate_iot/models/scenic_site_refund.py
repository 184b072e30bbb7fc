from odoo import fields, models


class ScenicSiteRefund(models.Model):
    """When the money of a refund may leave the drawer."""

    _inherit = "scenic.site"

    refund_gates = fields.Selection(
        [
            ("never", "At once"),
            ("fresh", "At once while all gates are in contact"),
            ("strict", "When every gate has reported"),
        ],
        "Money of Refunds",
        required=True,
        default="fresh",
        help="A gate without contact may let a ticket in that was given back here. At once while "
        "all gates are in contact: only otherwise the visitor waits, or a manager signs.",
    )
    refund_fresh_s = fields.Integer(
        "In Contact (s)",
        required=True,
        default=120,
        help="A gate that called within that time is in contact.",
    )

    _refund_fresh = models.Constraint(
        "CHECK (refund_fresh_s >= 60)", "Contact is noted to half a minute: at least 60 seconds."
    )
