from odoo import models


class PosSessionKeys(models.Model):
    _inherit = "pos.session"

    # EXTENDS point_of_sale
    def write(self, vals):
        res = super().write(vals)
        if vals.get("state") == "closed":
            certificates = self.env["scenic.certificate"].sudo()
            certificates.search([("pos_session_id", "in", self.ids)])._close()
        return res
