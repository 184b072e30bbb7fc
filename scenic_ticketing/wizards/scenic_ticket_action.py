from odoo import api, fields, models
from odoo.exceptions import UserError

# actions that are never taken without saying why
_NEED_REASON = ("block", "reissue", "waive")


class ScenicTicketAction(models.TransientModel):
    """Take one action on tickets, with the reason that is kept with it."""

    _name = "scenic.ticket.action"
    _description = "Change Tickets"

    ticket_ids = fields.Many2many(
        "scenic.ticket",
        string="Tickets",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_ids"),
    )
    kind = fields.Selection(
        [
            ("hold", "Reserve"),
            ("activate", "Activate"),
            ("block", "Block"),
            ("unblock", "Lift the Block"),
            ("reissue", "Reissue"),
            ("transfer", "Hand to Another Person"),
            ("waive", "Waive the Fee"),
        ],
        required=True,
        readonly=True,
    )
    reason = fields.Char(help="Kept with the ticket, for whoever asks later.")
    reason_required = fields.Boolean(compute="_compute_reason_required")
    held_until = fields.Datetime(
        string="Reserved Until", help="Void by itself if not activated by then. Empty = no limit."
    )

    @api.depends("kind")
    def _compute_reason_required(self):
        for wizard in self:
            wizard.reason_required = wizard.kind in _NEED_REASON

    def action_apply(self):
        """Do it; each action checks again who may and when."""
        self.ensure_one()
        tickets = self.ticket_ids
        tickets._check_right(self.kind)
        reason = (self.reason or "").strip()
        if self.reason_required and not reason:
            raise UserError(self.env._("Write down the reason: it is kept with the ticket."))
        getattr(self, f"_apply_{self.kind}")(tickets, reason or None)
        return {"type": "ir.actions.act_window_close"}

    def _apply_hold(self, tickets, reason):
        tickets._hold(reason, self.held_until)

    def _apply_activate(self, tickets, reason):
        tickets._activate(reason)

    def _apply_block(self, tickets, reason):
        tickets._block(reason)

    def _apply_unblock(self, tickets, reason):
        tickets._unblock(reason)

    def _apply_reissue(self, tickets, reason):
        tickets._reissue(reason)

    def _apply_transfer(self, tickets, reason):
        tickets._transfer(self._holder_vals(), reason)

    def _apply_waive(self, tickets, reason):
        tickets._waive_fee(reason)

    def _holder_vals(self):
        """Return the new holder; whoever keeps names adds the fields and hooks in here."""
        return None
