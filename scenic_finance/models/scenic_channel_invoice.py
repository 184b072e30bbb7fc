from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools import channel_sql


class ScenicChannelInvoice(models.Model):
    """One invoice for each channel and period."""

    _inherit = "scenic.channel"

    def action_invoice_period(self):
        """Make the draft invoices of the last period that is over."""
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(self.env._("Only accountants can invoice channels."))
        company = self.env.company
        moves = self.env["account.move"]
        yesterday = fields.Date.subtract(fields.Date.context_today(self), days=1)
        for channel in self:
            moves |= channel._invoice_until(company, channel._terms(company)._period_end(yesterday))
        if not moves:
            raise UserError(
                self.env._(
                    "Nothing of the last period waits for its invoice: %(channels)s.",
                    channels=", ".join(self.mapped("name")),
                )
            )
        return moves._get_records_action(name=self.env._("Invoices"))

    def action_statements(self):
        """Open the statements of this channel."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_finance.scenic_channel_statement_action"
        )
        context = {"default_channel_id": self.id}
        return {**action, "domain": [("channel_id", "in", self.ids)], "context": context}

    def action_open_items(self):
        """Open what is not paid, oldest first: invoices, credit notes and deposits."""
        partners = self.partner_id.commercial_partner_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Open Items"),
            "res_model": "account.move.line",
            "view_mode": "list,form",
            "domain": [
                ("partner_id", "in", partners.ids),
                ("account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("company_id", "in", self.env.companies.ids),
            ],
        }

    def _invoice_until(self, company, day):
        """Return the draft invoice of what this channel owes until `day`, none for nothing."""
        self.ensure_one()
        by_use = self._terms(company).settlement_mode == "redemption"
        statement = channel_sql.used if by_use else channel_sql.exchanged
        self.env.flush_all()
        self.env.cr.execute(statement(self.id, company.id, day))
        items = self.env["scenic.voucher.item"].browse([row for (row,) in self.env.cr.fetchall()])
        items = items._to_invoice()
        return items._make_invoices(day) if items else self.env["account.move"]


class ScenicRecognitionChannel(models.Model):
    _inherit = "scenic.recognition"

    # EXTENDS scenic_finance
    @api.model
    def _run(self, company, day=None, **options):
        """Invoice first what is paid on redemption, when its period is over.

        So its price comes onto the liability account and leaves it in the same run: a channel that
        pays for visits only has no contract liability.
        """
        upto = day or self._today(company)
        channels = self.env["scenic.channel"].sudo().with_company(company)
        paying = [("settlement_mode", "=", "redemption"), ("partner_id", "!=", False)]
        for channel in channels.search(paying):
            moves = channel._invoice_until(company, channel._period_end(upto))
            moves.action_post()
        return super()._run(company, day, **options)


class AccountMoveChannel(models.Model):
    _inherit = "account.move"

    # EXTENDS account
    def _post(self, soft=True):
        """Draw the invoice of a prepaid channel from its deposit."""
        posted = super()._post(soft)
        invoices = posted.sudo().filtered(
            lambda move: (
                move.move_type == "out_invoice" and move.invoice_line_ids.scenic_voucher_item_ids
            )
        )
        for move in invoices:
            channel = move.invoice_line_ids.scenic_voucher_item_ids.channel_id[:1]
            if channel.with_company(move.company_id).settlement_mode == "prepaid":
                move._scenic_draw_deposit()
        return posted

    def _scenic_draw_deposit(self):
        """Match the receivable of this invoice with what its partner paid ahead, oldest first."""
        lines = self.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled
        )
        for line in lines:
            ahead = self.env["account.move.line"].search(
                [
                    ("partner_id", "=", line.partner_id.id),
                    ("account_id", "=", line.account_id.id),
                    ("company_id", "=", line.company_id.id),
                    ("parent_state", "=", "posted"),
                    ("reconciled", "=", False),
                    ("amount_residual", "<", 0),
                ],
                order="date, id",
            )
            if ahead:
                (line | ahead).reconcile()
