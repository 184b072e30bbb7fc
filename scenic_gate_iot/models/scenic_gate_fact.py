import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..iot_handlers.scenic_gate import facts as gate_facts
from ..tools.append_only import protect

# Columns of one stored fact and their SQL types, in the order of the INSERT.
COLUMNS = {
    "seq": "int",
    "kind": "varchar",
    "happened_at": "timestamp",
    "lane": "varchar",
    "zone": "varchar",
    "uid": "varchar",
    "gen": "int",
    "pax": "int",
    "op": "varchar",
    "mode": "varchar",
    "clock": "varchar",
    "reason": "varchar",
    "code": "varchar",
    "prev": "varchar",
    "hash": "varchar",
    "digest": "varchar",
    "verdict": "varchar",
    "taken": "int",
}
_RECORD = SQL(", ".join(f"{name} {kind}" for name, kind in COLUMNS.items()))
_NAMES = SQL(", ".join(COLUMNS))


class ScenicGateFact(models.Model):
    """What a box reported: the raw evidence behind the redemptions. Rows are never rewritten."""

    _name = "scenic.gate.fact"
    _description = "Gate Fact"
    _log_access = False
    _order = "id desc"
    _rec_name = "seq"

    box_id = fields.Many2one("scenic.box", required=True, readonly=True, ondelete="restrict")
    site_id = fields.Many2one(related="box_id.site_id")
    company_id = fields.Many2one(related="box_id.company_id")
    epoch = fields.Char("Journal", required=True, readonly=True)
    seq = fields.Integer("Number", required=True, readonly=True)
    kind = fields.Selection(
        [
            (gate_facts.RESERVED, "Right used"),
            (gate_facts.PASSED, "Passed"),
            (gate_facts.RELEASED, "Given back"),
            (gate_facts.CLOSED, "Closed unconfirmed"),
            (gate_facts.UNKNOWN, "Passage unknown"),
            (gate_facts.REFUSED, "Refused"),
            (gate_facts.TAILGATE, "Tailgating"),
            (gate_facts.REVERSE, "Wrong direction"),
            (gate_facts.FORCED, "Forced open"),
            (gate_facts.BLOCKED, "Passage blocked"),
            (gate_facts.OPENED, "Opened by staff"),
            (gate_facts.EMERGENCY_ON, "Emergency begins"),
            (gate_facts.EMERGENCY_OFF, "Emergency ends"),
            (gate_facts.FAULT, "Fault"),
            (gate_facts.BOOT, "Box started"),
        ],
        required=True,
        readonly=True,
    )
    happened_at = fields.Datetime(required=True, readonly=True, help="By the clock of the box.")
    received_at = fields.Datetime(required=True, readonly=True)
    lane = fields.Char(readonly=True)
    zone = fields.Char(readonly=True)
    uid = fields.Char("Ticket Identity", readonly=True)
    gen = fields.Integer("Copy", readonly=True, help="Reissue number of the code that was shown.")
    pax = fields.Integer("Persons", readonly=True)
    op = fields.Char("Passage", readonly=True, help="Joins the facts of one passage.")
    mode = fields.Selection(
        [
            ("online", "Online"),
            ("offline", "Offline"),
            ("degraded", "Without the Box of the Ticket"),
        ],
        required=True,
        readonly=True,
        help="Without the Box of the Ticket: the box that answers for this ticket could not be "
        "reached, so a copy may have been used elsewhere at the same time.",
    )
    clock = fields.Selection([("ok", "Exact"), ("unsure", "Unsure")], required=True, readonly=True)
    reason = fields.Char("Reason Code", readonly=True)
    reason_text = fields.Char("Reason", compute="_compute_reason_text")
    code = fields.Char("Ticket Code", readonly=True, groups="scenic_ticketing.group_manager")
    prev = fields.Char("Hash of Previous Fact", readonly=True)
    hash = fields.Char(required=True, readonly=True)
    digest = fields.Char(
        readonly=True, help="Hash as computed here, where it differs from the reported one."
    )
    ticket_id = fields.Many2one(
        "scenic.ticket",
        compute="_compute_ticket_id",
        search="_search_ticket_id",
        help="The ticket with this identity, if it is one of the site of the box.",
    )
    verdict = fields.Selection(
        [
            ("redeemed", "In the ledger"),
            ("partial", "Partly in the ledger"),
            ("excess", "Used more often than sold"),
            ("after_void", "Used after it was void"),
            ("unknown_ticket", "Ticket not known yet"),
            ("other_site", "Ticket of another site"),
            ("no_ticket", "Without any ticket"),
            ("returned", "Given back"),
            ("confirmed", "Passage confirmed"),
            ("unseen", "Passage unknown"),
            ("recorded", "Recorded"),
            ("incident", "Incident opened"),
            ("held", "Waits for the ledger"),
        ],
        "First Verdict",
        required=True,
        readonly=True,
        help="What the fact meant for the ledger when it arrived.",
    )
    taken = fields.Integer("Persons in the Ledger", readonly=True, help="When the fact arrived.")
    verdict_ids = fields.One2many("scenic.gate.verdict", "fact_id", "Later Verdicts")
    current_verdict = fields.Selection(
        string="Verdict",
        selection=lambda self: self._fields["verdict"]._description_selection(self.env),
        compute="_compute_current_verdict",
        search="_search_current_verdict",
        help="The newest verdict.",
    )

    _identity_uniq = models.Constraint(
        "UNIQUE (box_id, epoch, seq)", "A box reports each number once."
    )
    _by_uid = models.Index("(uid) WHERE uid IS NOT NULL")
    # few rows, and the ones people look for
    _trouble = models.Index(
        "(verdict, box_id) WHERE verdict IN ('partial', 'excess', 'after_void', 'unknown_ticket',"
        " 'other_site', 'no_ticket', 'held')"
    )
    # rows come in the order of time, nearly: a few pages of BRIN do what a large tree would
    _by_time = models.Index("USING brin (happened_at)")

    # EXTENDS base
    def init(self):
        super().init()
        protect(self.env.cr, self._table)

    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for fact in self:
            fact.display_name = f"{fact.box_id.name} #{fact.seq} {kinds.get(fact.kind, '')}"

    @api.depends_context("lang")
    @api.depends("reason", "kind")
    def _compute_reason_text(self):
        labels = self.env["scenic.reason"]._reason_labels()
        for fact in self:
            shown = fact.kind == gate_facts.REFUSED
            fact.reason_text = shown and labels.get(fact.reason, fact.reason)

    @api.depends("uid", "box_id.site_id")
    def _compute_ticket_id(self):
        uids = [fact.uid for fact in self if fact.uid]
        tickets = self.env["scenic.ticket"].search([("uid", "in", uids)])
        known = {(ticket.uid, ticket.site_id): ticket for ticket in tickets}
        for fact in self:
            fact.ticket_id = known.get((fact.uid, fact.site_id), False)

    def _search_ticket_id(self, operator, value):
        if operator not in ("in", "any", "any!"):
            return NotImplemented
        tickets = self.env["scenic.ticket"].search(
            [("id", operator, value)] if operator == "in" else value
        )
        return [("uid", "in", tickets.mapped("uid"))]

    @api.depends("verdict", "verdict_ids")
    def _compute_current_verdict(self):
        for fact in self:
            newest = fact.verdict_ids.sorted("id", reverse=True)[:1]
            fact.current_verdict = newest.verdict or fact.verdict

    def _search_current_verdict(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        query = SQL(
            """(SELECT f.id FROM scenic_gate_fact f
                 WHERE f.verdict IN %(wanted)s AND NOT EXISTS (
                       SELECT 1 FROM scenic_gate_verdict v WHERE v.fact_id = f.id)
                UNION ALL
                SELECT fact_id FROM (
                       SELECT DISTINCT ON (fact_id) fact_id, verdict
                         FROM scenic_gate_verdict ORDER BY fact_id, id DESC) AS newest
                 WHERE verdict IN %(wanted)s)""",
            wanted=tuple(item for item in value if item) or ("",),
        )
        return [("id", operator, query)]

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Facts reported by a gate are kept for ever."))

    @api.model
    def _stored(self, box_id, epoch, seqs):
        """Return {seq: (hash, hash as computed here, prev)} of those ``seqs`` that are stored."""
        self.env.cr.execute(
            SQL(
                """SELECT seq, hash, coalesce(digest, hash), prev FROM scenic_gate_fact
                    WHERE box_id = %s AND epoch = %s AND seq = ANY(%s)""",
                box_id,
                epoch,
                list(seqs),
            )
        )
        return {seq: tuple(rest) for seq, *rest in self.env.cr.fetchall()}

    @api.model
    def _insert(self, box_id, epoch, rows):
        """Store ``rows`` (dicts with the keys of ``COLUMNS``) at once; return {seq: id}."""
        # one JSON text costs the driver far less than twenty arrays
        self.env.cr.execute(
            SQL(
                """INSERT INTO scenic_gate_fact
                          (box_id, epoch, received_at, %(names)s)
                   SELECT %(box)s, %(epoch)s, now() AT TIME ZONE 'UTC', %(names)s
                     FROM json_to_recordset(%(rows)s) AS row(%(record)s)
                    ORDER BY seq
                   ON CONFLICT (box_id, epoch, seq) DO NOTHING
                   RETURNING seq, id""",
                names=_NAMES,
                record=_RECORD,
                box=box_id,
                epoch=epoch,
                rows=json.dumps(rows),
            )
        )
        return dict(self.env.cr.fetchall())
