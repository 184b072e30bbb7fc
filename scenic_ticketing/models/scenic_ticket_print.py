from odoo import api, fields, models
from odoo.exceptions import UserError


class ScenicTicketPrint(models.Model):
    """Slips that are printed again: each of them is counted and told."""

    _inherit = "scenic.ticket"

    reprint_count = fields.Integer(
        string="Printed Again",
        readonly=True,
        copy=False,
        help="How often the slip of this copy was printed once more. A reissued ticket begins "
        "anew.",
    )

    def _at_window(self, config, session=None):
        """Return these tickets so that what is done to them is noted for a window."""
        session = session or config.sudo().current_session_id
        return self.with_context(scenic_place=(config.id, session.id))

    @api.model
    def pos_reprinted(self, tickets, config_id, reason=None):
        """Note that the slips of tickets are printed again; returns ``{alias: number of slip}``.

        ``tickets``: ids, or the numbers on the slips. The first slip has the number 1, so the
        first answer is 2. Asked before the paper comes out, because the number stands on it; a
        ticket that opens no gate is refused.
        """
        config = self._check_window(config_id)
        ids = [item for item in tickets if isinstance(item, int)]
        found = self.browse(ids).exists()
        names = [item for item in tickets if isinstance(item, str)]
        found |= self.search([("alias", "in", names)]) if names else self.browse()
        found.check_access("read")
        labels = dict(self._fields["state"]._description_selection(self.env))
        for ticket in found.sudo():
            if ticket.state not in ("valid", "held"):
                raise UserError(
                    self.env._(
                        "Ticket %(number)s is not printed again: it is %(state)s.",
                        number=ticket.alias,
                        state=labels[ticket.state],
                    )
                )
        return found._at_window(config)._reprinted((reason or "").strip() or None)

    def _reprinted(self, reason):
        """Count one more slip of each of these tickets; returns ``{alias: number}``.

        Two windows that print the same ticket at the same moment change the same row: one of them
        begins again and gets the next number.
        """
        numbers = {}
        for ticket in self.sudo().sorted("id"):
            ticket.reprint_count += 1
            numbers[ticket.alias] = ticket.reprint_count + 1
            ticket.with_env(self.env)._log_life("reprint", reason, copy_no=numbers[ticket.alias])
        return numbers

    # EXTENDS scenic_ticketing
    def _new_copy(self, new_alias=False, **vals):
        return super()._new_copy(new_alias, **{"reprint_count": 0, **vals})
