from odoo import models

# beside the tickets' own sub-account, on which the value of all open tickets stands
_AHEAD = {
    "cn": ("220303", "Advance from Customers: Expected Breakage", "预收账款—预计失效"),
    "cn_large_bis": ("220403", "Contract Liabilities: Expected Breakage", "合同负债—预计失效"),
}


class AccountChartTemplate(models.AbstractModel):
    """What the Chinese charts bring for breakage that is taken ahead of the expiry."""

    _inherit = "account.chart.template"

    # EXTENDS scenic_finance
    def _scenic_accounts(self, chart):
        code, name, name_zh = _AHEAD[chart]
        return {
            **super()._scenic_accounts(chart),
            f"scenic_cn_{code}": {
                "code": code,
                "name": name,
                "name@zh_CN": name_zh,
                "account_type": "liability_current",
                "reconcile": False,
            },
        }

    # EXTENDS scenic_finance
    def _scenic_company(self, chart):
        values = super()._scenic_company(chart)
        account = f"scenic_cn_{_AHEAD[chart][0]}"
        values[self.env.company.id]["scenic_breakage_ahead_account_id"] = account
        return values
