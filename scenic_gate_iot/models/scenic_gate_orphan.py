from odoo import api, fields, models
from odoo.tools import SQL


class ScenicGateOrphan(models.Model):
    """A passage whose ticket the server does not know yet.

    A window that sold without network tells the server later than the gate does. The row leaves
    this queue when the sale arrives; the fact itself stays as it is.
    """

    _name = "scenic.gate.orphan"
    _description = "Passage without Ticket"
    _log_access = False
    _rec_name = "uid"

    fact_id = fields.Many2one("scenic.gate.fact", required=True, ondelete="restrict")
    uid = fields.Char(required=True, index=True)

    _fact_uniq = models.Constraint("UNIQUE (fact_id)", "A fact waits once.")

    @api.model
    def _wait(self, fact_ids):
        """Let these facts wait for their ticket."""
        self.env.cr.execute(
            SQL(
                """INSERT INTO scenic_gate_orphan (fact_id, uid)
                   SELECT id, uid FROM scenic_gate_fact WHERE id = ANY(%s)
                   ON CONFLICT DO NOTHING""",
                list(fact_ids),
            )
        )

    @api.model
    def _take_matched(self, uid=None):
        """Take those out of the queue whose ticket is known now; return their fact ids.

        Any sale and any report may commit in any order: each looks for the other only here, in a
        later statement that sees both, so that none can be missed for longer than one round.
        ``uid``: only those of this ticket.
        """
        self.env.cr.execute(
            SQL(
                """DELETE FROM scenic_gate_orphan AS o USING scenic_ticket AS t
                    WHERE t.uid = o.uid %s RETURNING o.fact_id""",
                SQL("AND o.uid = %s", uid) if uid else SQL(),
            )
        )
        return [row[0] for row in self.env.cr.fetchall()]

    @api.model
    def _matched(self):
        """Return {uid: a box that reported it} of what waits although its ticket is known."""
        self.env.cr.execute(
            SQL(
                """SELECT o.uid, min(f.box_id) FROM scenic_gate_orphan o
                     JOIN scenic_ticket t ON t.uid = o.uid
                     JOIN scenic_gate_fact f ON f.id = o.fact_id GROUP BY o.uid"""
            )
        )
        return dict(self.env.cr.fetchall())

    @api.model
    def _waiting(self, box_id):
        """Return (happened_at, lane, persons, uid) of what waits on a box, by time."""
        self.env.cr.execute(
            SQL(
                """SELECT f.happened_at, f.lane, f.pax, f.uid
                     FROM scenic_gate_orphan o JOIN scenic_gate_fact f ON f.id = o.fact_id
                    WHERE f.box_id = %s ORDER BY f.happened_at, f.id""",
                box_id,
            )
        )
        return self.env.cr.fetchall()
