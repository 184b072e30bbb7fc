from datetime import timedelta

from odoo import api, fields, models

# long enough to see a mistake, too short to walk around the park and come back
UNDO = timedelta(minutes=5)


class ScenicRedemptionUndo(models.Model):
    """Taking back a mistaken touch at a window."""

    _inherit = "scenic.redemption"

    @api.model
    def _of_request(self, source_ref):
        """Return the uses that one request of a window wrote."""
        escaped = source_ref.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return self.search([("source_ref", "=like", f"{escaped}:%"), ("kind", "=", "use")])

    def _is_recent(self):
        oldest = fields.Datetime.now() - UNDO
        return all(row.happened_at >= oldest for row in self)
