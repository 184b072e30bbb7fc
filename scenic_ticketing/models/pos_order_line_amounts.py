from collections import defaultdict
from typing import NamedTuple

from odoo import models

from ..tools import group_codes


class LineAmounts(NamedTuple):
    """What a line comes to: in company currency, and as it was paid, in that of the order."""

    net: float = 0.0
    tax: float = 0.0
    paid_net: float = 0.0
    paid_tax: float = 0.0

    def plus(self, other):
        """Return the sum, field by field."""
        return LineAmounts(*(one + two for one, two in zip(self, other, strict=True)))

    def minus(self, other):
        """Return the difference, field by field."""
        return LineAmounts(*(one - two for one, two in zip(self, other, strict=True)))


class PosOrderLineAmounts(models.Model):
    """What the lines of an order really bring, discounts that are lines of their own included."""

    _inherit = "pos.order.line"

    def _scenic_net_values(self):
        """Return ``{line: net of tax}`` in company currency, as the session's entry will book it.

        Negative for a line that gives something back.
        """
        company = self.company_id[:1].currency_id
        return {
            line: company.round(amounts.net)
            for line, amounts in self._scenic_line_amounts().items()
        }

    def _scenic_gross(self):
        """Return what this line was paid with, or pays back, tax included and never negative."""
        self.ensure_one()
        # the browser turns the signs of an order that pays out
        gross = abs(self.price_subtotal_incl)
        if not any(line._scenic_is_discount() for line in self.order_id.lines):
            return gross
        amounts = self._scenic_line_amounts()[self]
        return self.currency_id.round(abs(amounts.paid_net + amounts.paid_tax))

    def _scenic_line_amounts(self):
        """Return ``{line: LineAmounts}`` of all lines of these orders, discounts handed down."""
        values = self._scenic_raw_amounts()
        for _discount, line, part in self._scenic_discount_parts(values):
            values[line] = values[line].minus(part)
        return values

    def _scenic_raw_amounts(self):
        """Return ``{line: LineAmounts}`` of all lines of these orders, each as it stands there.

        Rounding differences of an order's taxes are spread over its lines, so all lines of the
        order take part in the computation.
        """
        AccountTax = self.env["account.tax"]
        values = {}
        for order in self.order_id:
            company = order.company_id
            base_lines = [line._scenic_base_line() for line in order.lines]
            AccountTax._add_tax_details_in_base_lines(base_lines, company)
            AccountTax._round_base_lines_tax_details(base_lines, company)
            for base_line in base_lines:
                details = base_line["tax_details"]
                net = details["total_excluded_currency"] + details["delta_total_excluded_currency"]
                tax = sum(data["tax_amount_currency"] for data in details["taxes_data"])
                # an order that pays out turns all its quantities round; the entry does not
                paid = [-base_line["sign"] * amount for amount in (net, tax)]
                booked = [
                    order.currency_id._convert(
                        amount, company.currency_id, company, order.date_order
                    )
                    for amount in paid
                ]
                values[base_line["record"]] = LineAmounts(*booked, *paid)
        return values

    def _scenic_base_line(self):
        """Return what the taxes of this line are computed from.

        As `_prepare_base_line_for_taxes_computation`, without what only a journal entry needs: its
        accounts and texts cost more to look up than the taxes to compute.
        """
        order = self.order_id
        pays_out = order.amount_total < 0.0
        return self.env["account.tax"]._prepare_base_line_for_taxes_computation(
            self,
            partner_id=order.partner_id.commercial_partner_id,
            currency_id=order.currency_id,
            rate=order.currency_rate,
            product_id=self.product_id,
            tax_ids=self.tax_ids_after_fiscal_position,
            price_unit=self.price_unit,
            quantity=-self.qty if pays_out else self.qty,
            discount=self.discount,
            account_id=self.env["account.account"],
            is_refund=self.qty * self.price_unit < 0,
            sign=1 if pays_out else -1,
        )

    # ------------------------------------------------------------------
    # discounts that are lines of their own
    # ------------------------------------------------------------------

    def _scenic_is_discount(self):
        """Tell whether this line lowers the price of others: a coupon, a discount on the order.

        Its price is negative. A gift card has that too, but it pays: its product is booked on
        what the park owes, not on income.
        """
        self.ensure_one()
        product = self.product_id
        if self.price_unit >= 0 or product.is_scenic_ticket or product.scenic_deposit:
            return False
        if self.refunded_orderline_id:
            return self.refunded_orderline_id._scenic_is_discount()
        account = product.with_company(self.company_id)._get_product_accounts()["income"]
        return self.qty > 0 and (not account or account.internal_group in ("income", "expense"))

    def _scenic_discounted_lines(self):
        """Return the lines whose price this discount lowers, or whose refund it lowers again."""
        self.ensure_one()
        origin = self.refunded_orderline_id
        lines = self.order_id.lines.filtered(
            lambda line: (
                line.price_unit > 0
                and not line.product_id.scenic_deposit
                and (line.qty < 0) == bool(origin)
                and line.refunded_orderline_id.order_id == origin.order_id
            )
        )
        # Odoo makes one discount line for each tax; one without tax concerns all lines
        taxes = self.tax_ids_after_fiscal_position
        return lines.filtered(lambda line: line.tax_ids_after_fiscal_position == taxes) or lines

    def _scenic_discount_parts(self, amounts):
        """Return ``[(discount, line, LineAmounts)]``: what discounts take off each line.

        A discount is spread over the lines in proportion to what they cost, and never takes more
        than that. `amounts`: of all lines of these orders, as ``_scenic_raw_amounts`` gives them.
        """
        parts, taken = [], defaultdict(LineAmounts)
        for discount in self.order_id.lines.filtered(lambda line: line._scenic_is_discount()):
            lines = discount._scenic_discounted_lines()
            left = {line: amounts[line].minus(taken[line]) for line in lines}
            for line, part in discount._scenic_spread(amounts[discount], left).items():
                taken[line] = taken[line].plus(part)
                parts.append((discount, line, part))
        return parts

    def _scenic_spread(self, discount, left):
        """Return ``{line: LineAmounts}``: this discount over lines of which `left` is left."""
        company, paid = self.company_id.currency_id.rounding, self.currency_id.rounding
        weights = [abs(round(amounts.paid_net / paid)) for amounts in left.values()]
        if sum(weights) <= abs(round(discount.paid_net / paid)):
            return left
        columns = [
            [part * unit for part in group_codes.share(-round(amount / unit), weights)]
            for amount, unit in zip(discount, (company, company, paid, paid), strict=True)
        ]
        rows = zip(*columns, strict=True)
        return {line: LineAmounts(*row) for line, row in zip(left, rows, strict=True)}
