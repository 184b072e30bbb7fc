from datetime import timezone

from odoo import fields, models


class ScenicSite(models.Model):
    _inherit = "scenic.site"

    box_ids = fields.One2many("scenic.box", "site_id")
    lane_ids = fields.One2many("scenic.lane", "site_id")

    def _gate_words(self):
        """Return the site in the language of its company: jobs write texts for its people."""
        self.ensure_one()
        lang = self.company_id.sudo().partner_id.lang
        return self.with_context(lang=lang) if lang else self

    def _gate_local(self, now=None):
        """Return naive UTC ``now`` (default: this moment) on the site's own clock."""
        self.ensure_one()
        moment = (now or fields.Datetime.now()).replace(tzinfo=timezone.utc)
        return moment.astimezone(self._info().tz)

    def _gate_is_open(self, now=None):
        """Tell whether visitors are expected now; outside the hours a box may be switched off."""
        local = self._gate_local(now)
        hour = local.hour + local.minute / 60
        if self.close_time < self.open_time:
            return hour >= self.open_time or hour < self.close_time
        return self.open_time <= hour < self.close_time

    def _gate_utc_offset(self, now=None):
        """Return the seconds by which the site's clock is ahead of UTC at ``now``."""
        return int(self._gate_local(now).utcoffset().total_seconds())
