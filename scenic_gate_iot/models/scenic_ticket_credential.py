from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL


class ScenicTicketCredential(models.Model):
    """Tags of cards, faces and documents, for boxes that read such things."""

    _inherit = "scenic.ticket.change"

    # EXTENDS scenic_gate_iot
    @api.model
    def _tickets(self, site, source, ticket_ids):
        tickets = super()._tickets(site, source, ticket_ids)
        box = self.env["scenic.box"].browse(int(source.split(":")[0]))
        if tickets and self.env["scenic.credential"]._is_read_by(box):
            tags = self._tags([ticket["u"] for ticket in tickets])
            for ticket in tickets:
                if found := tags.get(ticket["u"]):
                    ticket["c"] = found
        return tickets

    @api.model
    def _tags(self, uids):
        """Return {uid: tags}."""
        self.env.cr.execute(
            SQL(
                """SELECT t.uid, h.id_tag FROM scenic_ticket t
                     JOIN scenic_holder h ON h.id = t.holder_id
                    WHERE t.uid = ANY(%(uids)s) AND h.id_tag IS NOT NULL
                   UNION
                   SELECT t.uid, c.tag FROM scenic_ticket t
                     JOIN scenic_credential c ON c.ticket_id = t.id
                    WHERE t.uid = ANY(%(uids)s) AND c.tag IS NOT NULL
                    ORDER BY 1, 2""",
                uids=uids,
            )
        )
        found = defaultdict(list)
        for uid, tag in self.env.cr.fetchall():
            found[uid].append(tag)
        return found
