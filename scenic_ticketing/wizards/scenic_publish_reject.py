from odoo import fields, models


class ScenicPublishReject(models.TransientModel):
    """Send a submitted draft back, with a reason."""

    _name = "scenic.publish.reject"
    _description = "Send a Draft Back"

    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", required=True, readonly=True)
    reason = fields.Char(required=True, help="What has to change before it can be published.")

    def action_reject(self):
        """Send the draft back."""
        self.ensure_one()
        self.env[self.res_model].browse(self.res_id)._reject(self.reason)
        return {"type": "ir.actions.act_window_close"}
