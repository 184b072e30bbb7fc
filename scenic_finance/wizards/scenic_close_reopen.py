from odoo import api, fields, models
from odoo.exceptions import UserError

_MODELS = ("scenic.day.close", "scenic.month.close")


class ScenicCloseReopen(models.TransientModel):
    """Asks why a closed day or month is opened again."""

    _name = "scenic.close.reopen"
    _description = "Open a Closed Period Again"

    res_model = fields.Char(required=True)
    res_id = fields.Integer(required=True)
    period = fields.Char(compute="_compute_period")
    reason = fields.Char(required=True, help="It is kept with the version that is replaced.")

    def _record(self):
        if self.res_model not in _MODELS:
            raise UserError(self.env._("Only closed days and months can be opened again."))
        return self.env[self.res_model].browse(self.res_id)

    @api.depends("res_model", "res_id")
    def _compute_period(self):
        for wizard in self:
            wizard.period = wizard.res_id and wizard._record().display_name

    def action_reopen(self):
        """Open the period again and show its new version."""
        self.ensure_one()
        record = self._record()
        record.check_access("read")
        fresh = record._reopen(self.reason)
        return self.env[self.res_model].browse(fresh.id)._get_records_action()
