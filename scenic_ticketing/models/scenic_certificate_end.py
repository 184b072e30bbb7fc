from odoo import api, models

from ..iot_handlers.scenic_rules.verifier import CLOSED, OPEN
from ..tools import key_sql


class ScenicCertificateEnd(models.Model):
    """The end of a window's key: its last number, and the numbers that never came."""

    _inherit = "scenic.certificate"

    def _close(self):
        """Let these keys sign nothing any more: gates refuse later numbers than the last."""
        certificates = self.filtered(lambda c: c.state == OPEN and c.pos_config_id)
        last = key_sql.last(self.env.cr, certificates.mapped("kid"))
        for certificate in certificates:
            certificate.write({"state": CLOSED, "last_serial": last.get(certificate.kid, 0)})
        certificates._review_gaps()

    def _note_late(self, serial):
        """Take in a number that comes after the session was closed, as from a rescued sale."""
        self.ensure_one()
        if self.state != CLOSED:
            return
        if serial > self.last_serial:
            self.last_serial = serial
        self._review_gaps()

    def _review_gaps(self):
        """Tell a person which numbers are missing, and close the incident when they have come.

        A missing number is a ticket that may be on paper: signed by the window, never sold to us.
        """
        incidents = self.env["scenic.incident"].sudo()
        for certificate in self:
            missing = key_sql.gaps(self.env.cr, certificate.kid, certificate.last_serial)
            known = incidents.search(
                [
                    ("certificate_id", "=", certificate.id),
                    ("kind", "=", "key_gap"),
                    ("state", "=", "open"),
                ],
                limit=1,
            )
            if not missing:
                if known:
                    known.write(
                        {"state": "done", "outcome": self.env._("The missing tickets have come.")}
                    )
                continue
            facts = self.env._(
                "%(window)s has signed tickets %(numbers)s of key %(kid)s, but no sale came with "
                "them. They may be printed: ask the cashier for the slips, or look for a window "
                "that still has to send its sales.",
                window=certificate.pos_config_id.name,
                numbers=_spans(missing),
                kid=certificate.kid,
            )
            if known:
                known.facts = facts
            else:
                certificate._report("key_gap", facts)

    @api.model
    def _report(self, kind, facts, ticket=None, amount=0.0):
        """Open an incident about this key."""
        site = self.site_id or (ticket and ticket.sudo().site_id)
        return (
            self.env["scenic.incident"]
            .sudo()
            .create(
                {
                    "kind": kind,
                    "certificate_id": self.id,
                    "ticket_id": ticket and ticket.id,
                    "site_id": site and site.id,
                    "company_id": site.company_id.id if site else self.env.company.id,
                    "amount": amount,
                    "facts": facts,
                }
            )
        )


def _spans(numbers):
    """Write ascending numbers shortly: 3, 5–9."""
    spans = []
    for number in numbers:
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(f"{a}" if a == b else f"{a}–{b}" for a, b in spans)
