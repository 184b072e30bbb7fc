from collections import defaultdict

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules import wire
from odoo.addons.scenic_ticketing.tools import history

# Net uses by day that ``source`` did not report. A reversal counts on the day of its use, so that
# a day that was given back is free again at the box that admitted somebody on it.
_DAYS = """
WITH days AS (
    SELECT r.ticket_id, r.zone_id,
           (u.happened_at AT TIME ZONE 'UTC' AT TIME ZONE s.tz)::date AS day,
           SUM(CASE r.kind WHEN 'use' THEN 1 ELSE -1 END)::int AS net,
           MIN(u.happened_at) FILTER (WHERE b.id IS NULL) AS first_t,
           MAX(u.happened_at) FILTER (WHERE b.id IS NULL) AS last_t
      FROM scenic_redemption r
      JOIN scenic_redemption u ON u.id = COALESCE(r.reverses_id, r.id)
      LEFT JOIN scenic_redemption b ON b.reverses_id = u.id
      JOIN scenic_zone z ON z.id = r.zone_id
      JOIN scenic_site s ON s.id = z.site_id
     WHERE r.ticket_id = ANY(%s)
       AND (r.source_ref IS NULL OR NOT starts_with(r.source_ref, %s))
     GROUP BY 1, 2, 3
    HAVING SUM(CASE r.kind WHEN 'use' THEN 1 ELSE -1 END) <> 0
)
SELECT ticket_id, zone_id, SUM(net)::int AS used, MIN(first_t) AS first_t, MAX(last_t) AS last_t,
       MAX(day) - date '2020-01-01' AS last_day,
       (ARRAY_AGG(net ORDER BY day DESC))[1] AS day_used
  FROM days GROUP BY ticket_id, zone_id
"""


class ScenicTicketMoments(models.Model):
    """When tickets were used elsewhere, for boxes whose rules ask for more than a number."""

    _inherit = "scenic.ticket.change"

    # EXTENDS scenic_gate_iot
    @api.model
    def _tickets(self, site, source, ticket_ids):
        tickets = super()._tickets(site, source, ticket_ids)
        rule_of = self.env["product.template"]._scenic_rule_of
        asking = {
            ticket["u"]: ticket for ticket in tickets if history.needs_moments(rule_of(ticket["p"]))
        }
        if asking:
            self._add_moments(site, source, asking)
        return tickets

    @api.model
    def _add_moments(self, site, source, tickets):
        """Write "h" and "ot" of ``scenic_rules/wire.py`` into ``{uid: ticket}``."""
        self.env.cr.execute(
            SQL("SELECT id, uid, exited_at FROM scenic_ticket WHERE uid = ANY(%s)", list(tickets))
        )
        found = self.env.cr.fetchall()
        zones = {zone.id: zone.code for zone in site.with_context(active_test=False).zone_ids}
        uses = self._uses([ticket_id for ticket_id, _uid, _exited in found], source)
        for ticket_id, uid, exited_at in found:
            if ticket_id in uses:
                tickets[uid]["h"] = {
                    zones[row["zone_id"]]: wire.zone_use_to_wire(history.zone_use(row))
                    for row in uses[ticket_id]
                }
            if exited_at:
                tickets[uid]["ot"] = history.unix(exited_at)

    @api.model
    def _uses(self, ticket_ids, source):
        self.env.cr.execute(SQL(_DAYS, ticket_ids, source + ":"))
        uses = defaultdict(list)
        for row in self.env.cr.dictfetchall():
            uses[row["ticket_id"]].append(row)
        return uses
