from odoo import models


class PosSessionRounding(models.Model):
    """Closes sessions in a foreign currency to the cent of the company's currency."""

    _inherit = "pos.session"

    # EXTENDS point_of_sale
    def _create_account_move(
        self, balancing_account=False, amount_to_balance=0, bank_payment_method_diffs=None
    ):
        data = super()._create_account_move(
            balancing_account, amount_to_balance, bank_payment_method_diffs
        )
        self._scenic_round_conversion(data)
        return data

    def _scenic_round_conversion(self, data):
        """Book what the conversion of each single amount leaves on the account for rates.

        Odoo converts prices, taxes and payments one by one. In the currency of the session they
        add up; in the company's they may miss by a cent or two, and Odoo then offers the cashier
        to force the closing.
        """
        company = self.company_id
        if self.is_in_company_currency:
            return
        lines = self.move_id.line_ids
        missing = company.currency_id.round(sum(lines.mapped("balance")))
        foreign = self.currency_id.round(sum(lines.mapped("amount_currency")))
        # each conversion may miss by half a cent; more than that is something else
        limit = len(self._get_closed_orders()) * len(lines) * company.currency_id.rounding
        if foreign or not missing or abs(missing) > limit:
            return
        name = "expense" if missing < 0 else "income"
        account = company[f"{name}_currency_exchange_account_id"]
        if account:
            data["MoveLine"].create(
                {
                    "name": self.env._("Rounding of the currency conversion"),
                    "move_id": self.move_id.id,
                    "account_id": account.id,
                    "currency_id": self.currency_id.id,
                    "amount_currency": 0.0,
                    "balance": -missing,
                }
            )
