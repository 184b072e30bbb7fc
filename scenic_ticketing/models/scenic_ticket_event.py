from odoo import api, fields, models

from ..tools import ticket_sql

EVENT_KINDS = [
    ("hold", "Reserved"),
    ("activate", "Activated"),
    ("block", "Blocked"),
    ("unblock", "Block lifted"),
    ("reissue", "Reissued"),
    ("rebook", "Rebooked"),
    ("transfer", "Handed to another person"),
    ("split", "Persons taken out"),
    ("waive", "Fee waived"),
    ("void", "Void"),
    ("reprint", "Printed again"),
    ("exchange", "Voucher exchanged"),
    ("exchange_undo", "Exchange undone"),
]


class ScenicTicketEvent(models.Model):
    """What people did to a ticket after its sale: who, when, why, and which copy it ended.

    Rows are only ever added; PostgreSQL refuses everything else.
    """

    _name = "scenic.ticket.event"
    _description = "Scenic Ticket Event"
    _order = "id desc"
    _log_access = False

    ticket_id = fields.Many2one(
        "scenic.ticket", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    kind = fields.Selection(
        EVENT_KINDS,
        required=True,
        readonly=True,
    )
    happened_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    user_id = fields.Many2one("res.users", string="By", readonly=True, ondelete="restrict")
    reason = fields.Char(readonly=True)
    detail = fields.Char(readonly=True, help="What changed.")
    gen = fields.Integer(readonly=True, help="The copy of the ticket that was good before.")
    old_alias = fields.Char(
        readonly=True, help="The number that was good before; it opens no gate any more."
    )

    config_id = fields.Many2one(
        "pos.config",
        string="Window",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Where it was done; empty when it was not done at a window.",
    )
    session_id = fields.Many2one(
        "pos.session", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    copy_no = fields.Integer(
        string="Slip",
        readonly=True,
        aggregator=None,
        help="Of a slip that was printed again: its number, as on the slip. 1 is the first slip.",
    )

    _old_alias_uniq = models.UniqueIndex(
        "(old_alias) WHERE old_alias IS NOT NULL", "This ticket number was superseded before."
    )

    def init(self):
        """Install the law of this table in the database itself."""
        super().init()
        ticket_sql.install_events(self.env.cr)

    @api.depends("kind", "ticket_id.alias")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for event in self:
            event.display_name = f"{event.ticket_id.alias}: {kinds[event.kind]}"

    @api.model
    def _add(self, tickets, kind, reason=None, detail=None, **values):
        """Keep that something was done to these tickets, here and in their chatter."""
        labels = dict(self._fields["kind"]._description_selection(self.env))
        body = " · ".join(text for text in (labels[kind], detail, reason) if text)
        place = self._place()
        self.sudo().create(
            [
                {
                    **place,
                    "ticket_id": ticket.id,
                    "company_id": ticket.company_id.id,
                    "kind": kind,
                    "user_id": self.env.uid,
                    "reason": reason,
                    "detail": detail,
                    "gen": ticket.gen,
                    **values,
                }
                for ticket in tickets.sudo()
            ]
        )
        author = self.env.user.partner_id.id
        tickets.sudo()._message_log_batch(
            bodies={ticket.id: body for ticket in tickets}, author_id=author
        )

    @api.model
    def _place(self):
        """Return the window where this is done, as ``scenic.ticket._at_window`` said."""
        place = self.env.context.get("scenic_place")
        # a context that came in by RPC holds lists: nobody names a window that he is not at
        if not isinstance(place, tuple):
            return {}
        return dict(zip(("config_id", "session_id"), place, strict=True))
