from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

# A passage of a box is named box:journal:number:person. Those of weeks ago every box has forgotten.
_SEEN = """
SELECT t.uid, split_part(r.source_ref, ':', 1) || ':' || split_part(r.source_ref, ':', 2),
       MAX(split_part(r.source_ref, ':', 3)::int)
  FROM scenic_redemption r JOIN scenic_ticket t ON t.id = r.ticket_id
 WHERE r.ticket_id = ANY(%s) AND r.kind = 'use'
   AND r.source_ref ~ '^[0-9]+:[0-9a-f]{16}:[0-9]+:'
   AND NOT starts_with(r.source_ref, %s)
   AND r.received_at > (now() AT TIME ZONE 'UTC') - interval '30 days'
 GROUP BY 1, 2
"""


class ScenicTicketSeen(models.Model):
    """Whose uses the number of uses elsewhere contains: boxes hear of them from each other, too."""

    _inherit = "scenic.ticket.change"

    # EXTENDS scenic_gate_iot
    @api.model
    def _tickets(self, site, source, ticket_ids):
        tickets = super()._tickets(site, source, ticket_ids)
        if not any(ticket["o"] for ticket in tickets):
            return tickets
        journals = defaultdict(dict)
        self.env.cr.execute(SQL(_SEEN, list(set(ticket_ids)), source + ":"))
        for uid, journal, seq in self.env.cr.fetchall():
            journals[uid][journal] = seq
        for ticket in tickets:
            if ticket["u"] in journals:
                ticket["w"] = journals[ticket["u"]]
        return tickets
