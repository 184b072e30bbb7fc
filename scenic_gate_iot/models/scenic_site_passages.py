from datetime import timedelta

from odoo import models
from odoo.tools import SQL

# A passage counts in the hour in which its right was used, whenever it ended. What has no passage
# counts when it happened; a person on the way out is no visitor who came in.
_COUNTS = """
WITH wide AS (
    SELECT f.kind, f.lane, f.pax, f.op, f.uid, f.reason, f.happened_at, f.box_id
      FROM scenic_gate_fact f
     WHERE f.box_id = ANY(%(boxes)s) AND f.happened_at >= %(start)s
       AND f.happened_at < %(end)s + interval '1 hour' AND f.lane <> ''
), reserved AS (
    SELECT op, box_id, lane, happened_at FROM wide
     WHERE kind = 'reserved' AND op IS NOT NULL AND happened_at < %(end)s
), counted AS (
    SELECT r.lane, r.happened_at,
           CASE WHEN w.kind = 'released' THEN 'reserved' ELSE w.kind END AS what,
           CASE WHEN w.kind = 'released' THEN -w.pax ELSE w.pax END AS pax
      FROM reserved r JOIN wide w ON w.op = r.op AND w.box_id = r.box_id
     WHERE w.kind IN ('reserved', 'released', 'passed', 'closed', 'unknown')
 UNION ALL
    -- given back although nobody saw the person: the ending is told twice, the second one holds
    SELECT r.lane, r.happened_at, 'unknown', -w.pax
      FROM reserved r JOIN wide w ON w.op = r.op AND w.box_id = r.box_id
     WHERE w.kind = 'released' AND w.reason = 'R_UNSEEN'
 UNION ALL
    SELECT lane, happened_at,
           CASE kind WHEN 'passed' THEN 'free' WHEN 'emergency_off' THEN 'emergency' ELSE kind END,
           pax
      FROM wide
     WHERE happened_at < %(end)s
       AND (kind IN ('tailgate', 'forced')
            OR (kind = 'emergency_off' AND NOT lane = ANY(%(outward)s))
            OR (kind = 'passed' AND op IS NULL AND uid IS NULL AND NOT lane = ANY(%(outward)s)))
)
SELECT lane, EXTRACT(hour FROM happened_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::int AS hour,
       what, SUM(pax)::int AS persons
  FROM counted GROUP BY 1, 2, 3
"""

# an order of the back office comes to the box within seconds, and the box says who gave it at the
# lane itself: "@number remark"
_OPENS = """
SELECT f.lane, EXTRACT(hour FROM f.happened_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::int AS hour,
       f.code, f.reason, c.user_id, c.reason AS said
  FROM scenic_gate_fact f
  LEFT JOIN LATERAL (
       SELECT c.user_id, c.reason FROM scenic_gate_command c
        WHERE c.box_id = f.box_id AND c.lane_code = f.lane AND c.action IN ('open', 'hold')
          AND c.create_date BETWEEN f.happened_at - interval '2 minutes'
                                AND f.happened_at + interval '1 minute'
        ORDER BY c.create_date DESC LIMIT 1) c ON TRUE
 WHERE f.box_id = ANY(%(boxes)s) AND f.kind = 'opened' AND f.op IS NULL
   AND f.happened_at >= %(start)s AND f.happened_at < %(end)s
 ORDER BY f.id
"""

# a box tells its facts in their order: one of a later moment says that nothing is missing before
_TOLD = """
SELECT DISTINCT box_id FROM scenic_gate_fact
 WHERE box_id = ANY(%s) AND happened_at >= %s
"""


class ScenicSitePassages(models.Model):
    """What the gates counted, for whoever compares it with sales and uses."""

    _inherit = "scenic.site"

    def _passage_scope(self, day):
        """Return the boxes, the outward lanes and the bounds of a day at one site."""
        boxes = self.env["scenic.box"].sudo().with_context(active_test=False)
        lanes = self.env["scenic.lane"].sudo().with_context(active_test=False)
        return {
            "boxes": boxes.search([("site_id", "=", self.id)]).ids,
            "outward": lanes.search([("site_id", "=", self.id), ("direction", "=", "out")]).mapped(
                "code"
            ),
            "start": self._midnight(day),
            "end": self._midnight(day + timedelta(days=1)),
            "tz": self.tz,
        }

    # EXTENDS scenic_ticketing
    def _passage_lanes(self):
        lanes = self.env["scenic.lane"].sudo().with_context(active_test=False)
        found = lanes.search([("site_id", "in", self.ids), ("direction", "=", "in")])
        return [
            *super()._passage_lanes(),
            *(
                {
                    "site_id": lane.site_id.id,
                    "lane": lane.code,
                    "entrance_id": lane.entrance_id.id or None,
                    "owner_id": lane.box_id.user_id.id or None,
                    "counted": lane.confirm == "sensor",
                }
                for lane in found
            ),
        ]

    # EXTENDS scenic_ticketing
    def _passage_counts(self, day):
        rows = {}
        for site in self:
            scope = site._passage_scope(day)
            self.env.cr.execute(SQL(_COUNTS, **scope))
            for lane, hour, what, persons in self.env.cr.fetchall():
                key = (site.id, lane, hour)
                row = rows.setdefault(key, {"site_id": site.id, "lane": lane, "hour": hour})
                row[what] = row.get(what, 0) + persons
        return [*super()._passage_counts(day), *rows.values()]

    # EXTENDS scenic_ticketing
    def _passage_opens(self, day):
        opens = []
        attendants = self.env["scenic.gate.attendant"]
        for site in self:
            self.env.cr.execute(SQL(_OPENS, **site._passage_scope(day)))
            for row in self.env.cr.dictfetchall():
                attendant, note = attendants._of_code(row["code"])
                reason = row["said"] or note or ("" if row["reason"] == "OK" else row["reason"])
                opens.append(
                    {
                        "site_id": site.id,
                        "lane": row["lane"],
                        "hour": row["hour"],
                        "user_id": attendant.user_id.id or row["user_id"],
                        "reason": reason or "",
                    }
                )
        return [*super()._passage_opens(day), *opens]

    # EXTENDS scenic_ticketing
    def _passage_gaps(self, until):
        boxes = self.env["scenic.box"].sudo()
        boxes = boxes.search([("site_id", "in", self.ids), ("state", "=", "paired")])
        quiet = boxes.filtered(lambda box: box.unsent or not box.last_seen or box.last_seen < until)
        if quiet:
            self.env.cr.execute(SQL(_TOLD, quiet.ids, until))
            quiet -= boxes.browse([box_id for (box_id,) in self.env.cr.fetchall()])
        return [*super()._passage_gaps(until), *quiet]
