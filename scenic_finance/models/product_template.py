from odoo import fields, models, tools


class ProductTemplate(models.Model):
    _inherit = "product.template"

    property_scenic_liability_account_id = fields.Many2one(
        "account.account",
        string="Ticket Liability Account",
        company_dependent=True,
        ondelete="restrict",
        domain="[('scenic_liability', '=', True)]",
        help="Where the price waits until the ticket is used. Empty: the company's account.",
    )

    def _scenic_is_deferred(self, company, position):
        """Tell whether the sale of this ticket waits in the contract liability."""
        if not position and self._scenic_has_liability(company.id):
            return True
        accounts = self.with_company(company).get_product_accounts(fiscal_pos=position)
        return accounts["income"].scenic_liability

    @tools.ormcache("self.id", "company_id")
    def _scenic_has_liability(self, company_id):
        """Tell whether ticket or company name a liability account; each sale asks, so from memory.

        Cleared by everything that is read here.
        """
        template = self.sudo().with_company(company_id)
        liability = (
            template.property_scenic_liability_account_id
            or template.env.company.scenic_liability_account_id
        )
        return template.is_scenic_ticket and liability.scenic_liability

    def write(self, vals):
        res = super().write(vals)
        if {"property_scenic_liability_account_id", "service_tracking"} & vals.keys():
            self.env.registry.clear_cache()
        return res

    # EXTENDS account
    def _get_product_accounts(self):
        """Send the sale of a ticket to the contract liability.

        The income account keeps its meaning under the key ``scenic_revenue``: it is where the
        recognition entry puts the money once the ticket is used. Every way of selling asks here,
        so nothing else has to be overridden to defer.
        """
        accounts = super()._get_product_accounts()
        accounts["scenic_revenue"] = accounts["income"]
        if self.is_scenic_ticket:
            liability = (
                self.property_scenic_liability_account_id
                or self.env.company.scenic_liability_account_id
            )
            accounts["income"] = liability or accounts["income"]
        elif self.scenic_deposit:
            owed = self.env.company.scenic_visitor_deposit_account_id
            accounts["income"] = owed or accounts["income"]
        return accounts
