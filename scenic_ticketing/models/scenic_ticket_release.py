from odoo import api, fields, models
from odoo.exceptions import UserError


class ScenicTicketRelease(models.Model):
    """A ticket is void at once when it is given back; its money may have to wait a moment.

    Whoever could still let the ticket in without having heard of it (a gate without contact)
    says so in `_refund_hold`. Nobody does here.
    """

    _inherit = "scenic.ticket"

    refund_asked_at = fields.Datetime(
        readonly=True,
        copy=False,
        help="The visitor gave the ticket back then, and gets what its policy returned then; the "
        "money is paid when no gate can let the ticket in any more.",
    )

    def _refund_hold(self):
        """Return why the money of this ticket has to wait, None when it need not."""
        self.ensure_one()
        return None

    # EXTENDS scenic_ticketing
    def _refund_obstacle(self, persons=None):
        return super()._refund_obstacle(persons) or self._refund_hold()

    # EXTENDS scenic_ticketing
    def _refund_money(self, at=None, persons=None):
        return super()._refund_money(self.sudo().refund_asked_at or at, persons)

    # EXTENDS scenic_ticketing
    def _window_quote(self, line_id):
        ticket = self.sudo()
        hold = ticket.with_env(self.env)._refund_hold()
        return super()._window_quote(line_id) | {
            "hold": hold or "",
            "may_return": bool(hold) and ticket.state in ("valid", "held"),
        }

    @api.model
    def pos_refund_later(self, ticket_ids, config_id):
        """Take tickets back now; their money is paid when nobody lets them in any more.

        Returns a sentence for the visitor.
        """
        config = self._check_window(config_id)
        tickets = self.browse(ticket_ids)._at_window(config)
        tickets.check_access("read")
        tickets._lock()
        for ticket in tickets:
            hold = ticket._refund_hold()
            obstacle = ticket._refund_obstacle()
            if ticket.sudo().state not in ("valid", "held") or (obstacle and obstacle != hold):
                raise UserError(obstacle or self.env._("This ticket cannot be given back."))
        amounts = {ticket.id: ticket._refund_money()["amount"] for ticket in tickets}
        tickets._void(self.env._("Given back at %s, money later", config.name))
        tickets.sudo().write({"refund_due": True, "refund_asked_at": fields.Datetime.now()})
        tickets._refund_wait(amounts, config)
        return self.env._(
            "The ticket is void. The money can be paid when all gates have reported; the list of "
            "waiting refunds shows it."
        )

    def _refund_wait(self, amounts, config):
        """Remember that the money of these void tickets waits; hook for who made it wait."""

    @api.model
    def pos_refund_now(self, ticket_ids, reason, config_id):
        """Let the money of tickets go before all gates have reported, on a manager's word."""
        config = self._check_window(config_id)
        tickets = self.browse(ticket_ids)
        tickets._check_right("waive")
        reason = (reason or "").strip()
        if not reason:
            raise UserError(self.env._("Write down that the paper was collected, and why."))
        tickets._at_window(config)._refund_release(reason, config)
        return True

    def _refund_release(self, reason, config=None):
        """Let the money go on a manager's word; hook for who made it wait."""
