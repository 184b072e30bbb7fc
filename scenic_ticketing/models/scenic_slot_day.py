from datetime import timedelta

from odoo import models
from odoo.tools import SQL

from ..tools import day_count_sql, slot_sql


class ScenicSlotDay(models.Model):
    """Whole days: slots that the daily capacity of a site or zone makes when one is sold."""

    _inherit = "scenic.slot"

    def _follow_daily_capacity(self, site, zone, capacity):
        """Give the days ahead a new capacity, but none below what is sold of them."""
        self.env.flush_all()
        self._count_days_sold(site, zone, capacity)
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

    def _count_days_sold(self, site, zone, capacity):
        """Count what was sold of the days ahead while they had no limit; may run again.

        Tickets, and vouchers that wait for their exchange. A sale that another process makes at
        this very moment, and that has not heard of the limit, is the only one that is not seen.
        """
        products = self._limited_products(site, zone)
        if not products:
            return
        cr, today = self.env.cr, site._today()
        where = (site.id, zone.id or 0, today, products.ids)
        cr.execute(day_count_sql.dates(*where))
        days = [
            slot_sql.day_slot(
                cr,
                site.id,
                zone.id or None,
                date,
                capacity,
                site._moment(date, 0),
                site._moment(date + timedelta(1), 0),
            )
            for (date,) in cr.fetchall()
        ]
        for statement in day_count_sql.count(*where):
            cr.execute(statement)
        slots = self.browse(days)
        slots.invalidate_model()
        self.env["scenic.ticket"].invalidate_model(["room"])
        if quotas := slots.quota_ids:
            quotas._count_taken()
            slots._recount()

    def _limited_products(self, site, zone):
        """Return the ticket products that count in the daily capacity of a site or zone."""
        templates = self.env["product.template"].sudo().with_context(active_test=False)
        found = templates.search(
            [("scenic_site_id", "=", site.id), ("is_scenic_ticket", "=", True)]
        )
        return found.filtered(
            lambda template: zone.id in [place for place, _most in template._scenic_day_limits()]
        )


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
