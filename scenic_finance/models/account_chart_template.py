from odoo import models

from odoo.addons.account.models.chart_template import template

# the account under which each Chinese chart keeps money received ahead of the service, and its
# other operating income for tickets that are never used and for what is kept of a refund
CN_CHARTS = {
    "cn": {
        "liability": "scenic_cn_220301",
        "name": "Advance from Customers: Tickets",
        "name_zh": "预收账款—门票",
        "deposit": "scenic_cn_220302",
        "deposit_name": "Advance from Customers: Group Deposits",
        "deposit_name_zh": "预收账款—团队定金",
        "visitor": "scenic_cn_224109",
        "visitor_name": "Other Payables: Visitor Deposits",
        "visitor_name_zh": "其他应付款—游客押金",
        "vat": "scenic_cn_222109",
        "vat_name": "Tax Payable: Pending Output VAT",
        "vat_name_zh": "应交税费—待转销项税额",
        "income": "l10n_cn_account_5051",
    },
    "cn_large_bis": {
        "liability": "scenic_cn_220401",
        "name": "Contract Liabilities: Tickets",
        "name_zh": "合同负债—门票",
        "deposit": "scenic_cn_220402",
        "deposit_name": "Contract Liabilities: Group Deposits",
        "deposit_name_zh": "合同负债—团队定金",
        "visitor": "scenic_cn_224109",
        "visitor_name": "Other Payables: Visitor Deposits",
        "visitor_name_zh": "其他应付款—游客押金",
        "vat": "scenic_cn_222109",
        "vat_name": "Tax Payable: Pending Output VAT",
        "vat_name_zh": "应交税费—待转销项税额",
        "income": "l10n_cn_large_bis_account_6051",
    },
}


class AccountChartTemplate(models.AbstractModel):
    _inherit = "account.chart.template"

    @template("cn", "account.account")
    def _get_scenic_cn_account_account(self):
        return self._scenic_accounts("cn")

    @template("cn_large_bis", "account.account")
    def _get_scenic_cn_large_bis_account_account(self):
        return self._scenic_accounts("cn_large_bis")

    @template("cn", "res.company")
    def _get_scenic_cn_res_company(self):
        return self._scenic_company("cn")

    @template("cn_large_bis", "res.company")
    def _get_scenic_cn_large_bis_res_company(self):
        return self._scenic_company("cn_large_bis")

    @template(model="account.journal")
    def _get_scenic_account_journal(self, template_code):
        return self._scenic_journal()

    def _scenic_load(self, company):
        """Give a company that already has its chart what a new company gets with the chart."""
        chart = company.chart_template
        if not chart:
            return
        data = {"account.journal": self._scenic_journal()}
        values = {"scenic_recognition_journal_id": "scenic_revenue"}
        if chart in CN_CHARTS:
            data["account.account"] = self._scenic_accounts(chart)
            values = self._scenic_company(chart)[company.id]
        # settings that somebody already made stay as they are
        data["res.company"] = {
            company.id: {name: value for name, value in values.items() if not company[name]}
        }
        self._load_data(data)

    def _scenic_accounts(self, chart):
        names = CN_CHARTS[chart]
        return {
            names["liability"]: {
                "code": names["liability"].rpartition("_")[2],
                "name": names["name"],
                "name@zh_CN": names["name_zh"],
                "account_type": "liability_current",
                "reconcile": True,
                "scenic_liability": True,
            },
            names["deposit"]: {
                "code": names["deposit"].rpartition("_")[2],
                "name": names["deposit_name"],
                "name@zh_CN": names["deposit_name_zh"],
                "account_type": "liability_current",
                "reconcile": True,
            },
            names["visitor"]: {
                "code": names["visitor"].rpartition("_")[2],
                "name": names["visitor_name"],
                "name@zh_CN": names["visitor_name_zh"],
                "account_type": "liability_current",
                "reconcile": False,
            },
            names["vat"]: {
                "code": names["vat"].rpartition("_")[2],
                "name": names["vat_name"],
                "name@zh_CN": names["vat_name_zh"],
                "account_type": "liability_current",
                "reconcile": False,
            },
        }

    def _scenic_company(self, chart):
        return {
            self.env.company.id: {
                "scenic_liability_account_id": CN_CHARTS[chart]["liability"],
                "scenic_deposit_account_id": CN_CHARTS[chart]["deposit"],
                "scenic_visitor_deposit_account_id": CN_CHARTS[chart]["visitor"],
                "scenic_pending_vat_account_id": CN_CHARTS[chart]["vat"],
                "scenic_breakage_account_id": CN_CHARTS[chart]["income"],
                "scenic_fee_account_id": CN_CHARTS[chart]["income"],
                "scenic_recognition_journal_id": "scenic_revenue",
            }
        }

    def _scenic_journal(self):
        return {
            "scenic_revenue": {
                "name": self.env._("Ticket Revenue"),
                "name@zh_CN": "门票收入",
                "type": "general",
                "code": "TKREV",
                "show_on_dashboard": False,
            }
        }
