from odoo import api, fields, models
from odoo.tools import SQL


class ScenicSlotQuota(models.Model):
    """What one channel may sell of a slot: places kept for it, and its most."""

    _name = "scenic.slot.quota"
    _description = "Channel Quota of a Slot"
    _order = "slot_id, id"

    slot_id = fields.Many2one("scenic.slot", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="slot_id.company_id", store=True, index=True)
    channel_id = fields.Many2one("scenic.channel", required=True, ondelete="restrict")
    reserved = fields.Integer(
        string="Kept", default=0, help="Places that only this channel can sell, until the release."
    )
    maximum = fields.Integer(
        string="At Most", default=0, help="Most places that this channel sells. 0 = no limit."
    )
    release_at = fields.Datetime(
        string="Released",
        help="From this moment on everybody can sell what is left of the kept places. Empty = "
        "never.",
    )
    released = fields.Boolean(string="For Everybody", readonly=True, default=False, copy=False)
    taken = fields.Integer(
        readonly=True, default=0, copy=False, help="Persons sold or held by this channel."
    )

    _channel_uniq = models.Constraint(
        "UNIQUE (slot_id, channel_id)", "This channel already has a quota of this slot."
    )
    _numbers = models.Constraint(
        "CHECK (reserved >= 0 AND maximum >= 0 AND taken >= 0"
        " AND (maximum = 0 OR maximum >= reserved))",
        "A quota is not negative, and its limit is not below the places kept.",
    )
    _release = models.Index("(release_at) WHERE NOT released AND release_at IS NOT NULL")

    @api.model_create_multi
    def create(self, vals_list):
        quotas = super().create(vals_list)
        quotas._count_taken()
        quotas.slot_id._recount()
        return quotas

    def write(self, vals):
        slots = self.slot_id
        if "release_at" in vals:
            vals = {**vals, "released": False}
        res = super().write(vals)
        (slots | self.slot_id)._recount()
        return res

    def unlink(self):
        slots = self.slot_id
        res = super().unlink()
        slots._recount()
        return res

    def _count_taken(self):
        """Count what the channel sold of the slot before it had a quota."""
        self.flush_model()
        self.slot_id._lock()
        self.env.cr.execute(
            SQL(
                """UPDATE scenic_slot_quota q SET taken =
                       COALESCE((SELECT sum((r.value ->> 2)::int)
                          FROM scenic_slot s
                          JOIN scenic_ticket t ON t.visit_date = s.date AND t.room IS NOT NULL
                         CROSS JOIN LATERAL jsonb_array_elements(t.room) r
                         WHERE s.id = q.slot_id AND (r.value ->> 0)::int = q.slot_id
                           AND (r.value ->> 1)::int = q.channel_id), 0)
                     + COALESCE((SELECT sum(l.persons)
                          FROM scenic_hold_line l JOIN scenic_hold h ON h.id = l.hold_id
                         WHERE l.slot_id = q.slot_id AND h.channel_id = q.channel_id
                           AND h.state = 'held' AND NOT EXISTS (
                               SELECT 1 FROM scenic_hold_end e WHERE e.hold_id = h.id)), 0)
                    WHERE q.id = ANY(%s)""",
                self.ids,
            )
        )
        self.invalidate_recordset(["taken"])


class ScenicSlotRoom(models.Model):
    _inherit = "scenic.slot"

    def _lock(self):
        """Lock the slots in the order that everybody takes."""
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "SELECT id FROM scenic_slot WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
                self.ids,
            )
        )
        self.invalidate_recordset()

    def _recount(self):
        """Write again how many places the quotas of these slots keep."""
        if not self:
            return
        self._lock()
        self.env["scenic.slot.quota"].flush_model()
        self.env.cr.execute(
            SQL(
                """UPDATE scenic_slot s
                      SET reserved = q.reserved, has_quota = q.number > 0,
                          oversold = LEAST(s.oversold,
                                           GREATEST(0, s.taken + q.reserved - s.capacity))
                     FROM (SELECT i.id, count(q.id) AS number,
                                  COALESCE(sum(CASE WHEN q.released THEN 0
                                      ELSE GREATEST(0, q.reserved - q.taken) END), 0) AS reserved
                             FROM unnest(%s::int[]) i(id)
                             LEFT JOIN scenic_slot_quota q ON q.slot_id = i.id
                            GROUP BY i.id) q
                    WHERE s.id = q.id""",
                self.ids,
            )
        )
        self.invalidate_recordset()
