from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import channel_sql, statement_match

# what a voucher is, as statements call it; exchanged ones are used or not yet
_STATES = {
    "held": "sold",
    "issued": "sold",
    "refund_pending": "sold",
    "expired": "expired",
    "refunded": "refunded",
    "forced_refunded": "refunded",
}


class ScenicChannelStatement(models.Model):
    """What a channel says it owes for a period, row by row, against what it was sold."""

    _name = "scenic.channel.statement"
    _description = "Scenic Channel Statement"
    _inherit = ["scenic.statement.mixin", "mail.thread", "mail.activity.mixin"]

    channel_id = fields.Many2one(
        "scenic.channel",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('partner_id', '!=', False)]",
    )
    partner_id = fields.Many2one(related="channel_id.partner_id")
    line_ids = fields.One2many("scenic.channel.statement.line", "statement_id", copy=False)
    difference_ids = fields.One2many(
        "scenic.channel.statement.line",
        "statement_id",
        string="Difference Rows",
        domain=[("code", "not in", (False, "matched", "part"))],
        copy=False,
    )
    bill_id = fields.Many2one(
        "account.move", string="Commission Bill", readonly=True, copy=False, ondelete="restrict"
    )
    move_id = fields.Many2one(
        "account.move", string="Settlement Entry", readonly=True, copy=False, ondelete="restrict"
    )
    invoice_ids = fields.Many2many(
        "account.move",
        "scenic_channel_statement_invoice_rel",
        "statement_id",
        "move_id",
        string="Invoices",
        readonly=True,
        copy=False,
    )
    to_receive = fields.Monetary(
        string="Still to be Paid",
        compute="_compute_to_receive",
        help="What is open on the receivable of the invoices of this statement.",
    )

    @api.depends("invoice_ids.amount_residual_signed", "bill_id.amount_residual_signed")
    def _compute_to_receive(self):
        for statement in self:
            statement.to_receive = sum(statement.invoice_ids.mapped("amount_residual_signed"))

    @api.onchange("channel_id")
    def _onchange_channel_id(self):
        """Name the statement, and propose the period after the last one."""
        if not self.channel_id:
            return
        last = self.search(
            [("channel_id", "=", self.channel_id.id), ("company_id", "=", self.company_id.id)],
            order="date_to desc",
            limit=1,
        )
        first = fields.Date.add(last.date_to, days=1) if last else False
        today = fields.Date.context_today(self)
        if not first or first > today:
            end = fields.Date.subtract(today.replace(day=1), days=1)
            first = end.replace(day=1)
        self.date_from = first
        self.date_to = fields.Date.subtract(fields.Date.add(first.replace(day=1), months=1), days=1)
        self.name = f"{self.channel_id.name} {fields.Date.to_string(first)[:7]}"

    # EXTENDS scenic.statement.mixin
    def _default_mapping(self):
        return self.mapping_id or self.channel_id.statement_mapping_id

    # EXTENDS scenic.statement.mixin
    def _line_constants(self):
        return {**super()._line_constants(), "channel_id": self.channel_id.id}

    # EXTENDS scenic.statement.mixin
    def _match_options(self, theirs):
        """Compare the commission with the agreed one, and the orders with earlier statements."""
        numbers = list({row.order_no for row in theirs})
        self.env.cr.execute(channel_sql.listed(self._line_table(), self, numbers))
        options = {**super()._match_options(theirs), "listed": set(self.env.cr.fetchall())}
        rate = self.channel_id._terms(self.company_id).commission_rate
        if rate and any(row.fee for row in theirs):
            # a hundredth of a percent of a cent is still exact
            share = round(rate * 10**4)
            options["fee_of"] = lambda amount: (amount * share + 500_000) // 1_000_000
        return options

    # EXTENDS scenic.statement.mixin
    def _our_rows(self, order_numbers):
        terms = self.channel_id._terms(self.company_id)
        by_use = terms.settlement_mode == "redemption"
        self.env.cr.execute(
            channel_sql.ours(
                self.channel_id.id,
                self.company_id.id,
                self.id,
                order_numbers,
                (self.date_from, self.date_to),
                by_use,
            )
        )
        unit = self.currency_id.rounding
        rows, refs = [], []
        for row in self.env.cr.fetchall():
            found = list(self._rows_of(row, unit))
            rows += found
            refs += [row[0]] * len(found)
        return rows, refs

    @api.model
    def _rows_of(self, row, unit):
        """Return what a voucher is in a statement: its sale, and its refund if there was one."""
        _id, order, number, state, amount, used, settled, due, credited = row
        units = round(float(amount or 0) / unit)
        back = state in ("refunded", "forced_refunded")
        if state == "consumed" or (state == "forced_refunded" and used):
            status = "used" if used else "exchanged"
        else:
            status = _STATES[state]
        if settled:
            # its sale is in an earlier statement: here it can only be given back
            given = "refunded" if credited or status == "refunded" else status
            yield statement_match.Ours(order, number, "refund", units, given, False)
            return
        yield statement_match.Ours(order, number, "sale", units, status, bool(due))
        if back:
            given = "used" if used and not credited else "refunded"
            yield statement_match.Ours(order, number, "refund", units, given, False)

    # EXTENDS scenic.statement.mixin
    def _after_match(self, pairs):
        channel_sql.claim(self.env.cr, pairs)

    # EXTENDS scenic.statement.mixin
    def _forget(self):
        self.env.flush_all()
        for statement in self:
            channel_sql.release(self.env.cr, statement.id)
        self.env["scenic.voucher.item"].invalidate_model(["statement_line_id", "statement_waits"])

    def action_vouchers(self):
        """Open our vouchers that the rows of this statement settle."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_ticketing.scenic_voucher_item_action"
        )
        domain = [("statement_line_id.statement_id", "in", self.ids)]
        return {**action, "domain": domain, "context": {}}

    def action_documents(self):
        """Open the invoices, the commission bill and the entry of this statement."""
        moves = self.invoice_ids | self.bill_id | self.move_id
        if not moves:
            raise UserError(self.env._("Documents are made when the statement is confirmed."))
        return moves._get_records_action(name=self.name)
