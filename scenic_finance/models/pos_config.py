from odoo import models
from odoo.fields import Domain


class PosConfig(models.Model):
    _inherit = "pos.config"

    # EXTENDS point_of_sale
    def _check_before_creating_new_session(self):
        """Take no deposit that would be booked as revenue."""
        for window in self:
            products = self.env["product.template"]
            domain = Domain(products._load_pos_data_domain({}, window))
            domain &= Domain("scenic_deposit", "=", True)
            if products.search_count(domain, limit=1):
                window.company_id._scenic_require("scenic_visitor_deposit_account_id")
        return super()._check_before_creating_new_session()
