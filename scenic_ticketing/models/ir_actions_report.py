from odoo import api, fields, models


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    report_type = fields.Selection(
        selection_add=[("scenic-pdf", "Group Tickets (PDF)")],
        ondelete={"scenic-pdf": "cascade"},
    )

    @api.model
    def _render_scenic_pdf(self, report_ref, res_ids, data=None):
        """Return the tickets of one group order; mail templates ask here for their attachment."""
        orders = self.env["sale.order"].browse(res_ids)
        orders.check_access("read")
        return orders._scenic_pdf(), "pdf"
