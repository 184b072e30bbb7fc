from odoo import models
from odoo.tools import SQL


class ScenicSlotDay(models.Model):
    """Whole days: slots that the daily capacity of a site or zone makes when one is sold."""

    _inherit = "scenic.slot"

    def _follow_daily_capacity(self, site, zone, capacity):
        """Give the days ahead a new capacity, but none below what is sold of them."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """UPDATE scenic_slot
                      SET capacity = GREATEST(%s, taken + reserved - oversold)
                    WHERE kind = 'day' AND site_id = %s AND COALESCE(zone_id, 0) = %s
                      AND date >= %s""",
                capacity,
                site.id,
                zone.id or 0,
                site._today(),
            )
        )
        self.env["scenic.slot"].invalidate_model()


class ScenicSite(models.Model):
    _inherit = "scenic.site"

    def write(self, vals):
        res = super().write(vals)
        if vals.get("capacity_daily"):
            for site in self:
                self.env["scenic.slot"].sudo()._follow_daily_capacity(
                    site, self.env["scenic.zone"], vals["capacity_daily"]
                )
        return res


class ScenicZone(models.Model):
    _inherit = "scenic.zone"

    def write(self, vals):
        res = super().write(vals)
        if vals.get("capacity_daily"):
            for zone in self:
                self.env["scenic.slot"].sudo()._follow_daily_capacity(
                    zone.site_id, zone, vals["capacity_daily"]
                )
        return res
