from odoo import models
from odoo.tools import frozendict


class _Collector(dict):
    """Key of the closing entry's line by order line id.

    Compared by identity: Odoo looks environments up by their context, so two collectors that are
    equal, for example both empty, could be mixed up.
    """

    __hash__ = object.__hash__
    __eq__ = object.__eq__


class PosSession(models.Model):
    _inherit = "pos.session"

    # EXTENDS point_of_sale
    def _accumulate_amounts(self, data):
        collector = _Collector()
        session = self.with_context(scenic_collector=collector)
        data = super(PosSession, session)._accumulate_amounts(data)
        data["scenic_keys"] = collector
        return data

    # EXTENDS point_of_sale
    def _get_sale_key(self, base_line):
        """Give each ticket product its own liability line, and each refund one per origin."""
        key = super()._get_sale_key(base_line)
        line = base_line["record"]
        if not line.product_id.is_scenic_ticket:
            return key
        key["product_id"] = line.product_id.id
        if line.refunded_orderline_id:
            key["scenic_origin_id"] = line._scenic_origin().id
        collector = self.env.context.get("scenic_collector")
        if collector is not None:
            collector[line.id] = frozendict(key)
        return key

    # EXTENDS point_of_sale
    def _create_non_reconciliable_move_lines(self, data):
        data = super()._create_non_reconciliable_move_lines(data)
        # a free ticket has no journal item
        amls = {
            line_id: data["sales"][key]["move_line_id"]
            for line_id, key in data["scenic_keys"].items()
            if key in data["sales"]
        }
        self.env["pos.order.line"].sudo().browse(amls)._scenic_link_journal(amls)
        return data

    # EXTENDS point_of_sale
    def _reconcile_account_move_lines(self, data):
        data = super()._reconcile_account_move_lines(data)
        lines = self.env["pos.order.line"].browse(data["scenic_keys"]).sudo()
        lines._scenic_refunded_tickets()._scenic_match_refunds()
        return data

    # OVERRIDE point_of_sale for methods that pay out more than they take
    def _create_combine_account_payment(self, payment_method, amounts, diff_amount):
        """Book a negative total as money that goes out.

        Odoo swaps the two accounts of the payment and then also turns its direction round, which
        recomputes the outstanding account: both sides of the entry end on the bank side, or there
        is no entry, and the receivable stays open. Refund days of a ticket office are exactly
        that case.
        """
        if self.currency_id.compare_amounts(amounts["amount"], 0) >= 0:
            return super()._create_combine_account_payment(payment_method, amounts, diff_amount)
        receivable = self._get_receivable_account(payment_method)
        memo = self.env._(
            "Combine %(payment_method)s POS payments from %(session)s",
            payment_method=payment_method.name,
            session=self.name,
        )
        payment = self._scenic_pay_out(payment_method, amounts["amount"], receivable, memo)
        if not self.currency_id.is_zero(diff_amount):
            self._apply_diff_on_account_payment_move(payment, payment_method, diff_amount)
        return payment.move_id.line_ids.filtered(lambda line: line.account_id == receivable)

    # OVERRIDE point_of_sale for payments of identified customers that go out
    def _create_split_account_payment(self, payment, amounts):
        """Book money that goes out as such: Odoo fails where no outstanding account is set."""
        method = payment.payment_method_id
        if self.currency_id.compare_amounts(amounts["amount"], 0) >= 0 or not method.journal_id:
            return super()._create_split_account_payment(payment, amounts)
        partner = self.env["res.partner"]._find_accounting_partner(payment.partner_id)
        receivable = partner.property_account_receivable_id
        memo = self.env._(
            "%(payment_method)s POS payment of %(partner)s in %(session)s",
            payment_method=method.name,
            partner=payment.partner_id.display_name,
            session=self.name,
        )
        paid = self._scenic_pay_out(method, amounts["amount"], receivable, memo, partner)
        return paid.move_id.line_ids.filtered(lambda line: line.account_id == receivable)

    def _scenic_pay_out(self, payment_method, amount, receivable, memo, partner=None):
        """Create and post the payment of a negative `amount`."""
        payment = (
            self.env["account.payment"]
            .with_context(pos_payment=True)
            .create(
                {
                    "amount": -amount,
                    "payment_type": "outbound",
                    "partner_type": "customer",
                    "partner_id": partner.id if partner else False,
                    "journal_id": payment_method.journal_id.id,
                    "force_outstanding_account_id": payment_method.outstanding_account_id.id,
                    "destination_account_id": receivable.id,
                    "memo": memo,
                    "pos_payment_method_id": payment_method.id,
                    "pos_session_id": self.id,
                    "company_id": self.company_id.id,
                }
            )
        )
        # as Odoo does for money that comes in
        in_payment = self.env["account.move"]._get_invoice_in_payment_state() == "in_payment"
        if not payment.outstanding_account_id and in_payment:
            payment.outstanding_account_id = payment._get_outstanding_account("outbound")
        payment.action_post()
        return payment
