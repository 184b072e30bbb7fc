from datetime import timedelta

from odoo import api, fields, models

from ..iot_handlers.scenic_rules import allowance
from ..iot_handlers.scenic_rules.ticket_code import STANDS_FOR, TicketCode, encode
from ..tools.ticket_sql import next_serials

HEAD_START = timedelta(days=1)


class ScenicTicketSigning(models.Model):
    """Tickets that were sold while nothing could be signed."""

    _inherit = "scenic.ticket"

    def _report_unsigned(self):
        """Tell a person that sold tickets have no code yet; their numbers work meanwhile."""
        problem = self.env["scenic.keyring"]._problem() or ""
        for site in self.sudo().site_id:
            tickets = self.sudo().filtered_domain([("site_id", "=", site.id)])
            self.env["scenic.incident"].sudo().create(
                {
                    "kind": "other",
                    "site_id": site.id,
                    "company_id": site.company_id.id,
                    "ticket_id": tickets[0].id,
                    "facts": self.env._(
                        "%(count)s tickets were sold without a code, from %(first)s to %(last)s. "
                        "Their numbers open the gates; their codes follow. %(problem)s",
                        count=len(tickets),
                        first=tickets[0].alias,
                        last=tickets[-1].alias,
                        problem=problem,
                    ),
                }
            )

    @api.model
    def _cron_sign(self, batch=1000):
        """Write the codes of tickets that were sold while the key file was missing.

        Also renews the certificates of the sites.
        """
        keyring = self.env["scenic.keyring"]
        if keyring._problem():
            return
        certificates = self.env["scenic.certificate"].sudo()
        for certificate in certificates.search([("blob", "=", False)]):
            certificate._sign()
        for site in self.env["scenic.site"].sudo().search([("company_id", "!=", False)]):
            # before sales need it: gates have heard of the next key when its first ticket comes
            certificates._current(site, fields.Datetime.now() + HEAD_START)
        signed = certificates.search([("blob", "!=", False)])
        domain = [("code", "=", False), ("kid", "in", signed.mapped("kid"))]
        while tickets := self.sudo().search(domain, limit=batch):
            for ticket in tickets:
                ticket.code = ticket._signed_code()
            remaining = self.sudo().search_count(domain)
            if not self.env["ir.cron"]._commit_progress(len(tickets), remaining=remaining):
                break

    def _signed_code(self):
        """Return the code of this ticket; nothing while the key that it names cannot sign.

        The server has no key of a window: a newer copy of a ticket that a window signed is signed
        by the server, and says which ticket it is a copy of.
        """
        self.ensure_one()
        keyring = self.env["scenic.keyring"]
        if keyring._problem():
            return False
        keys = keyring._keys()
        certificates = self.env["scenic.certificate"].sudo()
        own = certificates.search([("kid", "=", self.kid)], limit=1)
        if not own.blob:
            return False
        kid = (
            self.kid if own._is_of(keys.issuer.public) else certificates._current_kid(self.site_id)
        )
        return encode(self._ticket_code(kid), keys.issuer)

    def _ticket_code(self, kid=None):
        """Return the fields of this ticket's ST1 code; ``kid`` signs it, by default its own key."""
        view = self._view()
        serial, ext = self.serial, ()
        kid = kid or self.kid
        if kid != self.kid:
            (serial,) = next_serials(self.env.cr, 1)
            ext = ((STANDS_FOR, view.uid.to_bytes(8, "big")),)
        return TicketCode(
            site=view.site,
            kid=kid,
            serial=serial,
            gen=view.gen,
            product=view.product,
            valid_from=view.valid_from,
            valid_days=view.valid_days,
            slot_start=view.slot_start,
            slot_len=view.slot_len,
            pax=view.pax,
            uses=allowance.uses_byte(number // view.pax for _zone, number in view.rights),
            entrances=view.entrances,
            flags=view.flags,
            iat=view.iat,
            ext=ext,
        )
