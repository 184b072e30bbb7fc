from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class ScenicCredit(models.TransientModel):
    """Give a ticket that an invoice sold, or persons of it, back with a credit note."""

    _name = "scenic.credit"
    _description = "Credit a Ticket"

    ticket_id = fields.Many2one(
        "scenic.ticket",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    pax = fields.Integer(related="ticket_id.pax")
    persons = fields.Integer(
        string="Persons Given Back",
        required=True,
        default=lambda self: self._default_persons(),
    )
    currency_id = fields.Many2one(related="ticket_id.paid_currency_id")
    paid = fields.Monetary(compute="_compute_quote")
    fee = fields.Monetary(string="Fee Kept", compute="_compute_quote")
    amount = fields.Monetary(string="Paid Back", compute="_compute_quote")
    tier = fields.Char(compute="_compute_quote")
    obstacle = fields.Char(compute="_compute_quote")

    @api.model
    def _default_persons(self):
        return self.env["scenic.ticket"].browse(self.env.context.get("active_id")).pax

    def _part(self):
        """Return how many persons leave, None for the whole ticket."""
        return None if self.persons == self.pax else self.persons

    @api.depends("ticket_id", "persons")
    def _compute_quote(self):
        for wizard in self:
            ticket = wizard.ticket_id._origin
            quote = ticket._refund_money(persons=wizard._part())
            for name in ("paid", "fee", "amount", "tier"):
                wizard[name] = quote[name] or False
            wizard.obstacle = ticket._credit_obstacle(wizard._part()) or False

    def action_credit(self):
        """Make and post the credit note, and show it."""
        self.ensure_one()
        if not self.env.user.has_group("scenic_finance.group_accountant"):
            raise AccessError(self.env._("Only accountants can credit a ticket."))
        self.ticket_id.check_access("read")
        if self.obstacle:
            raise UserError(self.obstacle)
        return self.ticket_id._credit(self._part())._get_records_action()
