from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class ScenicVoucherItem(models.Model):
    """Invoicing a channel for what was exchanged: its receivable, and the tickets' liability."""

    _inherit = "scenic.voucher.item"

    invoice_line_ids = fields.Many2many(
        "account.move.line",
        "scenic_voucher_item_move_line_rel",
        "item_id",
        "line_id",
        string="Invoice Lines",
        readonly=True,
        copy=False,
        groups="account.group_account_invoice",
    )

    def action_invoice(self):
        """Make a draft invoice for each channel of these exchanged vouchers."""
        items = self._to_invoice()
        if not items:
            raise UserError(
                self.env._("None of these vouchers is exchanged and waits for its invoice.")
            )
        return items._make_invoices()._get_records_action(name=self.env._("Invoices"))

    def _to_invoice(self):
        """Return those whose channel owes them and has no invoice for them, not even a draft."""
        tickets = self.env["scenic.ticket"].sudo().search([("voucher_item_id", "in", self.ids)])
        items = self & tickets._voucher_billable().voucher_item_id.with_env(self.env)
        asked = items.filtered("invoice_line_ids.parent_state")
        return items - asked.filtered(
            lambda item: any(line.parent_state != "cancel" for line in item.invoice_line_ids)
        )

    def _make_invoices(self, day=None):
        """Make a draft invoice for each channel and company, dated on `day` or today."""
        moves = self.env["account.move"]
        for (channel, company), group in self.grouped(
            lambda item: (item.channel_id, item.company_id)
        ).items():
            if not channel.partner_id:
                raise UserError(
                    self.env._(
                        "Who pays for %s? Enter the partner under Sales Channels.", channel.name
                    )
                )
            vals = group._invoice_vals(channel, company)
            if day:
                vals["invoice_date"] = day
            moves |= self.env["account.move"].create(vals)
        return moves

    def _invoice_vals(self, channel, company):
        """Return the invoice of a channel: a line for each product and price."""
        lines = []
        groups = self.grouped(lambda item: (item.product_id, item._settlement()))
        for (product, price), items in groups.items():
            taxes = product.taxes_id.filtered_domain([("company_id", "=", company.id)])
            included = all(tax.price_include for tax in taxes)
            lines.append(
                Command.create(
                    {
                        "product_id": product.id,
                        "quantity": len(items),
                        "price_unit": price if included else items[0]._net(price),
                        "tax_ids": [Command.set(taxes.ids)],
                        "scenic_voucher_item_ids": [Command.set(items.ids)],
                    }
                )
            )
        return {
            "move_type": "out_invoice",
            "partner_id": channel.partner_id.id,
            "company_id": company.id,
            "invoice_date": fields.Date.context_today(self),
            "ref": channel.name,
            "invoice_line_ids": lines,
        }
