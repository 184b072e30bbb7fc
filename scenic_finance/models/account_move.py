from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    _inherit = "account.move"

    scenic_ticket_count = fields.Integer(compute="_compute_scenic_ticket_count")

    has_scenic_ticket = fields.Boolean(compute="_compute_has_scenic_ticket")

    @api.depends("invoice_line_ids.product_id")
    def _compute_has_scenic_ticket(self):
        for move in self:
            move.has_scenic_ticket = any(move.invoice_line_ids.mapped("is_scenic_ticket"))

    def _compute_scenic_ticket_count(self):
        for move in self:
            move.scenic_ticket_count = (
                self.env["scenic.ticket"].sudo().search_count(move._scenic_ticket_domain())
            )

    def _scenic_ticket_domain(self):
        """Return which tickets this document sold or gave back."""
        self.ensure_one()
        return [
            "|",
            ("origin_aml_id.move_id", "=", self.id),
            ("refund_aml_id.move_id", "=", self.id),
        ]

    def action_scenic_tickets(self):
        """Open the tickets that this document sold or gave back."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_ticketing.scenic_ticket_action"
        )
        return {**action, "domain": self._scenic_ticket_domain(), "context": {}}

    # EXTENDS account
    def _post(self, soft=True):
        """Issue the tickets of an invoice, void those of a credit note."""
        posted = super()._post(soft)
        lines = posted.sudo().line_ids.filtered(
            lambda line: line.display_type == "product" and line.product_id.is_scenic_ticket
        )
        if not lines:
            return posted
        window = lines.filtered("scenic_pos_line_id")
        # once the session is closed, the sale is in its entry and an invoice changes nothing
        fresh = window.filtered(
            lambda line: line.scenic_pos_line_id.order_id.session_id.state != "closed"
        )
        fresh.scenic_pos_line_id._scenic_link_journal(
            {line.scenic_pos_line_id.id: line.id for line in fresh}
        )
        window.scenic_pos_line_id._scenic_refunded_tickets()._scenic_match_refunds()
        sale = lines.filtered("sale_line_ids")
        sale._scenic_post_sale()
        voucher = lines.filtered(
            lambda line: (line | line.scenic_reversed_line_id).scenic_voucher_item_ids
        )
        voucher._scenic_post_vouchers()
        other = lines - window - sale - voucher
        other.filtered(
            lambda line: line.move_id.move_type in ("out_invoice", "out_receipt")
        )._scenic_issue()
        other.filtered(lambda line: line.move_id.move_type == "out_refund")._scenic_credit()
        return posted

    # EXTENDS account
    def button_draft(self):
        self._scenic_check_final()
        self._scenic_sale_invoiced()._sale_forget_invoice()
        return super().button_draft()

    def _scenic_sale_invoiced(self):
        """Return the tickets of group orders and vouchers that only wait for these invoices."""
        lines = self.sudo().line_ids.ids
        return (
            self.env["scenic.ticket"]
            .sudo()
            .search(
                [
                    "|",
                    "&",
                    ("invoice_line_id", "in", lines),
                    ("sale_line_id", "!=", False),
                    "&",
                    ("origin_aml_id", "in", lines),
                    ("voucher_item_id", "!=", False),
                    ("refund_aml_id", "=", False),
                    ("revenue_event_ids", "not any", [("recognition_id", "!=", False)]),
                ]
            )
        )

    # EXTENDS account
    def _reverse_moves(self, default_values_list=None, cancel=False):
        self._scenic_check_recognition()
        return super()._reverse_moves(default_values_list, cancel)

    def _scenic_check_recognition(self):
        """Refuse to undo an entry that the events of a recognition stand on."""
        batches = self.sudo().line_ids.scenic_recognition_id
        if batches:
            raise UserError(
                self.env._(
                    "%(entry)s turned used tickets into revenue and stays as it is. To correct "
                    "it, take back the redemptions concerned: the next run posts the difference.",
                    entry=batches.move_id[:1].name,
                )
            )

    def _scenic_check_final(self):
        """Refuse to take entries back that tickets or a recognition stand on."""
        self._scenic_check_recognition()
        lines = self.sudo().line_ids
        tickets = (
            self.env["scenic.ticket"]
            .sudo()
            .search(
                [
                    "|",
                    "|",
                    ("invoice_line_id", "in", lines.ids),
                    "&",
                    ("origin_aml_id", "in", lines.ids),
                    ("voucher_item_id", "!=", False),
                    "&",
                    ("refund_aml_id", "in", lines.ids),
                    ("refund_line_id", "=", False),
                ]
            )
        )
        tickets -= self._scenic_sale_invoiced()
        if tickets:
            move = (tickets.invoice_line_id | tickets.refund_aml_id).move_id & self
            raise UserError(
                self.env._(
                    "%(entry)s has issued or voided %(count)s tickets and cannot go back to "
                    "draft. Make a credit note instead.",
                    entry=move[:1].name,
                    count=len(tickets),
                )
            )
