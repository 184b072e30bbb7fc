from datetime import timedelta

from odoo import fields, models


class ScenicBoxRefund(models.Model):
    """How a refund sees a box."""

    _inherit = "scenic.box"

    def _refund_name(self):
        """Name a box by its lanes, as an attendant knows it, and tell when it called last."""
        self.ensure_one()
        lanes = ", ".join(self.sudo().lane_ids.mapped("code")) or self.name
        if not self.last_seen:
            return lanes
        clock = self.site_id._wall_clock(self.last_seen)
        return self.env._("%(lanes)s (last contact %(day)s %(time)s)", lanes=lanes, **clock)

    def _refund_is_fresh(self):
        """Tell whether the box called so lately that it hears of a refund in a moment."""
        self.ensure_one()
        limit = timedelta(seconds=self.site_id.refund_fresh_s)
        return bool(self.last_seen) and fields.Datetime.now() - self.last_seen <= limit
