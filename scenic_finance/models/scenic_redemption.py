from odoo import api, models


class ScenicRedemption(models.Model):
    _inherit = "scenic.redemption"

    # EXTENDS scenic_ticketing
    @api.model
    def _append(self, rows):
        """Give every redemption its revenue event, in the same transaction."""
        written = super()._append(rows)
        self.env["scenic.revenue.event"]._append_uses([row["id"] for row in written])
        return written
