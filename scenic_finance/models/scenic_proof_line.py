from odoo import fields, models


class ScenicProofLine(models.Model):
    """One reason why the ledger and the open tickets are not the same number."""

    _name = "scenic.proof.line"
    _description = "Scenic Balance Proof Line"
    _order = "proof_id desc, kind, id"

    proof_id = fields.Many2one("scenic.proof", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="proof_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        [
            ("difference", "Difference"),
            ("sale", "Sold, not posted"),
            ("refund", "Refunded, not posted"),
            ("release", "Used, not posted"),
        ],
        required=True,
        readonly=True,
    )
    name = fields.Char(string="What", required=True, readonly=True)
    amount = fields.Monetary(readonly=True)
    session_id = fields.Many2one("pos.session", readonly=True, ondelete="set null")
    move_id = fields.Many2one("account.move", string="Entry", readonly=True, ondelete="set null")
    move_line_id = fields.Many2one(
        "account.move.line", string="Journal Item", readonly=True, ondelete="set null"
    )
    recognition_id = fields.Many2one("scenic.recognition", readonly=True, ondelete="set null")
    ticket_id = fields.Many2one("scenic.ticket", readonly=True, ondelete="set null")
    sale_order_id = fields.Many2one(
        "sale.order", string="Group Order", readonly=True, ondelete="set null"
    )
    voucher_channel_id = fields.Many2one(
        "scenic.channel", string="Channel", readonly=True, ondelete="set null"
    )

    def action_open(self):
        """Open what the line is about: the entry, the session or the ticket."""
        self.ensure_one()
        record = self.move_id or self.session_id or self.sale_order_id
        record = record or self.ticket_id or self.recognition_id
        return record._get_records_action() if record else False

    def action_tickets(self):
        """Open the tickets behind the line."""
        self.ensure_one()
        domain = [("id", "=", self.ticket_id.id)]
        if self.move_line_id:
            line = self.move_line_id.id
            domain = ["|", ("origin_aml_id", "=", line), ("refund_aml_id", "=", line)]
        elif self.session_id:
            domain = [("pos_order_id.session_id", "=", self.session_id.id)]
        elif self.sale_order_id:
            domain = [("sale_order_id", "=", self.sale_order_id.id), ("origin_aml_id", "=", False)]
        elif self.voucher_channel_id:
            channel = ("voucher_item_id.channel_id", "=", self.voucher_channel_id.id)
            domain = [channel, ("origin_aml_id", "=", False)]
        elif self.recognition_id:
            domain = [("revenue_event_ids.recognition_id", "=", self.recognition_id.id)]
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_ticketing.scenic_ticket_action"
        )
        return {**action, "domain": domain, "context": {}}
