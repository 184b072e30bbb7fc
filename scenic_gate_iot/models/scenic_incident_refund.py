from odoo import fields, models


class ScenicIncidentRefund(models.Model):
    """Money that left before all gates had reported."""

    _inherit = "scenic.incident"

    kind = fields.Selection(
        selection_add=[("refund_early", "Refund paid before all gates knew")],
        ondelete={"refund_early": "set default"},
    )
