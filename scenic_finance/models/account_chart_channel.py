from odoo import models

# sub-accounts of selling expenses and of non-operating expenses
_CODES = {
    "cn": {"commission": "560121", "write_off": "571121"},
    "cn_large_bis": {"commission": "660121", "write_off": "671121"},
}
_NAMES = {
    "commission": ("Sales Expenses: Commission of Channels", "销售费用—渠道佣金"),
    "write_off": ("Non-Operating Expenses: Statement Differences", "营业外支出—对账差异核销"),
}


class AccountChartTemplate(models.AbstractModel):
    """What the Chinese charts bring for channels: commission and written off differences."""

    _inherit = "account.chart.template"

    # EXTENDS scenic_finance
    def _scenic_accounts(self, chart):
        accounts = super()._scenic_accounts(chart)
        for kind, code in _CODES[chart].items():
            name, name_zh = _NAMES[kind]
            accounts[f"scenic_cn_{code}"] = {
                "code": code,
                "name": name,
                "name@zh_CN": name_zh,
                "account_type": "expense",
                "reconcile": False,
            }
        return accounts

    # EXTENDS scenic_finance
    def _scenic_company(self, chart):
        values = super()._scenic_company(chart)
        codes = _CODES[chart]
        values[self.env.company.id].update(
            {
                "scenic_commission_account_id": f"scenic_cn_{codes['commission']}",
                "scenic_write_off_account_id": f"scenic_cn_{codes['write_off']}",
            }
        )
        return values
