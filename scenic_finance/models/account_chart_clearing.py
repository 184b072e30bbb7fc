from odoo import models

# other monetary funds (1012), which is where the Chinese charts keep money that is on its way;
# 101201 and 101202 are taken in one of them
_CLEARING = {
    "101211": ("wechat", "Other Monetary Funds: WeChat Pay", "其他货币资金—微信支付"),
    "101212": ("alipay", "Other Monetary Funds: Alipay", "其他货币资金—支付宝"),
    "101213": ("unionpay", "Other Monetary Funds: Bank Cards", "其他货币资金—银联刷卡"),
    "101214": ("code", "Other Monetary Funds: Wallet Codes", "其他货币资金—聚合支付"),
    "101219": ("other", "Other Monetary Funds: Other Payments", "其他货币资金—其他支付"),
}
_CASH_TRANSIT = ("101215", "Other Monetary Funds: Cash in Transit", "其他货币资金—在途现金")
_BANK_TRANSIT = (
    "101216",
    "Other Monetary Funds: Settlements in Transit",
    "其他货币资金—在途结算款",
)
_UNEXPLAINED = ("224118", "Other Payables: Unexplained Settlements", "其他应付款—待查结算差额")
# sub-accounts of financial expenses
_EXPENSES = {
    "cn": {"fee": "560311", "rounding": "560312"},
    "cn_large_bis": {"fee": "660311", "rounding": "660312"},
}
_FEE = ("Financial Expenses: Payment Fees", "财务费用—支付手续费")
_ROUNDING = ("Financial Expenses: Settlement Rounding", "财务费用—结算尾差")


class AccountChartTemplate(models.AbstractModel):
    """What the Chinese charts bring for payments: clearing, transit, fees and differences."""

    _inherit = "account.chart.template"

    # EXTENDS scenic_finance
    def _scenic_accounts(self, chart):
        accounts = super()._scenic_accounts(chart)
        for code, (kind, name, name_zh) in _CLEARING.items():
            accounts[f"scenic_cn_{code}"] = {
                **_asset((code, name, name_zh)),
                "scenic_clearing": kind,
            }
        for row in (_CASH_TRANSIT, _BANK_TRANSIT):
            accounts[f"scenic_cn_{row[0]}"] = _asset(row)
        code, name, name_zh = _UNEXPLAINED
        accounts[f"scenic_cn_{code}"] = _account(code, name, name_zh, "liability_current", True)
        codes = _EXPENSES[chart]
        for code, names in ((codes["fee"], _FEE), (codes["rounding"], _ROUNDING)):
            accounts[f"scenic_cn_{code}"] = _account(code, *names, "expense", False)
        return accounts

    # EXTENDS scenic_finance
    def _scenic_company(self, chart):
        values = super()._scenic_company(chart)
        values[self.env.company.id].update(
            {
                "scenic_acquirer_fee_account_id": f"scenic_cn_{_EXPENSES[chart]['fee']}",
                "scenic_rounding_account_id": f"scenic_cn_{_EXPENSES[chart]['rounding']}",
                "scenic_unexplained_account_id": f"scenic_cn_{_UNEXPLAINED[0]}",
                "scenic_cash_transit_account_id": f"scenic_cn_{_CASH_TRANSIT[0]}",
                "scenic_bank_transit_account_id": f"scenic_cn_{_BANK_TRANSIT[0]}",
                "scenic_settlement_journal_id": "scenic_settlement",
            }
        )
        return values

    # EXTENDS scenic_finance
    def _scenic_journal(self):
        return {
            **super()._scenic_journal(),
            "scenic_settlement": {
                "name": self.env._("Settlements"),
                "name@zh_CN": "支付结算",
                "type": "general",
                "code": "TKSET",
                "show_on_dashboard": False,
            },
        }


def _account(code, name, name_zh, account_type, reconcile):
    return {
        "code": code,
        "name": name,
        "name@zh_CN": name_zh,
        "account_type": account_type,
        "reconcile": reconcile,
    }


def _asset(row):
    return _account(*row, "asset_current", True)
