from odoo import api, models


class ReportSaleDetails(models.AbstractModel):
    _inherit = "report.point_of_sale.report_saledetails"

    # EXTENDS point_of_sale
    @api.model
    def get_sale_details(self, *args, **kwargs):
        """Keep the sums of the day from the staff of blind windows."""
        self.env["pos.session"]._scenic_refuse_sums()
        return super().get_sale_details(*args, **kwargs)
