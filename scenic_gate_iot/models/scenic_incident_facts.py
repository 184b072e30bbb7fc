from datetime import timedelta

from odoo import api, fields, models

SPAN = timedelta(minutes=2)  # around an incident of a lane without a ticket
MOST = 60
# alarms that are about refusals show these, and not who passed meanwhile
REFUSED = ("kind", "=", "refused")
REFUSALS = {
    "forged": (
        timedelta(0),
        timedelta(days=1),
        [REFUSED, ("reason", "in", ("E_SIG", "E_CERT"))],
    ),
    "refused_burst": (timedelta(minutes=5), timedelta(minutes=5), [REFUSED]),
}


class ScenicIncidentFacts(models.Model):
    """The facts behind an incident, in the order in which they happened."""

    _inherit = "scenic.incident"

    fact_ids = fields.Many2many(
        "scenic.gate.fact",
        string="What Gates Reported",
        compute="_compute_fact_ids",
        help="Of the ticket, or around the moment at the lane.",
    )
    has_facts = fields.Boolean(compute="_compute_fact_ids")

    @api.depends("kind", "ticket_id", "box_id", "lane_code", "happened_at")
    def _compute_fact_ids(self):
        for incident in self:
            domain = incident._facts_domain()
            facts = self.env["scenic.gate.fact"]
            if domain and facts.has_access("read"):
                facts = facts.search(domain, order="happened_at, id", limit=MOST)
            incident.fact_ids, incident.has_facts = facts, bool(facts)

    def _facts_domain(self):
        self.ensure_one()
        if self.ticket_id:
            return [
                ("uid", "=", self.ticket_id.uid),
                ("box_id.site_id", "=", self.ticket_id.site_id.id),
            ]
        if not (self.box_id and self.lane_code and self.happened_at):
            return []
        before, after, also = REFUSALS.get(self.kind, (SPAN, SPAN, []))
        return [
            ("box_id", "=", self.box_id.id),
            ("lane", "=", self.lane_code),
            ("happened_at", ">=", self.happened_at - before),
            ("happened_at", "<=", self.happened_at + after),
            *also,
        ]
