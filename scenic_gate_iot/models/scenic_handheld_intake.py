from odoo import api, fields, models
from odoo.tools import SQL

from ..iot_handlers.scenic_gate import facts as gate_facts
from ..tools.resolution import BACK


class ScenicHandheldIntake(models.AbstractModel):
    """Takes back what the server granted and the handheld, not having heard of it, refused."""

    _inherit = "scenic.gate.intake"

    # EXTENDS scenic_gate_iot
    @api.model
    def _take(self, box, epoch, facts, oldest=1, hold=False):
        hold = hold or box.state == "blocked"
        answer = super()._take(box, epoch, facts, oldest, hold)
        if box.kind == "handheld" and not hold and box.state == "paired":
            refs = [
                f"{box.id}:{epoch}:{fact['seq']}"
                for fact in facts
                if fact["kind"] != gate_facts.RESERVED
            ]
            self._take_back_unheard(refs)
        return answer

    @api.model
    def _take_back_unheard(self, refs):
        uses = self._unheard_uses(refs)
        now = fields.Datetime.now()
        self.env["scenic.gate.ledger"]._append(
            [
                {
                    "ticket_id": ticket_id,
                    "zone_id": zone_id,
                    "lane_code": lane,
                    "happened_at": happened_at,
                    "received_at": now,
                    "how": "handheld",
                    "kind": "reversal",
                    "reverses_id": use_id,
                    "reason": "unanswered",
                    "source_ref": f"{ref}:{BACK}",
                }
                for use_id, ticket_id, zone_id, lane, happened_at, ref in uses
            ]
        )

    @api.model
    def _unheard_uses(self, refs):
        """Return the uses that belong to these facts, without those taken back already."""
        if not refs:
            return []
        # person 1 tells whether there are any: the unique index finds that without a search
        self.env.cr.execute(
            SQL(
                """SELECT split_part(source_ref, ':', 3), ticket_id FROM scenic_redemption
                    WHERE source_ref = ANY(%s)""",
                [f"{ref}:1" for ref in refs],
            )
        )
        found = self.env.cr.fetchall()
        if not found:
            return []
        wanted = [f"{ref}:%" for ref in refs if ref.rsplit(":", 1)[1] in dict(found)]
        self.env.cr.execute(
            SQL(
                """SELECT u.id, u.ticket_id, u.zone_id, u.lane_code, u.happened_at, u.source_ref
                     FROM scenic_redemption u
                    WHERE u.ticket_id = ANY(%s) AND u.kind = 'use' AND u.source_ref LIKE ANY(%s)
                      AND NOT EXISTS (
                          SELECT 1 FROM scenic_redemption b WHERE b.reverses_id = u.id)
                    ORDER BY u.id""",
                [ticket_id for _seq, ticket_id in found],
                wanted,
            )
        )
        return self.env.cr.fetchall()
