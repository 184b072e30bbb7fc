from odoo import fields, models

_SETTINGS = [
    "scenic_acquirer_fee_account_id",
    "scenic_rounding_account_id",
    "scenic_unexplained_account_id",
    "scenic_cash_transit_account_id",
    "scenic_bank_transit_account_id",
    "scenic_settlement_journal_id",
]


class ResCompany(models.Model):
    """Where money waits between the window and the bank, and what it costs."""

    _inherit = "res.company"

    scenic_acquirer_fee_account_id = fields.Many2one(
        "account.account",
        string="Payment Fees Account",
        domain="[('internal_group', '=', 'expense'), ('active', '=', True)]",
        help="What acquirers keep of each payment.",
    )
    scenic_rounding_account_id = fields.Many2one(
        "account.account",
        string="Settlement Rounding Account",
        domain="[('internal_group', 'in', ('expense', 'income')), ('active', '=', True)]",
        help="Cents by which an acquirer's amount and ours differ.",
    )
    scenic_unexplained_account_id = fields.Many2one(
        "account.account",
        string="Unexplained Settlements Account",
        domain="[('reconcile', '=', True), ('active', '=', True)]",
        help="Money of a settlement that no sale explains yet. Every cent here is a question that "
        "somebody has to answer.",
    )
    scenic_cash_transit_account_id = fields.Many2one(
        "account.account",
        string="Cash in Transit Account",
        domain="[('reconcile', '=', True), ('active', '=', True)]",
        help="Cash that has left the window and has not reached the bank.",
    )
    scenic_bank_transit_account_id = fields.Many2one(
        "account.account",
        string="Settlements in Transit Account",
        domain="[('reconcile', '=', True), ('active', '=', True)]",
        help="What acquirers have settled and the bank has not shown yet.",
    )
    scenic_settlement_journal_id = fields.Many2one(
        "account.journal",
        string="Settlements Journal",
        domain="[('type', '=', 'general')]",
        help="Takes the entries of settlements and cash deposits.",
    )

    # EXTENDS account
    def _get_company_root_delegated_field_names(self):
        return [*super()._get_company_root_delegated_field_names(), *_SETTINGS]

    # EXTENDS scenic_finance
    def _scenic_create_accounts(self):
        res = super()._scenic_create_accounts()
        for company in self.root_id:
            company._scenic_create_clearing()
        return res

    def _scenic_create_clearing(self):
        """Create what is missing for settlements, on any chart of accounts."""
        self.ensure_one()
        wanted = {
            "scenic_acquirer_fee_account_id": (self.env._("Payment Fees"), "expense", "6"),
            "scenic_rounding_account_id": (self.env._("Settlement Rounding"), "expense", "6"),
            "scenic_unexplained_account_id": (
                self.env._("Unexplained Settlements"),
                "liability_current",
                "2",
            ),
            "scenic_cash_transit_account_id": (
                self.env._("Cash in Transit"),
                "asset_current",
                "1",
            ),
            "scenic_bank_transit_account_id": (
                self.env._("Settlements in Transit"),
                "asset_current",
                "1",
            ),
        }
        for name, (label, account_type, digit) in wanted.items():
            if not self[name]:
                self[name] = self._scenic_create_account(label, account_type, digit)
        for name in list(wanted)[2:]:
            self[name].reconcile = True
        if not self.scenic_settlement_journal_id:
            # every chart brings the journal, the Chinese ones also the setting
            chart = self.env["account.chart.template"].with_company(self)
            journal = chart.ref("scenic_settlement", raise_if_not_found=False)
            self.scenic_settlement_journal_id = journal or self.env["account.journal"].create(
                {
                    "name": self.env._("Settlements"),
                    "type": "general",
                    "code": "TKSET",
                    "company_id": self.id,
                    "show_on_dashboard": False,
                }
            )

    def _scenic_clearing_account(self, kind, create=False):
        """Return the account on which payments of a kind wait."""
        self.ensure_one()
        accounts = self.env["account.account"].with_company(self)
        found = accounts.search(
            [*accounts._check_company_domain(self), ("scenic_clearing", "=", kind)],
            order="code",
            limit=1,
        )
        if found or not create:
            return found
        labels = dict(accounts._fields["scenic_clearing"]._description_selection(self.env))
        name = self.env._("Clearing: %s", labels[kind])
        found = self._scenic_create_account(name, "asset_current", "1")
        found.write({"reconcile": True, "scenic_clearing": kind})
        return found
