from odoo import models


class PosOrderRounding(models.Model):
    """An invoice for an order of a closed session in a foreign currency balances."""

    _inherit = "pos.order"

    # EXTENDS point_of_sale
    def _prepare_aml_values_list_per_nature(self):
        """Book what the conversion of each single amount leaves on the account for rates.

        Odoo takes the order out of the closing entry by the converted amounts of its lines, taxes
        and payments, which miss each other by a cent; it then refuses to invoice the order.
        """
        natures = super()._prepare_aml_values_list_per_nature()
        company = self.company_id
        if self.currency_id == company.currency_id:
            return natures
        self._scenic_join_payments(natures["payment_terms"])
        lines = [vals for group in natures.values() for vals in group]
        for vals in lines:
            vals["balance"] = company.currency_id.round(vals["balance"])
        missing = company.currency_id.round(sum(vals["balance"] for vals in lines))
        limit = len(lines) * company.currency_id.rounding
        if missing and abs(missing) <= limit:
            # the reversal turns all signs round
            name = "expense" if missing > 0 else "income"
            natures["scenic_rounding"].append(
                {
                    "name": self.env._("Rounding of the currency conversion"),
                    "account_id": company[f"{name}_currency_exchange_account_id"].id,
                    "partner_id": False,
                    "currency_id": self.currency_id.id,
                    "amount_currency": 0.0,
                    "balance": -missing,
                }
            )
        return natures

    def _scenic_join_payments(self, terms):
        """Set the amounts of receivables that take several payments: Odoo mixes the currencies."""
        for vals in terms:
            if vals["partner_id"]:
                continue
            default = self.company_id.account_default_pos_receivable_account_id
            payments = self.payment_ids.filtered(
                lambda payment, vals=vals, default=default: (
                    not payment.payment_method_id.split_transactions
                    and (payment.payment_method_id.receivable_account_id or default).id
                    == vals["account_id"]
                )
            )
            amount = sum(payments.mapped("amount"))
            vals["amount_currency"] = amount
            vals["balance"] = self.session_id._amount_converter(amount, self.date_order, False)
