from odoo import fields, models


class BarcodeRule(models.Model):
    _inherit = "barcode.rule"

    type = fields.Selection(
        selection_add=[("scenic_ticket", "Scenic Ticket")],
        ondelete={"scenic_ticket": "cascade"},
    )
