from odoo import fields, models
from odoo.exceptions import UserError

from ..tools import statement_match


class ScenicStatementLineMixin(models.AbstractModel):
    """A row of a statement, what became of it, and what a person decided about it.

    A model of lines has ``statement_id`` and ``double_of_id`` (its own model). Amounts have their
    sign: refunds are negative. ``difference`` is theirs less ours.
    """

    _name = "scenic.statement.line.mixin"
    _description = "Scenic Statement Row"
    _order = "statement_id, place, id"
    _rec_name = "order_no"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    origin = fields.Selection(
        [("theirs", "Listed"), ("ours", "Only here")], required=True, readonly=True
    )
    place = fields.Integer(string="Row", readonly=True, help="Row of the file.")
    order_no = fields.Char(string="Order Number", readonly=True, index="trigram")
    item_no = fields.Char(string="Item", readonly=True)
    ref = fields.Char(string="Transaction Number", readonly=True)
    kind = fields.Selection([("sale", "Sale"), ("refund", "Refund")], readonly=True)
    kind_text = fields.Char(readonly=True)
    status = fields.Char(readonly=True)
    status_text = fields.Char(string="Their Status", readonly=True)
    day = fields.Date(readonly=True)
    quantity = fields.Integer(readonly=True)
    text = fields.Char(string="Product or Text", readonly=True)
    amount = fields.Monetary(string="Their Amount", readonly=True)
    fee = fields.Monetary(string="Commission or Fee", readonly=True)
    net = fields.Monetary(string="Net Amount", readonly=True)
    our_amount = fields.Monetary(readonly=True)
    difference = fields.Monetary(readonly=True)
    code = fields.Selection(
        [
            ("matched", "Matched"),
            ("part", "Part of an order"),
            ("double", "Doubled row"),
            ("amount", "Amount differs"),
            ("fee", "Commission differs"),
            ("status", "Status differs"),
            ("late_refund", "Refund after use"),
            ("missing_here", "Missing here"),
            ("missing_there", "Missing there"),
        ],
        string="Result",
        readonly=True,
        index=True,
    )
    is_key = fields.Boolean(readonly=True, help="No other row may have this order and kind.")
    resolution = fields.Selection(
        [
            ("open", "Undecided"),
            ("accept", "Accept theirs"),
            ("dispute", "Dispute"),
            ("write_off", "Write off"),
            ("book", "Book as difference"),
            ("wait", "Wait for the next statement"),
        ],
        string="Decision",
        index=True,
    )
    user_id = fields.Many2one("res.users", string="Owner")
    note = fields.Char(string="Explanation")

    # EXTENDS orm
    def write(self, vals):
        """Keep decisions of confirmed statements, and only take decisions that make sense."""
        if {"resolution", "user_id", "note"} & set(vals):
            self.statement_id._check_open()
        res = super().write(vals)
        if vals.get("resolution"):
            for line in self:
                line._check_resolution()
        return res

    def _check_resolution(self):
        """Refuse a decision that this difference does not allow."""
        if self.code in (False, *statement_match.FINE):
            raise UserError(self.env._("Order %s has no difference to decide.", self.order_no))
        if self.resolution == "accept" and self.code == "double":
            raise UserError(
                self.env._(
                    "Order %(order)s is listed twice, and is owed once. Dispute the doubled row, "
                    "or book what was paid too much as a difference.",
                    order=self.order_no,
                )
            )
        if self.resolution == "wait" and self.code not in ("missing_there", "missing_here"):
            raise UserError(
                self.env._(
                    "Order %(order)s is in this statement: only what one side does not have can "
                    "wait for the next one.",
                    order=self.order_no,
                )
            )
        limit = self.company_id.scenic_write_off_limit
        over = self.currency_id.compare_amounts(abs(self.difference), limit) > 0
        if self.resolution == "write_off" and over:
            raise UserError(
                self.env._(
                    "Order %(order)s differs by %(amount)s; up to %(limit)s may be written off. "
                    "Book it as a difference, or dispute it.",
                    order=self.order_no,
                    amount=self.currency_id.format(self.difference),
                    limit=self.currency_id.format(limit),
                )
            )

    def _decide(self, resolution):
        lines = self.filtered(lambda line: line.code not in (False, *statement_match.FINE))
        if not lines:
            raise UserError(self.env._("None of these rows has a difference to decide."))
        lines.write({"resolution": resolution})
        return True

    def action_accept(self):
        return self._decide("accept")

    def action_dispute(self):
        return self._decide("dispute")

    def action_write_off(self):
        return self._decide("write_off")

    def action_book(self):
        return self._decide("book")

    def action_wait(self):
        return self._decide("wait")

    def action_reopen(self):
        return self._decide("open")
