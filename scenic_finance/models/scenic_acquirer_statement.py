from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

FINE = ("matched", "ignored")
# people write notes; what the file said and what was booked of it only the buttons write
_PEOPLES = ("message_", "activity_")


class ScenicAcquirerStatement(models.Model):
    """What an acquirer says it took, kept and pays out, against what the windows took."""

    _name = "scenic.acquirer.statement"
    _description = "Scenic Acquirer Statement"
    _order = "date_to desc, id desc"
    _inherit = ["mail.thread"]

    acquirer_id = fields.Many2one(
        "scenic.acquirer", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="acquirer_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(string="From", required=True, readonly=True)
    date_to = fields.Date(string="To", required=True, readonly=True)
    filename = fields.Char(readonly=True)
    digest = fields.Char(readonly=True, copy=False, help="SHA-256 of the file.")
    state = fields.Selection(
        [("draft", "To check"), ("confirmed", "Booked"), ("cancelled", "Cancelled")],
        required=True,
        readonly=True,
        default="draft",
        tracking=True,
        index=True,
    )
    line_ids = fields.One2many("scenic.acquirer.statement.line", "statement_id", readonly=True)
    difference_ids = fields.One2many(
        "scenic.acquirer.statement.line",
        "statement_id",
        string="Different Rows",
        domain=[("code", "not in", ("matched", "ignored"))],
        readonly=True,
    )
    row_count = fields.Integer(string="Rows", readonly=True)
    gross = fields.Monetary(string="Payments", readonly=True)
    refund = fields.Monetary(string="Refunds", readonly=True)
    fee = fields.Monetary(string="Fees", readonly=True)
    net = fields.Monetary(
        string="Pays out", readonly=True, help="Payments less refunds less fees: the bank's line."
    )
    expected_fee = fields.Monetary(
        readonly=True,
        help="Fees of the payments at the agreed rate, payment by payment; those of refunds as "
        "they are.",
    )
    matched_count = fields.Integer(string="Matched", compute="_compute_counts")
    difference_count = fields.Integer(string="Differences", compute="_compute_counts")
    open_count = fields.Integer(
        string="To Decide",
        compute="_compute_counts",
        help="Differences that nobody has decided about.",
    )
    move_id = fields.Many2one("account.move", string="Entry", readonly=True, copy=False)
    transit_line_id = fields.Many2one(
        "account.move.line", readonly=True, copy=False, index="btree_not_null"
    )
    due_date = fields.Date(string="Expected at the Bank", compute="_compute_due_date", store=True)
    is_settled = fields.Boolean(
        string="At the Bank",
        compute="_compute_is_settled",
        search="_search_is_settled",
        help="The bank shows the money: its line is reconciled with this settlement.",
    )
    bank_line_ids = fields.Many2many(
        "account.bank.statement.line", string="Bank Lines", compute="_compute_is_settled"
    )

    _file_uniq = models.UniqueIndex(
        "(acquirer_id, digest) WHERE state <> 'cancelled'", "This file was imported already."
    )

    @api.depends("acquirer_id.name", "date_from", "date_to")
    def _compute_display_name(self):
        for statement in self:
            days = str(statement.date_from or "")
            if statement.date_to != statement.date_from:
                days += f" – {statement.date_to}"
            statement.display_name = f"{statement.acquirer_id.name} {days}"

    @api.depends("date_to", "acquirer_id.settle_days")
    def _compute_due_date(self):
        for statement in self:
            day = statement.date_to
            statement.due_date = day and statement.acquirer_id._pays_out_at(day)

    @api.depends("line_ids.code", "line_ids.resolution")
    def _compute_counts(self):
        groups = self.env["scenic.acquirer.statement.line"]._read_group(
            [("statement_id", "in", self.ids)],
            ["statement_id", "code", "resolution"],
            ["__count"],
        )
        self.matched_count = self.difference_count = self.open_count = 0
        for statement, code, resolution, count in groups:
            if code in FINE:
                statement.matched_count += count if code == "matched" else 0
                continue
            statement.difference_count += count
            statement.open_count += 0 if resolution else count

    @api.depends("transit_line_id.reconciled", "net")
    def _compute_is_settled(self):
        for statement in self:
            line = statement.transit_line_id.sudo()
            partials = line.matched_debit_ids.debit_move_id | line.matched_credit_ids.credit_move_id
            statement.bank_line_ids = partials.move_id.statement_line_id
            # a statement whose sums are nothing has nothing to wait for
            nothing = statement.state == "confirmed" and not line
            statement.is_settled = nothing or bool(line.reconciled)

    def _search_is_settled(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = [("transit_line_id.reconciled", "=", True)]
        return domain if True in value else ["!", *domain]

    def write(self, vals):
        if not self.env.su and not all(name.startswith(_PEOPLES) for name in vals):
            raise AccessError(self.env._("A statement stays what the acquirer sent."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_booked(self):
        for statement in self:
            if statement.state == "confirmed":
                raise UserError(
                    self.env._("%s is booked: take it back first.", statement.display_name)
                )

    def action_cancel(self):
        """Put a statement aside; its file can be imported again."""
        self.env["scenic.recognition"]._check_accountant()
        for statement in self:
            if statement.state != "draft":
                raise UserError(self.env._("%s is not open any more.", statement.display_name))
        self.sudo().state = "cancelled"

    def action_lines(self):
        """Open the rows in a list of their own, the differences first."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_finance.scenic_acquirer_statement_line_action"
        )
        context = {"search_default_differences": 1} if self.difference_count else {}
        return {**action, "domain": [("statement_id", "=", self.id)], "context": context}

    def action_entry(self):
        """Open the entry."""
        self.ensure_one()
        return self.move_id._get_records_action() if self.move_id else False
