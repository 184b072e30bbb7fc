from odoo import api, fields, models
from odoo.tools import SQL


class ScenicBoxEpoch(models.Model):
    """One journal of a box: a box that lost its memory begins another one."""

    _name = "scenic.box.epoch"
    _description = "Journal of a Box"
    _order = "started desc, id desc"
    _rec_name = "epoch"

    box_id = fields.Many2one("scenic.box", required=True, ondelete="cascade")
    epoch = fields.Char(required=True, readonly=True, help="Random name of the journal.")
    acked_to = fields.Integer(
        "Complete up to", readonly=True, help="Every fact up to this number is stored."
    )
    started = fields.Datetime(readonly=True)

    _epoch_uniq = models.Constraint("UNIQUE (box_id, epoch)", "A box has each journal once.")

    @api.model
    def _lock(self, box_id, epoch, oldest=1):
        """Hold this journal until the end of the transaction and return its ``acked_to``.

        A box may repeat a report while the server still works on the first copy, because the
        answer took too long. The second one waits here and then finds every fact stored.
        ``oldest``: the first fact the box still has; earlier ones were stored once, even if this
        server was restored from a backup that lacks them.
        """
        self.env.cr.execute(
            SQL(
                """INSERT INTO scenic_box_epoch AS e (box_id, epoch, acked_to, started)
                   VALUES (%s, %s, %s, now() AT TIME ZONE 'UTC')
                   ON CONFLICT (box_id, epoch)
                   DO UPDATE SET acked_to = greatest(e.acked_to, excluded.acked_to)
                   RETURNING acked_to""",
                box_id,
                epoch,
                oldest - 1,
            )
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _acked_to(self, box_id, epoch):
        """Return the number up to which every fact of this journal is stored, None if new."""
        self.env.cr.execute(
            SQL(
                "SELECT acked_to FROM scenic_box_epoch WHERE box_id = %s AND epoch = %s",
                box_id,
                epoch,
            )
        )
        row = self.env.cr.fetchone()
        return row[0] if row else None

    @api.model
    def _advance(self, box_id, epoch, acked_to):
        """Move ``acked_to`` over the facts that now follow it without a gap; return it."""
        self.env.cr.execute(
            SQL(
                """SELECT coalesce(max(seq), %(start)s)
                     FROM (SELECT seq, row_number() OVER (ORDER BY seq) AS place
                             FROM scenic_gate_fact
                            WHERE box_id = %(box)s AND epoch = %(epoch)s AND seq > %(start)s
                          ) AS later
                    WHERE seq = place + %(start)s""",
                start=acked_to,
                box=box_id,
                epoch=epoch,
            )
        )
        reached = self.env.cr.fetchone()[0]
        if reached != acked_to:
            self.env.cr.execute(
                SQL(
                    "UPDATE scenic_box_epoch SET acked_to = %s WHERE box_id = %s AND epoch = %s",
                    reached,
                    box_id,
                    epoch,
                )
            )
        return reached
