from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

# an offline sale may reach the server this long after its day has been closed
LATE = timedelta(days=60)
# what still has rights when its last day is over
OPEN_STATES = ("valid", "held", "blocked")


class ScenicTicketEnd(models.Model):
    """How a ticket ends without being used up: void or expired."""

    _inherit = "scenic.ticket"

    def _void(self, reason, refund_line=None):
        """Take the tickets out of use; gates refuse them as soon as they hear of it.

        A redemption locks the ticket it uses, and so does this: whoever comes second sees what
        the first one did.
        """
        self._lock()
        for ticket in self:
            if ticket.state == "void" and not (refund_line and ticket.refund_due):
                raise UserError(
                    self.env._("Ticket %(number)s is already void.", number=ticket.alias)
                )
        self.sudo().write(
            {
                "state": "void",
                "void_reason": reason,
                "voided_at": fields.Datetime.now(),
                "refund_line_id": refund_line.id if refund_line else False,
            }
        )
        self._log_life("void", reason)

    def _refund_obstacle(self, persons=None):
        """Return a sentence why this ticket cannot be given back, None when it can.

        ``persons``: only so many of a group; None = all of them.
        """
        self.ensure_one()
        ticket = self.sudo()
        if ticket.state == "void" and ticket.refund_due:
            return None
        if ticket.state == "void":
            return self.env._("Ticket %(number)s is already void.", number=ticket.alias)
        if ticket.state == "blocked":
            return self.env._(
                "Ticket %(number)s is blocked. A manager lifts the block first.",
                number=ticket.alias,
            )
        if persons and persons != ticket.pax:
            return ticket._split_obstacle(persons) or ticket._tier_obstacle()
        if ticket.used_count:
            use = ticket.redemption_ids.filtered(lambda row: row.kind == "use").sorted("id")[-1:]
            return self.env._(
                "Ticket %(number)s was used on %(day)s at %(time)s, %(zone)s, lane %(lane)s.",
                number=ticket.alias,
                **ticket.site_id._wall_clock(use.happened_at),
                zone=use.zone_id.name,
                lane=use.lane_code or self.env._("unknown"),
            )
        if ticket.state == "expired":
            return self.env._(
                "Ticket %(number)s expired on %(day)s.",
                number=ticket.alias,
                day=fields.Date.to_string(ticket.valid_until),
            )
        return ticket._tier_obstacle()

    def _lock(self):
        """Lock the tickets in one order for everybody, and forget what was read before."""
        self.flush_recordset()
        self.env.cr.execute(
            "SELECT id FROM scenic_ticket WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
            [sorted(self.ids)],
        )
        self.invalidate_recordset()

    def _expire(self):
        """Mark tickets whose last valid day is over; the books hook in here."""
        self.sudo().filtered(lambda ticket: ticket.state in OPEN_STATES).write({"state": "expired"})

    @api.model
    def _cron_expire(self, batch=1000):
        """Expire tickets after the last valid day of their site, a batch at a time."""
        sites = self.env["scenic.site"].sudo().with_context(active_test=False)
        for site in sites.search([("company_id", "!=", False)]):
            today = site._today()
            if not self._expire_site(site, today, batch):
                return
            site.expired_until = today

    @api.model
    def _expire_site(self, site, today, batch):
        """Expire the tickets of a site; False when the time of the cron is used up."""
        domain = Domain("site_id", "=", site.id) & Domain("valid_until", "<", today)
        # a night show is not over at midnight
        over = Domain("slot_id.end_at", "<=", fields.Datetime.now())
        domain &= Domain("slot_id", "=", False) | over
        if site.expired_until:
            domain &= Domain("valid_until", ">=", site.expired_until - LATE)
        domain &= Domain("state", "in", OPEN_STATES)
        remaining = self.sudo().search_count(domain)
        while tickets := self.sudo().search(domain, limit=batch, order="id"):
            tickets._expire()
            remaining = max(0, remaining - len(tickets))
            if not self.env["ir.cron"]._commit_progress(len(tickets), remaining=remaining):
                return False
        return True
