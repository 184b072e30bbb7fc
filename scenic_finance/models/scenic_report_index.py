"""Indexes for the reports; none names what a use changes."""

from odoo import models


class ScenicTicket(models.Model):
    _inherit = "scenic.ticket"

    _sold_elsewhere = models.Index("(company_id, sale_day) WHERE pos_order_id IS NULL")


class ScenicRevenueEvent(models.Model):
    _inherit = "scenic.revenue.event"

    _day = models.Index("USING brin (day)")
    _fees = models.Index("(company_id, day) WHERE kind = 'fee'")
