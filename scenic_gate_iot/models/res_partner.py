from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    # EXTENDS base
    def write(self, vals):
        """Let gates speak the language of their company as soon as that is another one."""
        res = super().write(vals)
        if "lang" in vals and self.sudo().ref_company_ids:
            self.env["scenic.box"]._forget_credentials()
        return res
