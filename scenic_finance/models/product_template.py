from odoo import fields, models


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
