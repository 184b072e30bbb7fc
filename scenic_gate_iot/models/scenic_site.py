import pytz

from odoo import fields, models


class ScenicSite(models.Model):
    _inherit = "scenic.site"

    box_ids = fields.One2many("scenic.box", "site_id")
    lane_ids = fields.One2many("scenic.lane", "site_id")

    def _gate_is_open(self, now=None):
        """Tell whether visitors are expected now; outside the hours a box may be switched off."""
        self.ensure_one()
        utc = pytz.utc.localize(now or fields.Datetime.now())
        local = utc.astimezone(pytz.timezone(self.tz))
        hour = local.hour + local.minute / 60
        return self.open_time <= hour < self.close_time

    def _gate_utc_offset(self, now=None):
        """Return the seconds by which the site's clock is ahead of UTC at ``now``."""
        self.ensure_one()
        utc = pytz.utc.localize(now or fields.Datetime.now())
        return int(utc.astimezone(pytz.timezone(self.tz)).utcoffset().total_seconds())
