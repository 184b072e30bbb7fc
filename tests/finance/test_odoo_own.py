"""Some of Odoo's own tests, with the addons installed: what is not a ticket is booked as ever.

The whole lists run with `tools/odoo_tests`, with and without the addons, and are compared.
"""

from odoo.addons.account.tests import (
    test_account_move_out_invoice,
    test_account_move_out_refund,
)
from odoo.addons.point_of_sale.tests import (
    test_pos_basic_config,
    test_pos_other_currency_config,
    test_pos_products_with_tax,
)
from odoo.addons.sale.tests import test_sale_refund, test_sale_to_invoice


def chosen(case, *names):
    """Return the class with these tests only."""
    tests = {
        name for name in dir(case) if name.startswith("test_") and callable(getattr(case, name))
    }
    assert tests >= set(names), f"Odoo has no {set(names) - tests} any more"
    left_out = dict.fromkeys(tests - set(names))
    return type(case.__name__, (case,), left_out | {"__module__": __name__})


TestPoSBasicConfig = chosen(
    test_pos_basic_config.TestPoSBasicConfig,
    "test_orders_no_invoiced",
    "test_orders_with_invoiced",
    "test_return_order",
    "test_split_cash_payments",
    "test_invoice_past_order",
)
TestPoSProductsWithTax = chosen(
    test_pos_products_with_tax.TestPoSProductsWithTax,
    "test_orders_no_invoiced",
    "test_tax_is_used_when_in_transactions",
)
TestPoSOtherCurrencyConfig = chosen(
    test_pos_other_currency_config.TestPoSOtherCurrencyConfig,
    "test_02_orders_without_invoice",
    "test_03_orders_with_invoice",
    "test_05_tax_base_amount",
)
TestSaleRefund = chosen(test_sale_refund.TestSaleRefund, "test_refund_modify")
TestSaleToInvoice = chosen(
    test_sale_to_invoice.TestSaleToInvoice,
    "test_downpayment",
    "test_downpayment_line_remains_on_SO",
    "test_invoice_combo_product",
)
TestAccountMoveOutRefundOnchanges = chosen(
    test_account_move_out_refund.TestAccountMoveOutRefundOnchanges,
    "test_out_refund_line_onchange_product_1",
    "test_out_refund_create_storno",
)
TestAccountMoveOutInvoiceOnchanges = chosen(
    test_account_move_out_invoice.TestAccountMoveOutInvoiceOnchanges,
    "test_out_invoice_create_refund",
)
