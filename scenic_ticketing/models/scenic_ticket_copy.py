from odoo import api, models
from odoo.exceptions import UserError

from ..iot_handlers.scenic_rules.alias import parse_alias
from ..iot_handlers.scenic_rules.reason import Reason

MAX_GEN = 255  # the ticket code has a byte for it


class ScenicTicketCopy(models.Model):
    """Copies of a ticket: a newer one supersedes the older ones at the server and at the boxes."""

    _inherit = "scenic.ticket"

    def _reissue(self, reason):
        """Give out a new copy with a new code and number; what the visitor lost opens no gate."""
        self._act(("valid", "held", "blocked"), self.env._("Reissuing"))
        old = {ticket: ticket.alias for ticket in self.sudo()}
        self._new_copy(new_alias=True)
        for ticket, alias in old.items():
            ticket.with_env(self.env)._log_life(
                "reissue", reason, ticket._copy_text(alias), gen=ticket.gen - 1, old_alias=alias
            )

    def _transfer(self, holder=None, reason=None):
        """Hand unused tickets to another person, whose copy is the only good one from now on.

        ``holder``: values for the new holder, or a record of one, as in ``_set_holder``; None
        leaves the ticket without a name where its policy does not ask for one.
        """
        what = self.env._("Handing over")
        self._act(("valid", "held"), what)
        self._refuse_used(what)
        for ticket in self.sudo():
            if not ticket.policy_id.transfer_allowed:
                raise UserError(
                    self.env._(
                        "Ticket %(number)s cannot be handed to another person: %(policy)s "
                        "excludes it.",
                        number=ticket.alias,
                        policy=ticket.policy_id.name,
                    )
                )
        old = {ticket: ticket.alias for ticket in self.sudo()}
        self._set_holder(holder)
        self._new_copy(new_alias=True)
        for ticket, alias in old.items():
            ticket.with_env(self.env)._log_life(
                "transfer", reason, ticket._copy_text(alias), gen=ticket.gen - 1, old_alias=alias
            )

    def _set_holder(self, holder):
        """Write who holds the tickets; whoever keeps names hooks in here."""

    def _copy_text(self, old_alias):
        return self.env._("%(old)s is superseded by %(new)s", old=old_alias, new=self.alias)

    def _new_copy(self, new_alias=False, **vals):
        """Write ``vals`` with the next generation of the code, and sign it."""
        tickets = self.sudo()
        aliases = self._new_aliases(len(self)) if new_alias else [None] * len(self)
        for ticket, alias in zip(tickets, aliases, strict=True):
            if ticket.gen >= MAX_GEN:
                raise UserError(
                    self.env._(
                        "Ticket %(number)s has been reissued %(count)s times, which is the most. "
                        "Refund it and sell a new one.",
                        number=ticket.alias,
                        count=MAX_GEN,
                    )
                )
            changed = {**vals, "gen": ticket.gen + 1, "code": False}
            ticket.write(changed | ({"alias": alias} if alias else {}))
            ticket.code = ticket._signed_code()
        if unsigned := tickets.filtered(lambda ticket: not ticket.code):
            unsigned._report_unsigned()

    # EXTENDS scenic_ticketing
    @api.model
    def _find(self, text):
        """Know the numbers of superseded copies, too."""
        ticket, reason = super()._find(text)
        if reason is Reason.E_UNKNOWN_ALIAS:
            old = self._of_old_alias(parse_alias((text or "").strip()))
            if old:
                return old, Reason.E_SUPERSEDED
        return ticket, reason

    @api.model
    def _of_old_alias(self, alias):
        """Return the ticket that once had this number, empty when there is none."""
        event = self.env["scenic.ticket.event"].sudo().search([("old_alias", "=", alias)], limit=1)
        return event.ticket_id.sudo()
