from odoo import models


class PosOrderLineVat(models.Model):
    _inherit = "pos.order.line"

    # EXTENDS scenic_ticketing
    def _scenic_ticket_vals(self, net, visit_date):
        """Say how much of the tax waits for each ticket, where it does."""
        vals_list = super()._scenic_ticket_vals(net, visit_date)
        company = self.company_id.sudo()
        if company.scenic_vat_mode != "use":
            return vals_list
        vat = company.currency_id.round(self._scenic_line_amounts()[self].tax)
        waits = self.env["scenic.ticket"]._vat_vals(
            self.tax_ids_after_fiscal_position.sudo(),
            company,
            vat,
            [vals["net_value"] for vals in vals_list],
        )
        return [vals | more for vals, more in zip(vals_list, waits, strict=True)]
