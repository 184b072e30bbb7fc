from odoo import fields, models


class ScenicRefundGate(models.Model):
    """One gate box that a refund waits for."""

    _name = "scenic.refund.gate"
    _description = "Gate of a Waiting Refund"

    wait_id = fields.Many2one(
        "scenic.refund.wait", required=True, readonly=True, index=True, ondelete="cascade"
    )
    box_id = fields.Many2one("scenic.box", required=True, readonly=True, ondelete="restrict")
    last_seen = fields.Datetime(related="box_id.last_seen")
    passed_at = fields.Datetime("Reported", readonly=True)

    _pending = models.Index("(box_id) WHERE passed_at IS NULL")
