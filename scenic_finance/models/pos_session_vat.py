from odoo import models


class PosSessionVat(models.Model):
    _inherit = "pos.session"

    # EXTENDS point_of_sale
    def _create_non_reconciliable_move_lines(self, data):
        """Let the tax of tickets wait within the closing entry itself."""
        data = super()._create_non_reconciliable_move_lines(data)
        company = self.company_id.sudo()
        if company.scenic_pending_vat_account_id:
            keys = set(data["scenic_keys"].values())
            ids = [data["sales"][key]["move_line_id"] for key in keys if key in data["sales"]]
            lines = self.env["account.move.line"].sudo().browse(ids)
            vals_list = lines._scenic_vat_lines(company)
            data["MoveLine"].create([{**vals, "move_id": self.move_id.id} for vals in vals_list])
        return data
