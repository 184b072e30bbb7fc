from odoo import fields, models
from odoo.tools import float_compare

from odoo.addons.scenic_ticketing.tools import group_codes


class AccountMoveLineDiscount(models.Model):
    """Discounts of invoices that are lines of their own: a coupon, a discount on the order.

    The document shows the full price and the discount. In its entry the part of the discount that
    concerns tickets moves to where they wait, so that the liability is what the customer pays.
    """

    _inherit = "account.move.line"

    scenic_discount_of_id = fields.Many2one(
        "account.move.line",
        string="Lowers",
        copy=False,
        index="btree_not_null",
        help="The line of tickets that a discount line of the same document lowers by this.",
    )
    scenic_discount_line_id = fields.Many2one(
        "account.move.line", string="Discount Line", copy=False, index="btree_not_null"
    )
    scenic_discount_part_ids = fields.One2many(
        "account.move.line", "scenic_discount_of_id", string="Discounts"
    )
    # copied, so that whoever copies the lines of an entry knows which ones make themselves
    scenic_discount_made = fields.Boolean()

    def _scenic_sold_balance(self):
        """Return the balance of this line of tickets with what discounts take off it."""
        self.ensure_one()
        return self.company_id.currency_id.round(
            self.balance + sum(self.scenic_discount_part_ids.mapped("balance"))
        )

    def _scenic_sold_total(self):
        """Return what the customer pays for this line, tax included, in the document's currency."""
        self.ensure_one()
        return self.currency_id.round(self.price_total + self._scenic_discounted("price_total"))

    def _scenic_discounted(self, name):
        """Return what discounts change in the amount `name` of this line of tickets."""
        total = 0.0
        for part in self.scenic_discount_part_ids.filtered("scenic_discount_line_id"):
            discount = part.scenic_discount_line_id
            total += discount[name] * part.balance / discount.balance if discount.balance else 0.0
        return total

    # EXTENDS scenic_finance
    def _scenic_tax_amount(self):
        tax = super()._scenic_tax_amount()
        if not self.scenic_discount_part_ids:
            return tax
        gross = self._scenic_discounted("price_total") - self._scenic_discounted("price_subtotal")
        rate = -self.balance / self.price_subtotal if self.price_subtotal else 0.0
        return self.company_id.currency_id.round(tax + gross * rate)

    def _scenic_is_discount(self):
        """Tell whether this line lowers the price of others; a gift card pays, it is none."""
        self.ensure_one()
        return (
            self.display_type == "product"
            and self.product_id
            and not self.product_id.is_scenic_ticket
            and self.account_id.internal_group in ("income", "expense")
            and self.quantity > 0
            and float_compare(self.price_subtotal, 0, precision_digits=6) < 0
        )

    def _scenic_discount_parts(self):
        """Return ``[(discount, line of tickets, units)]``: what these discounts take off them."""
        parts, taken = [], {}
        for discount in self:
            lines = discount.move_id.invoice_line_ids.filtered(
                lambda line: (
                    line.display_type == "product"
                    and line.price_subtotal > 0
                    and not line.product_id.scenic_deposit
                )
            )
            # Odoo makes one discount line for each tax; one without tax concerns all lines
            taxes = discount.tax_ids
            lines = lines.filtered(lambda line, taxes=taxes: line.tax_ids == taxes) or lines
            for line, units in discount._scenic_spread(lines, taken).items():
                taken[line] = taken.get(line, 0) + units
                if units and line.product_id.is_scenic_ticket and line.account_id.scenic_liability:
                    parts.append((discount, line, units))
        return parts

    def _scenic_spread(self, lines, taken):
        """Return ``{line: units}`` (never negative) that this discount takes off `lines`."""
        unit = self.company_id.currency_id.rounding
        weights = [abs(round(line.balance / unit)) - taken.get(line, 0) for line in lines]
        total = abs(round(self.balance / unit))
        parts = weights if sum(weights) <= total else group_codes.share(total, weights)
        return dict(zip(lines, parts, strict=True))

    def _scenic_part_vals(self, line, units):
        """Return the two sides that move `units` of this discount to a line of tickets."""
        sign = 1 if self.balance > 0 else -1
        balance = sign * units * self.company_id.currency_id.rounding
        return line._scenic_correction_vals(balance, self.account_id, self)

    def _scenic_correction_vals(self, balance, account, discount):
        """Return the two sides that add `balance` to this line of tickets, from `account`."""
        line = self
        common = {
            "move_id": line.move_id.id,
            "partner_id": line.partner_id.id,
            "name": (discount or line).name,
            "display_type": "cogs",
            "quantity": 1,
            "tax_ids": [],
            "scenic_discount_made": True,
        }
        return [
            {
                **common,
                "account_id": line.account_id.id,
                "product_id": line.product_id.id,
                "balance": balance,
                "scenic_discount_of_id": line.id,
                "scenic_discount_line_id": discount.id,
            },
            {**common, "account_id": account.id, "balance": -balance},
        ]
