from odoo import api, models


class ScenicPayAttemptKiosk(models.Model):
    """Payments at a self-service page are settled like those of a window, and then sold."""

    _inherit = "scenic.pay.attempt"

    # EXTENDS scenic_ticketing
    @api.model
    def _cron_settle(self):
        res = super()._cron_settle()
        self.env["scenic.kiosk.order"]._finish_left()
        return res
