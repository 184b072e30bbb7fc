from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import redemption_sql

# columns of a ticket that the database itself writes when a right is used
_MOVED_BY_USE = ["used_count", "state", "write_date", "redemption_ids"]


class ScenicRedemption(models.Model):
    """The one ledger of passages. One row is one right used by one person.

    Rows are only ever added. A use that is taken back is a second row that points at the first;
    neither the ORM nor plain SQL can change an old one, because PostgreSQL refuses it. That is
    why there is no create or write stamp: ``received_at`` and ``user_id`` say the same.
    """

    _name = "scenic.redemption"
    _description = "Scenic Redemption"
    _order = "id desc"
    _log_access = False

    ticket_id = fields.Many2one("scenic.ticket", required=True, readonly=True, ondelete="restrict")
    zone_id = fields.Many2one("scenic.zone", required=True, readonly=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    kind = fields.Selection(
        [("use", "Use"), ("reversal", "Reversal")], required=True, readonly=True, default="use"
    )
    use_no = fields.Integer(
        string="Use",
        readonly=True,
        aggregator=None,
        help="1 = first use of the ticket in this zone. Two uses cannot have the same number.",
    )
    reverses_id = fields.Many2one(
        "scenic.redemption", string="Takes Back", readonly=True, ondelete="restrict"
    )
    pax = fields.Integer(
        string="Persons", required=True, readonly=True, default=1, help="Always 1: a row a person."
    )
    lane_code = fields.Char(string="Lane", readonly=True)
    happened_at = fields.Datetime(
        required=True,
        readonly=True,
        index=True,
        help="When the person passed, by the gate's clock.",
    )
    received_at = fields.Datetime(
        required=True,
        readonly=True,
        default=fields.Datetime.now,
        help="When the server heard of it.",
    )
    how = fields.Selection(
        [("gate", "Gate"), ("window", "Window"), ("handheld", "Handheld"), ("api", "Interface")],
        string="Through",
        required=True,
        readonly=True,
        default="gate",
    )
    mode = fields.Selection(
        [
            ("online", "Online"),
            ("offline", "Offline"),
            ("degraded", "Without the Box of the Ticket"),
        ],
        string="Decided",
        required=True,
        readonly=True,
        default="online",
        help="Online: the server decided. Offline: the gate decided alone and reported later. "
        "Without the Box of the Ticket: it could not even ask the other gates.",
    )
    source_ref = fields.Char(
        string="Source",
        readonly=True,
        help="What the sender calls this use; the same name is never written twice.",
    )
    user_id = fields.Many2one("res.users", string="By", readonly=True, ondelete="restrict")
    reason = fields.Char(readonly=True, help="Why the use was taken back.")
    policy_version = fields.Integer(
        readonly=True, aggregator=None, help="Version of the ticket policy that was applied."
    )
    product_id = fields.Many2one(related="ticket_id.product_id")
    site_id = fields.Many2one(related="zone_id.site_id")

    _use_uniq = models.Constraint(
        "UNIQUE (ticket_id, zone_id, use_no)", "This use of the ticket is already recorded."
    )
    _reverses_uniq = models.Constraint(
        "UNIQUE (reverses_id)", "This use has already been taken back."
    )
    _source_uniq = models.Constraint("UNIQUE (source_ref)", "This use is already recorded.")
    _shape = models.Constraint(
        "CHECK (pax = 1 AND (CASE kind"
        " WHEN 'use' THEN COALESCE(use_no, 0) >= 1 AND reverses_id IS NULL"
        " WHEN 'reversal' THEN use_no IS NULL AND reverses_id IS NOT NULL"
        " ELSE FALSE END))",
        "A use has a number, a reversal points at a use.",
    )

    def init(self):
        """Install the laws of the ledger in the database itself."""
        super().init()
        redemption_sql.install(self.env.cr)

    @api.depends("ticket_id.alias", "zone_id.name", "use_no")
    def _compute_display_name(self):
        for row in self:
            row.display_name = f"{row.ticket_id.alias} · {row.zone_id.name} · {row.use_no or '−'}"

    def write(self, vals):
        if self:
            raise UserError(
                self.env._("A redemption is never changed. Take it back with a reversal instead.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if self:
            raise UserError(
                self.env._("A redemption is never deleted. Take it back with a reversal instead.")
            )

    @api.model
    def _append(self, rows):
        """Write ledger rows: the one place that inserts.

        Keys of a row are the columns of the ledger; ``ticket_id``, ``zone_id`` and ``happened_at``
        (naive UTC) are needed. Leave ``use_no`` out to get the next number of that ticket and
        zone; rows are numbered by ``happened_at``.

        Returns a dict (id, ticket_id, zone_id, use_no, kind, source_ref) for each row that was
        written. Missing are the rows that found no right left, a void ticket, a zone the ticket
        was not sold for, or their ``source_ref`` already there: the caller knows which of these
        is news to whom.
        """
        if not rows:
            return []
        self.env["scenic.ticket"].flush_model()
        filled = {
            "kind": "use",
            "how": "gate",
            "mode": "online",
            "received_at": fields.Datetime.now(),
            "user_id": self.env.uid,
        }
        written = redemption_sql.append(self.env.cr, [filled | row for row in rows])
        tickets = self.env["scenic.ticket"].browse({row["ticket_id"] for row in rows})
        tickets.invalidate_recordset(_MOVED_BY_USE, flush=False)
        return written

    def _reverse(self, reason):
        """Take these uses back, so that their rights can be used again; returns the new rows."""
        if not (reason or "").strip():
            raise UserError(self.env._("Write down why the uses are taken back."))
        for row in self:
            if row.kind != "use":
                raise UserError(self.env._("Only a use can be taken back, not a reversal."))
        written = self._append(
            [
                {
                    "ticket_id": row.ticket_id.id,
                    "zone_id": row.zone_id.id,
                    "kind": "reversal",
                    "reverses_id": row.id,
                    "lane_code": row.lane_code,
                    "happened_at": fields.Datetime.now(),
                    "how": "window",
                    "reason": reason,
                }
                for row in self
            ]
        )
        if len(written) < len(self):
            raise UserError(self.env._("Some of these uses have already been taken back."))
        return self.browse([row["id"] for row in written])
