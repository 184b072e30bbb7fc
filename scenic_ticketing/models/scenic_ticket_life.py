from odoo import api, fields, models
from odoo.exceptions import UserError


class ScenicTicketLife(models.Model):
    """Holding, activating, blocking: what stops a ticket for a while and can be undone."""

    _inherit = "scenic.ticket"

    held_until = fields.Datetime(
        string="Reserved Until",
        readonly=True,
        copy=False,
        help="A reservation that is not activated by then is void. Empty = without limit.",
    )
    event_ids = fields.One2many("scenic.ticket.event", "ticket_id")
    timeline_ids = fields.One2many("scenic.ticket.timeline", "ticket_id")

    def _act(self, states, what):
        """Lock the tickets and refuse those that are in none of ``states``.

        A use at a gate locks the ticket, too: whoever comes second sees what the first one did.
        """
        self._lock()
        labels = dict(self._fields["state"]._description_selection(self.env))
        for ticket in self.sudo():
            if ticket.state not in states:
                raise UserError(
                    self.env._(
                        "%(action)s is not possible: ticket %(number)s is %(state)s.",
                        action=what,
                        number=ticket.alias,
                        state=labels[ticket.state],
                    )
                )

    def _refuse_used(self, what):
        """Refuse what only a ticket that nobody used yet can undergo."""
        for ticket in self.sudo():
            if ticket.used_count:
                raise UserError(
                    self.env._(
                        "%(action)s is not possible: ticket %(number)s has been used %(count)s "
                        "times. A manager can take uses back, with a reason.",
                        action=what,
                        number=ticket.alias,
                        count=ticket.used_count,
                    )
                )

    def _log_life(self, kind, reason=None, detail=None, **values):
        self.env["scenic.ticket.event"]._add(self, kind, reason, detail, **values)

    def _hold(self, reason=None, until=None):
        """Reserve unused tickets: they exist, but open no gate until they are activated."""
        what = self.env._("Reserving")
        self._act(("valid",), what)
        self._refuse_used(what)
        self.sudo().write({"state": "held", "held_until": until})
        self._log_life("hold", reason, until and self._moment_text(until))

    def _activate(self, reason=None):
        """Make reserved tickets good; also undoes a hold."""
        self._act(("held",), self.env._("Activating"))
        self.sudo().write({"state": "valid", "held_until": False})
        self._log_life("activate", reason)

    def _block(self, reason):
        """Stop tickets until somebody lifts the block, for instance while a theft is looked into.

        Uses that a gate reports afterwards are kept: those persons are inside.
        """
        self._act(("valid", "used"), self.env._("Blocking"))
        self.sudo().write({"state": "blocked"})
        self._log_life("block", reason)

    def _unblock(self, reason=None):
        """Lift a block; the ticket is again what its uses make of it."""
        self._act(("blocked",), self.env._("Lifting the block"))
        for ticket in self.sudo():
            ticket.state = ticket._state_by_uses()
        self._log_life("unblock", reason)

    def _state_by_uses(self):
        """Return the state of a ticket that nothing stops."""
        self.ensure_one()
        return "used" if 0 < self.rights_total <= self.used_count else "valid"

    def _moment_text(self, moment):
        """Return a moment by the clock of the site."""
        return "{day} {time}".format(**self.sudo().site_id[:1]._wall_clock(moment))

    @api.model
    def _cron_release_holds(self, batch=500):
        """Void reservations whose time is over."""
        domain = [("state", "=", "held"), ("held_until", "<", fields.Datetime.now())]
        while tickets := self.sudo().search(domain, limit=batch, order="id"):
            tickets._void(self.env._("The reservation ran out."))
            remaining = self.sudo().search_count(domain)
            if not self.env["ir.cron"]._commit_progress(len(tickets), remaining=remaining):
                return
