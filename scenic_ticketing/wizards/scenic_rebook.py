from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class ScenicRebook(models.TransientModel):
    """Move a ticket to another date at a desk, when that costs nothing."""

    _name = "scenic.rebook"
    _description = "Rebook a Ticket"

    ticket_id = fields.Many2one(
        "scenic.ticket",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    old_date = fields.Date(related="ticket_id.visit_date", string="Visit Date Now")
    visit_date = fields.Date(
        string="New Visit Date", required=True, default=lambda self: self._default_visit_date()
    )
    reason = fields.Char(help="Kept with the ticket, for whoever asks later.")
    currency_id = fields.Many2one(related="ticket_id.paid_currency_id")
    fee = fields.Monetary(compute="_compute_quote")
    difference = fields.Monetary(
        string="Price Difference",
        compute="_compute_quote",
        help="How much more the ticket costs on the new date. A lower price is not paid back.",
    )
    charge = fields.Monetary(string="To Pay", compute="_compute_quote")
    tier = fields.Char(compute="_compute_quote")
    obstacle = fields.Char(compute="_compute_quote")

    @api.model
    def _default_visit_date(self):
        ticket = self.env["scenic.ticket"].browse(self.env.context.get("active_id"))
        if not ticket:
            return False
        return max(ticket.visit_date, ticket.sudo().site_id._today()) + timedelta(1)

    @api.depends("ticket_id", "visit_date")
    def _compute_quote(self):
        for wizard in self:
            quote = {}
            if wizard.ticket_id and wizard.visit_date:
                quote = wizard._quote()
            for name in ("fee", "difference", "charge", "tier", "obstacle"):
                wizard[name] = quote.get(name) or False

    def _quote(self):
        return self.ticket_id._origin._rebook_quote(self.visit_date, self._slot())

    def _slot(self):
        """Return the chosen slot; whoever has slots hooks in here."""
        return None

    def action_rebook(self):
        """Move the ticket; a charge is paid at a window first."""
        self.ensure_one()
        self.ticket_id._check_right("rebook")
        if self.obstacle:
            raise UserError(self.obstacle)
        self.ticket_id._rebook(self.visit_date, self._slot(), (self.reason or "").strip() or None)
        return {"type": "ir.actions.act_window_close"}
