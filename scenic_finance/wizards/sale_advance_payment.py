from odoo import models


class SaleAdvancePaymentInv(models.TransientModel):
    _inherit = "sale.advance.payment.inv"

    # EXTENDS sale
    def _prepare_down_payment_invoice_line_values(self, order, so_line, account):
        """Keep deposits off the account of sold tickets.

        A deposit is owed to the customer, but it is no ticket: on the liability account nothing
        would explain it. The invoice of the order takes it back from here.
        """
        if account.scenic_liability:
            company = order.company_id.sudo()
            company._scenic_require("scenic_deposit_account_id")
            account = company.scenic_deposit_account_id
        return super()._prepare_down_payment_invoice_line_values(order, so_line, account)
