from odoo import fields, models


class ScenicVatRelease(models.Model):
    """Tax of one ticket that fell due with a recognition; negative when a use was taken back."""

    _name = "scenic.vat.release"
    _description = "Scenic VAT that Fell Due"
    _order = "id desc"
    _log_access = False

    recognition_id = fields.Many2one(
        "scenic.recognition", required=True, readonly=True, index=True, ondelete="restrict"
    )
    ticket_id = fields.Many2one(
        "scenic.ticket", required=True, readonly=True, index=True, ondelete="restrict"
    )
    account_id = fields.Many2one(
        "account.account",
        string="VAT Account",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(related="ticket_id.company_id")
    currency_id = fields.Many2one(related="ticket_id.currency_id")
    day = fields.Date(related="recognition_id.day")
    product_id = fields.Many2one(related="ticket_id.product_id")
    amount = fields.Monetary(required=True, readonly=True)
