from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

# what may be done with a difference; the first is what is usually right
RESOLUTIONS = {
    "missing_there": ("wait", "book"),
    "missing_here": ("book",),
    "amount": ("book", "wait"),
    "status": ("wait", "book"),
    "late_refund": ("book",),
    "double": ("book",),
    "fee": ("accept",),
}


class ScenicAcquirerStatementLine(models.Model):
    """One row of an acquirer's statement, or one payment of ours that it does not list."""

    _name = "scenic.acquirer.statement.line"
    _description = "Scenic Acquirer Statement Row"
    _order = "statement_id desc, place, id"
    _rec_name = "ref"

    statement_id = fields.Many2one(
        "scenic.acquirer.statement", required=True, index=True, ondelete="cascade"
    )
    acquirer_id = fields.Many2one(related="statement_id.acquirer_id", store=True, index=True)
    company_id = fields.Many2one(related="statement_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(related="statement_id.state")
    place = fields.Integer(string="Row", readonly=True, aggregator=None)
    key = fields.Char(
        readonly=True, index="btree_not_null", help="The number by which it was matched."
    )
    kind = fields.Selection([("pay", "Payment"), ("refund", "Refund")], readonly=True)
    ref = fields.Char(string="Our Number", readonly=True)
    acquirer_ref = fields.Char(string="Acquirer's Number", readonly=True)
    at = fields.Datetime(string="Time", readonly=True)
    amount = fields.Monetary(string="At the Acquirer", readonly=True)
    our_amount = fields.Monetary(string="Here", readonly=True)
    difference = fields.Monetary(compute="_compute_difference", store=True)
    fee = fields.Monetary(readonly=True)
    expected_fee = fields.Monetary(readonly=True)
    code = fields.Selection(
        [
            ("matched", "Matched"),
            ("missing_here", "Not here: no sale has it"),
            ("missing_there", "Not there: the acquirer does not have it"),
            ("amount", "Another amount"),
            ("status", "Paid here, not there"),
            ("late_refund", "Refunded there, not here"),
            ("double", "Listed twice"),
            ("fee", "Another fee than agreed"),
            ("ignored", "Without money"),
        ],
        string="Result",
        required=True,
        readonly=True,
        index=True,
    )
    by_time = fields.Boolean(
        readonly=True, help="Matched by amount and time: the window had no number."
    )
    resolution = fields.Selection(
        [
            ("wait", "Wait: it stays on the clearing account"),
            ("book", "Book as unexplained"),
            ("accept", "Accept"),
        ],
        string="Decision",
        readonly=True,
    )
    reason = fields.Char()
    decided_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    pos_payment_id = fields.Many2one(
        "pos.payment", string="Payment", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    attempt_id = fields.Many2one(
        "scenic.pay.attempt",
        string="Payment by Code",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    session_id = fields.Many2one("pos.session", readonly=True, index="btree_not_null")
    note = fields.Char(readonly=True, help="What is known here about the difference.")
    move_id = fields.Many2one(related="statement_id.move_id")

    @api.depends("amount", "our_amount")
    def _compute_difference(self):
        for line in self:
            line.difference = line.amount - line.our_amount

    def write(self, vals):
        if not self.env.su:
            if set(vals) - {"reason"}:
                raise AccessError(self.env._("A statement stays what the acquirer sent."))
            self._check_open()
        return super().write(vals)

    def action_wait(self):
        """Leave the amount on the clearing account: another statement will have it."""
        self._decide("wait")

    def action_book(self):
        """Have the difference booked on the account of unexplained settlements."""
        self._decide("book")

    def action_accept(self):
        """Accept the fee as it was taken."""
        self._decide("accept")

    def action_usual(self):
        """Decide each difference as it is usually right."""
        for code, choices in RESOLUTIONS.items():
            self.filtered(lambda line, code=code: line.code == code)._decide(choices[0])

    def action_undecide(self):
        """Take the decision back."""
        self._check_open()
        self.sudo().write({"resolution": False, "decided_by_id": False})

    def _decide(self, resolution):
        self._check_open()
        for line in self:
            if resolution not in RESOLUTIONS.get(line.code, ()):
                codes = dict(self._fields["code"]._description_selection(self.env))
                words = dict(self._fields["resolution"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(ref)s (%(code)s) cannot be decided so: %(word)s.",
                        ref=line.ref or line.acquirer_ref,
                        code=codes[line.code],
                        word=words[resolution],
                    )
                )
        self.sudo().write({"resolution": resolution, "decided_by_id": self.env.uid})

    def _check_open(self):
        self.env["scenic.recognition"]._check_accountant()
        for line in self:
            if line.state != "draft":
                raise UserError(
                    self.env._("%s is not open any more.", line.statement_id.display_name)
                )

    def action_open(self):
        """Open what is known of the row here: the order, or the attempt to pay."""
        self.ensure_one()
        record = self.pos_payment_id.pos_order_id or self.attempt_id or self.session_id
        return record._get_records_action() if record else False
