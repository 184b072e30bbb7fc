from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class ScenicTicketCredit(models.Model):
    """Giving back a ticket that an invoice sold: a credit note by the tier of its policy."""

    _inherit = "scenic.ticket"

    def _credit_obstacle(self, persons=None):
        """Return why an invoice cannot give this ticket back, None when it can."""
        self.ensure_one()
        line = self.sudo().invoice_line_id
        if not line or line.parent_state != "posted":
            return self.env._(
                "Ticket %(number)s is in no posted invoice: give it back at a window, or in its "
                "order.",
                number=self.alias,
            )
        if line.sale_line_ids:
            return self.env._(
                "Ticket %(number)s belongs to the order %(order)s: change the order, or make the "
                "credit note from its invoice.",
                number=self.alias,
                order=line.sale_line_ids.order_id[:1].name,
            )
        return self._refund_obstacle(persons)

    def _credit(self, persons=None):
        """Make and post the credit note that gives this ticket (or persons of it) back."""
        self.ensure_one()
        self._lock()
        if obstacle := self._credit_obstacle(persons):
            raise UserError(obstacle)
        quote = self._refund_quote(persons=persons)
        origin = self.sudo().invoice_line_id
        unit = origin.price_total / origin.quantity
        share = quote["amount"] / unit if unit else 0.0
        note = self.env["account.move"].create(
            {
                "move_type": "out_refund",
                "partner_id": origin.move_id.partner_id.id,
                "journal_id": origin.move_id.journal_id.id,
                "currency_id": origin.currency_id.id,
                "invoice_date": fields.Date.context_today(self),
                "reversed_entry_id": origin.move_id.id,
                "fiscal_position_id": origin.move_id.fiscal_position_id.id,
                "ref": self.alias,
                "invoice_line_ids": [
                    Command.create(self._credit_line_vals(origin, share, persons))
                ],
            }
        )
        note.action_post()
        return note

    def _credit_line_vals(self, origin, share, persons):
        return {
            "product_id": origin.product_id.id,
            "name": self.env._("%(name)s, ticket %(number)s", name=origin.name, number=self.alias),
            "quantity": 1,
            "price_unit": origin.price_unit * share,
            "discount": origin.discount,
            "tax_ids": [Command.set(origin.tax_ids.ids)],
            "account_id": origin.account_id.id,
            "scenic_reversed_line_id": origin.id,
            "scenic_credit_ticket_id": self.id,
            "scenic_credit_persons": persons or 0,
        }
