from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

# columns of the report and the facts whose persons they add up; refusals are counted, not persons
_SUMS = {
    "reserved": SQL("f.kind = 'reserved'"),
    "confirmed": SQL("f.kind = 'passed' AND f.op IS NOT NULL"),
    "assumed": SQL("f.kind = 'closed' AND f.op IS NOT NULL"),
    "unseen": SQL("f.kind = 'unknown'"),
    "given_back": SQL("f.kind = 'released'"),
    "tailgate": SQL("f.kind = 'tailgate'"),
    "reverse": SQL("f.kind = 'reverse'"),
    "forced": SQL("f.kind = 'forced'"),
    "free": SQL(
        "f.kind = 'emergency_off' OR (f.kind = 'passed' AND f.op IS NULL AND f.uid IS NULL)"
    ),
    "left_park": SQL("f.kind IN ('passed', 'closed') AND f.op IS NULL AND f.uid IS NOT NULL"),
}
_COUNTS = {"refused": SQL("f.kind = 'refused'"), "blocked": SQL("f.kind = 'blocked'")}


class ScenicGateDay(models.Model):
    """What each lane reported on each day: who was seen to pass, and who is only assumed to.

    A right is used when the lane opens; that somebody walked through is known from a sensor or
    assumed from the clock, and the two are never added up here.
    """

    _name = "scenic.gate.day"
    _description = "Passages of a Lane on a Day"
    _auto = False
    _order = "day desc, box_id, lane"
    _rec_name = "lane"

    day = fields.Date("Date", readonly=True, help="On the calendar of the site.")
    box_id = fields.Many2one("scenic.box", readonly=True)
    site_id = fields.Many2one("scenic.site", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    lane = fields.Char(readonly=True)
    zone = fields.Char(readonly=True)
    reserved = fields.Integer("Used", readonly=True)
    confirmed = fields.Integer(
        "Seen to Pass", readonly=True, help="Persons whom a sensor or the controller saw."
    )
    assumed = fields.Integer(
        readonly=True,
        help="Persons whose lane was open and sees nobody, or saw nobody and keeps the right.",
    )
    unseen = fields.Integer("Unknown", readonly=True)
    given_back = fields.Integer("Rights Given Back", readonly=True)
    refused = fields.Integer(readonly=True)
    tailgate = fields.Integer("Tailgating", readonly=True)
    reverse = fields.Integer(readonly=True)
    forced = fields.Integer(readonly=True)
    blocked = fields.Integer(readonly=True)
    free = fields.Integer(
        "No Ticket",
        readonly=True,
        help="Persons counted while the lane was held open, opened by staff, in an emergency, or "
        "led outside.",
    )
    left_park = fields.Integer("Left with a Ticket", readonly=True)

    @api.model
    def _search(self, domain, *args, **options):
        """Look at the facts of the days that are asked for only.

        A day is on the calendar of the site, which no index of the facts knows; their moments have
        one. So the first day of the question goes along as a moment that is surely before it.
        """
        first = self._first_day(Domain(domain).optimize_full(self))
        days = self.with_context(scenic_first_day=fields.Date.to_string(first)) if first else self
        return super(ScenicGateDay, days)._search(domain, *args, **options)

    @api.model
    def _first_day(self, domain):
        """Return the first day that an optimized domain can find, None when it does not say."""
        parts = domain.children if getattr(domain, "OPERATOR", "") == "&" else [domain]
        asked = [
            fields.Date.to_date(part.value)
            for part in parts
            if getattr(part, "field_expr", "") == "day" and part.operator in (">", ">=")
        ]
        return max(filter(None, asked), default=None)

    @property
    def _table_query(self):
        first = fields.Date.to_date(self.env.context.get("scenic_first_day"))
        since = SQL("AND f.happened_at >= %s", first - timedelta(1)) if first else SQL()
        sums = [
            SQL(
                "coalesce(sum(f.pax) FILTER (WHERE %s), 0)::int AS %s",
                when,
                SQL.identifier(name),
            )
            for name, when in _SUMS.items()
        ]
        counts = [
            SQL("(count(*) FILTER (WHERE %s))::int AS %s", when, SQL.identifier(name))
            for name, when in _COUNTS.items()
        ]
        return SQL(
            """SELECT min(f.id) AS id,
                      (f.happened_at AT TIME ZONE 'UTC' AT TIME ZONE s.tz)::date AS day,
                      f.box_id, b.site_id, s.company_id, f.lane, f.zone, %s
                 FROM scenic_gate_fact f
                 JOIN scenic_box b ON b.id = f.box_id
                 JOIN scenic_site s ON s.id = b.site_id
                WHERE f.lane != '' %s
                GROUP BY 2, f.box_id, b.site_id, s.company_id, f.lane, f.zone""",
            SQL(", ").join([*sums, *counts]),
            since,
        )
