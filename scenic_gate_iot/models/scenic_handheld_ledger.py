from odoo import api, fields, models
from odoo.tools import SQL


class ScenicHandheldEpoch(models.Model):
    """A journal of a handheld is one attendant's."""

    _inherit = "scenic.box.epoch"

    user_id = fields.Many2one("res.users", "Attendant", readonly=True, ondelete="restrict")

    @api.model
    def _handheld_open(self, box_id, epoch, user_id):
        self.env.cr.execute(
            SQL(
                """INSERT INTO scenic_box_epoch (box_id, epoch, acked_to, started, user_id)
                   VALUES (%s, %s, 0, now() AT TIME ZONE 'UTC', %s)
                   ON CONFLICT (box_id, epoch) DO NOTHING""",
                box_id,
                epoch,
                user_id,
            )
        )

    @api.model
    def _handheld_user(self, box_id, epoch):
        """Return the id of the attendant of a journal, None when it was never opened."""
        row = self.search([("box_id", "=", box_id), ("epoch", "=", epoch)], limit=1)
        return row.user_id.id or None


class ScenicHandheldLedger(models.AbstractModel):
    """Passages that a handheld decided alone are its attendant's."""

    _inherit = "scenic.gate.ledger"

    # EXTENDS scenic_gate_iot
    @api.model
    def _ledger_vals(self, ticket, zone_id, fact, now):
        vals = super()._ledger_vals(ticket, zone_id, fact, now)
        if fact.box_id in self.env["scenic.box"]._handheld_ids():
            user_id = self.env["scenic.box.epoch"]._handheld_user(fact.box_id, fact.epoch)
            vals |= {"how": "handheld", "user_id": user_id}
        return vals
