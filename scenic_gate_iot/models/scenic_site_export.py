from odoo import api, models
from odoo.tools import SQL


class ScenicSiteExport(models.Model):
    """The facts of a day as they were chained by the boxes."""

    _inherit = "scenic.site"

    # EXTENDS scenic_ticketing
    @api.model
    def _facts_statement(self, site_days):
        """Return every fact between the first and the last one of the day, journal by journal.

        What somebody showed to a reader is told only of tickets that open nothing any more, and
        what attendants wrote never: of these the hash stands for the text.
        """
        spans = SQL(" OR ").join(
            SQL(
                "(b.site_id = %s AND f.happened_at >= %s AND f.happened_at < %s)",
                site_id,
                begin,
                end,
            )
            for site_id, begin, end in site_days
        )
        return SQL(
            """
WITH span AS (
    SELECT f.box_id, f.epoch, MIN(f.seq) AS first, MAX(f.seq) AS last
      FROM scenic_gate_fact f JOIN scenic_box b ON b.id = f.box_id
     WHERE %s GROUP BY 1, 2
)
SELECT f.box_id AS box, f.epoch AS journal, f.seq, f.kind,
       round(EXTRACT(epoch FROM f.happened_at) * 1000)::bigint AS t,
       f.lane, f.zone, f.uid, f.gen, f.pax, f.op, f.mode, f.clock, f.reason,
       f.code IS NULL OR t.id IS NOT NULL AS open, f.code,
       encode(sha256(convert_to(f.code, 'UTF8')), 'hex') AS code_sha256, f.prev, f.hash
  FROM span s
  JOIN scenic_gate_fact f
    ON f.box_id = s.box_id AND f.epoch = s.epoch AND f.seq BETWEEN s.first AND s.last
  JOIN scenic_box b ON b.id = f.box_id
  LEFT JOIN scenic_ticket t ON t.uid = f.uid AND t.site_id = b.site_id
   AND t.state IN ('used', 'void', 'expired') AND f.kind <> 'staff' AND f.code LIKE 'ST1%%'
 ORDER BY f.box_id, f.epoch, f.seq
""",
            spans,
        )
