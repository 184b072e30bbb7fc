from odoo import models

_CODE = "scenic_cn_224110"
_COSTS = {"cn": "l10n_cn_account_5401", "cn_large_bis": "l10n_cn_large_bis_account_6401"}


class AccountChartTemplate(models.AbstractModel):
    """The account of partner shares in the Chinese charts."""

    _inherit = "account.chart.template"

    # EXTENDS scenic_finance
    def _scenic_accounts(self, chart):
        return super()._scenic_accounts(chart) | {
            _CODE: {
                "code": _CODE.rpartition("_")[2],
                "name": "Other Payables: Partner Shares",
                "name@zh_CN": "其他应付款—合作方分成",
                "account_type": "liability_current",
                "reconcile": True,
                "scenic_share": True,
            }
        }

    # EXTENDS scenic_finance
    def _scenic_company(self, chart):
        values = super()._scenic_company(chart)
        values[self.env.company.id] |= {
            "scenic_share_account_id": _CODE,
            "scenic_share_cost_account_id": _COSTS[chart],
        }
        return values
