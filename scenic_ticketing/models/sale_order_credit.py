from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import group_sql


class SaleOrderCredit(models.Model):
    """Whether a group order is covered, by a deposit or by the customer's credit limit."""

    _inherit = "sale.order"

    scenic_deposit_due = fields.Monetary(
        string="Deposit", compute="_compute_scenic_deposit", help="What the terms ask for."
    )
    scenic_deposit_paid = fields.Monetary(
        string="Deposit Paid",
        compute="_compute_scenic_deposit",
        help="Paid of this order's invoices, or online.",
    )
    scenic_approved_amount = fields.Monetary(
        string="Approved Amount",
        readonly=True,
        copy=False,
        help="A manager let the order go up to this total without its deposit or credit.",
    )
    scenic_approved_id = fields.Many2one(
        "res.users", string="Approved by", readonly=True, copy=False
    )
    scenic_approval_reason = fields.Char(readonly=True, copy=False)

    def _compute_scenic_deposit(self):
        for order in self:
            order.scenic_deposit_due = order._scenic_deposit_due()
            order.scenic_deposit_paid = order._scenic_paid()

    # EXTENDS scenic_ticketing
    def _scenic_obstacle(self):
        return super()._scenic_obstacle() or self._scenic_cover_obstacle()

    def _scenic_cover_obstacle(self):
        """Return a sentence why the order is not covered, or False."""
        self.ensure_one()
        if not self.order_line._scenic_lines() or self._scenic_is_approved():
            return False
        partner = self._scenic_payer()
        if partner.scenic_terms == "free":
            return False
        if partner.scenic_terms == "credit":
            return self._scenic_credit_obstacle(partner)
        due, paid = self._scenic_deposit_due(), self._scenic_paid()
        if self.currency_id.compare_amounts(paid, due) >= 0:
            return False
        return self.env._(
            "%(order)s needs a deposit of %(due)s; %(paid)s is paid. Make the deposit invoice and "
            "register its payment, or let a manager approve the order.",
            order=self.name,
            due=self.currency_id.format(due),
            paid=self.currency_id.format(paid),
        )

    def _scenic_is_approved(self):
        return bool(self.scenic_approved_id) and (
            self.currency_id.compare_amounts(self.amount_total, self.scenic_approved_amount) <= 0
        )

    def _scenic_payer(self):
        """Return who the terms of this order are agreed with."""
        return self.partner_invoice_id.commercial_partner_id.sudo().with_company(self.company_id)

    # ------------------------------------------------------------------
    # deposit
    # ------------------------------------------------------------------

    def _scenic_deposit_due(self):
        """Return the deposit that the customer's terms, or else the policies, ask for."""
        self.ensure_one()
        partner = self._scenic_payer()
        if partner.scenic_terms in ("free", "credit"):
            return 0.0
        own = partner.scenic_deposit_percent if partner.scenic_terms == "deposit" else 0.0
        due = sum(
            line.price_total * (own or line.product_id.sudo().scenic_policy_id.deposit_percent)
            for line in self.order_line._scenic_lines()
        )
        return self.currency_id.round(due / 100)

    def _scenic_paid(self):
        """Return what is paid of this order, by its invoices or by online payments.

        An online payment is invoiced later, so the two are the same money.
        """
        self.ensure_one()
        invoices = self.sudo().invoice_ids.filtered(lambda move: move.state == "posted")
        paid = sum(
            (move.amount_total - move.amount_residual)
            * (-1 if move.move_type == "out_refund" else 1)
            for move in invoices
            if move.currency_id == self.currency_id
        )
        return max(paid, self.sudo().amount_paid)

    # ------------------------------------------------------------------
    # credit limit
    # ------------------------------------------------------------------

    def _scenic_credit_obstacle(self, partner):
        """Return why the customer's credit does not reach for this order, or False.

        Story of the update: two desks confirm orders of one agency at the same moment. Each sees
        only its own, and both fit. So each counts in the agency's row: the database lets one go
        first, and the other is repeated with what the first one owes.
        """
        self.env.cr.execute(group_sql.count_confirmation(partner.id))
        partner.invalidate_recordset(["scenic_confirmations"])
        currency = self.company_id.currency_id
        owed, open_orders = self._scenic_exposure(partner)
        own = self._scenic_to_company(self._scenic_to_come())
        limit = partner.credit_limit
        if currency.compare_amounts(owed + open_orders + own, limit) <= 0:
            return False
        return self.env._(
            "%(order)s of %(amount)s does not fit into the credit of %(customer)s: limit "
            "%(limit)s, unpaid invoices %(owed)s, other orders not invoiced yet %(open)s. Wait "
            "for a payment, or let a manager approve the order.",
            order=self.name,
            amount=currency.format(own),
            customer=partner.display_name,
            limit=currency.format(limit),
            owed=currency.format(owed),
            open=currency.format(open_orders),
        )

    def _scenic_exposure(self, partner):
        """Return ``(unpaid invoices, other orders to be invoiced)`` in company currency."""
        return partner.credit, self._scenic_ordered(partner, self.company_id)

    def _scenic_ordered(self, partner, company):
        """Return what group orders but these will still be invoiced to a commercial partner.

        In company currency. Quotations count while they hold places: the agency may confirm them.
        """
        domain = Domain("company_id", "=", company.id) & Domain("id", "not in", self.ids)
        domain &= Domain("partner_invoice_id.commercial_partner_id", "=", partner.id)
        orders = self.sudo().search(domain & self._scenic_open_domain())
        return sum(order._scenic_to_company(order._scenic_to_come()) for order in orders)

    @api.model
    def _scenic_open_domain(self):
        """Return which orders somebody will owe: confirmed ones, and those that hold places."""
        held = Domain("state", "in", ("draft", "sent"))
        held &= Domain("scenic_hold_until", ">", fields.Datetime.now())
        # a draft invoice makes an order invoiced, but nobody owes it yet
        draft = Domain("order_line.invoice_lines.parent_state", "=", "draft")
        waits = Domain("invoice_status", "!=", "invoiced") | draft
        return waits & (Domain("state", "=", "sale") | held)

    def _scenic_to_come(self):
        """Return what is still to be invoiced of this order, with tax."""
        self.ensure_one()
        if self.state == "sale" and self.invoice_status == "no":
            tickets = self.sudo().scenic_ticket_ids
            if tickets and all(ticket.state != "valid" for ticket in tickets):
                return 0.0
        invoiced = sum(
            move.amount_total * (-1 if move.move_type == "out_refund" else 1)
            for move in self.sudo().invoice_ids
            if move.state == "posted" and move.currency_id == self.currency_id
        )
        return max(0.0, self.amount_total - invoiced)

    def _scenic_to_company(self, amount):
        company = self.company_id
        day = self.date_order or fields.Datetime.now()
        return self.currency_id._convert(amount, company.currency_id, company, day)

    # ------------------------------------------------------------------
    # buttons
    # ------------------------------------------------------------------

    def action_scenic_deposit(self):
        """Open the down payment wizard with the deposit that is missing."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale.action_view_sale_advance_payment_inv"
        )
        missing = max(0.0, self._scenic_deposit_due() - self._scenic_paid())
        return {
            **action,
            "context": {
                "active_model": "sale.order",
                "active_ids": self.ids,
                "active_id": self.id,
                "default_advance_payment_method": "fixed",
                "default_fixed_amount": missing,
            },
        }
