from odoo import models
from odoo.tools import SQL

from ..iot_handlers.scenic_gate import facts as gate_facts


class ScenicRehearsal(models.Model):
    """What gates reported about the day that is played again."""

    _inherit = "scenic.rehearsal"

    # EXTENDS scenic_ticketing
    def _refused_scans(self, begin, end):
        self.env.cr.execute(
            SQL(
                """SELECT f.uid, f.happened_at AS at, f.lane, f.reason,
                          coalesce(f.zone, z.code) AS zone
                     FROM scenic_gate_fact f
                     JOIN scenic_box b ON b.id = f.box_id
                     LEFT JOIN scenic_lane l ON l.box_id = f.box_id AND l.code = f.lane
                     LEFT JOIN scenic_zone z ON z.id = l.zone_id
                    WHERE f.happened_at >= %s AND f.happened_at < %s AND f.kind = %s
                      AND b.site_id = %s AND f.uid IS NOT NULL""",
                begin,
                end,
                gate_facts.REFUSED,
                self.site_id.id,
            )
        )
        return super()._refused_scans(begin, end) + self.env.cr.dictfetchall()

    # EXTENDS scenic_ticketing
    def _exits(self, uids, end):
        rows = self.env.execute_query(
            SQL(
                """SELECT f.uid, f.happened_at
                     FROM scenic_gate_fact f JOIN scenic_box b ON b.id = f.box_id
                    WHERE f.uid = ANY(%s) AND f.happened_at < %s AND f.kind IN %s
                      AND f.zone IS NULL AND f.op IS NULL AND b.site_id = %s""",
                uids,
                end,
                (gate_facts.PASSED, gate_facts.CLOSED),
                self.site_id.id,
            )
        )
        return [*super()._exits(uids, end), *rows]

    # EXTENDS scenic_ticketing
    def _lane_entrances(self):
        lanes = self.env["scenic.lane"].sudo().search([("box_id.site_id", "=", self.site_id.id)])
        return super()._lane_entrances() | {
            lane.code: lane.entrance_id.bit for lane in lanes if lane.entrance_id
        }
