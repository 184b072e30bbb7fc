from odoo import api, fields, models

from ..tools import shift_sql


class ScenicShift(models.Model):
    """The time in which one cashier answers for the drawer of a session."""

    _name = "scenic.shift"
    _description = "Scenic Shift"
    _order = "id desc"

    name = fields.Char(string="Number", required=True, readonly=True, copy=False)
    session_id = fields.Many2one(
        "pos.session", required=True, readonly=True, index=True, ondelete="restrict"
    )
    config_id = fields.Many2one(
        "pos.config",
        string="Window",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(related="session_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        string="Cashier",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        help="Who answers for the drawer.",
    )
    cashier_name = fields.Char(
        readonly=True, help="Who worked under that login, where several persons share one."
    )
    state = fields.Selection(
        [
            ("waiting", "Handed over"),
            ("open", "Open"),
            ("counted", "Counted"),
            ("closed", "Closed"),
        ],
        required=True,
        readonly=True,
        default="open",
        index=True,
        help="Handed over: its cashier has not taken the drawer over yet. Counted: the count is "
        "final, differences are being explained.",
    )
    opened_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    accepted_at = fields.Datetime(
        string="Taken over at", readonly=True, help="When the cashier, logged in, took over."
    )
    counted_at = fields.Datetime(readonly=True)
    closed_at = fields.Datetime(readonly=True)
    closed_by_id = fields.Many2one(
        "res.users", string="Closed by", readonly=True, ondelete="restrict"
    )
    previous_id = fields.Many2one(
        "scenic.shift", string="Taken over from", readonly=True, index=True, ondelete="restrict"
    )
    handed_to_id = fields.Many2one(
        "res.users", string="Handed over to", readonly=True, ondelete="restrict"
    )

    expected_float = fields.Monetary(
        readonly=True, help="What the count before said: of the last session or the last shift."
    )
    opening_float = fields.Monetary(readonly=True, help="What the cashier found in the drawer.")
    opening_difference = fields.Monetary(
        compute="_compute_opening_difference", store=True, readonly=True
    )
    opening_reason = fields.Char(readonly=True)
    line_ids = fields.One2many(
        "scenic.shift.line", "shift_id", string="Payment Methods", readonly=True
    )
    count_ids = fields.One2many("scenic.shift.count", "shift_id", string="Counts", readonly=True)
    difference = fields.Monetary(
        string="Closing Difference", readonly=True, help="Counted less expected, all methods."
    )
    order_count = fields.Integer(string="Orders", readonly=True)
    order_total = fields.Monetary(string="Takings", readonly=True)
    ticket_count = fields.Integer(string="Tickets Sold", readonly=True)
    refund_count = fields.Integer(string="Tickets Refunded", readonly=True)
    note = fields.Char(readonly=True)
    approved_by_id = fields.Many2one(
        "res.users", string="Difference Accepted by", readonly=True, ondelete="restrict"
    )
    auto_closed = fields.Boolean(
        string="Closed without a Count",
        readonly=True,
        help="The session was closed around it: what was expected counts as counted, but for the "
        "cash of the session.",
    )
    late_count = fields.Integer(
        readonly=True, default=0, help="Sales that arrived after the count; it was then repeated."
    )

    _name_uniq = models.Constraint(
        "UNIQUE (company_id, name)", "There is a shift of this number already."
    )
    _one_open = models.UniqueIndex(
        "(session_id) WHERE state <> 'closed'", "This session has an open shift already."
    )
    _one_next = models.UniqueIndex(
        "(previous_id) WHERE previous_id IS NOT NULL", "This shift was handed over already."
    )
    _times = models.Constraint(
        "CHECK ((state = 'closed') = (closed_at IS NOT NULL))",
        "A shift is closed when its end is known.",
    )

    def init(self):
        """Install the law of this table in the database itself."""
        super().init()
        shift_sql.install(self.env.cr, "scenic_shift")

    @api.depends("opening_float", "expected_float")
    def _compute_opening_difference(self):
        for shift in self:
            shift.opening_difference = shift.opening_float - shift.expected_float

    @api.model
    def _open(self, session, **values):
        """Begin a shift of a session; its cashier is the user unless the values name another."""
        session = session.sudo()
        number = self.env["ir.sequence"].sudo().with_company(session.company_id)
        vals = {
            "name": number.next_by_code("scenic.shift"),
            "session_id": session.id,
            "config_id": session.config_id.id,
            "company_id": session.company_id.id,
            "user_id": self.env.uid,
            "accepted_at": fields.Datetime.now(),
            **values,
        }
        return self.sudo().create(vals)

    @api.model
    def _taking_sales(self, session):
        """Return the shift that the sales of a session belong to now; begin one where none is."""
        self.flush_model(["state", "session_id"])
        shift_id = shift_sql.open_shift(self.env.cr, session.id)
        if shift_id:
            return self.sudo().browse(shift_id)
        # a recovery session, or one that was opened before there were shifts
        cash = session.sudo().cash_register_balance_start
        return self._open(session, expected_float=cash, opening_float=cash)

    def _may_see_expected(self):
        """Tell whether the user may see what should be in the drawer before it is counted."""
        self.ensure_one()
        return not self.sudo().config_id.scenic_blind_close or self._is_supervisor()

    @api.model
    def _is_supervisor(self):
        return self.env.su or self.env.user.has_groups(
            "scenic_ticketing.group_manager,point_of_sale.group_pos_manager"
        )
