from odoo import api, models

from ..tools import allocation, revenue_sql


class ScenicTicketSplit(models.Model):
    """What happens to the value of a group ticket when persons leave it."""

    _inherit = "scenic.ticket"

    # EXTENDS scenic_ticketing
    def _shared_fields(self):
        return [
            *super()._shared_fields(),
            "deferred",
            "sale_day",
            "invoice_line_id",
            "origin_aml_id",
        ]

    # EXTENDS scenic_ticketing
    def _family_fields(self):
        return [*super()._family_fields(), "invoice_line_id"]

    # EXTENDS scenic_ticketing
    @api.depends("invoice_line_id.currency_id")
    def _compute_paid_currency_id(self):
        super()._compute_paid_currency_id()

    # EXTENDS scenic_ticketing
    def _sale_currency(self):
        return self.invoice_line_id.currency_id or super()._sale_currency()

    # EXTENDS scenic_ticketing
    def _split_vals(self, persons):
        """Divide the value so that both tickets release to the cent what they hold.

        The two net values add up to the old one: the sale in the ledger stays explained.
        """
        rest, part = super()._split_vals(persons)
        unit = self.currency_id.rounding
        leaving, _spent = self._leaving(persons)
        old = self.zone_values or {}
        rest["zone_values"] = {zone: old[zone] - leaving[zone] for zone in old}
        part["zone_values"] = {zone: leaving[zone] for zone in old}
        gone = sum(leaving.values())
        whole = allocation.to_units(self.net_value, unit)
        part["net_value"] = allocation.from_units(gone, unit)
        rest["net_value"] = allocation.from_units(whole - gone, unit)
        return rest, part

    # EXTENDS scenic_ticketing
    def _before_split(self, persons):
        super()._before_split(persons)
        _leaving, spent = self._leaving(persons)
        if spent:
            self.env.flush_all()
            self.env.cr.execute(revenue_sql.SPEND, [spent])
            self.env["scenic.revenue.event"]._forget()

    def _leaving(self, persons):
        """Return ``({zone: units that leave}, reversals whose value leaves with them)``."""
        self.ensure_one()
        self.env.flush_all()
        self.env.cr.execute(revenue_sql.ZONE_HISTORY, [self.id])
        history = {str(zone): (last, back) for zone, last, back in self.env.cr.fetchall()}
        self.env.cr.execute(revenue_sql.RELEASED, [[self.id]])
        pools = {}
        for _ticket, zone, reversal, amount in self.env.cr.fetchall():
            units = allocation.to_units(amount, self.currency_id.rounding)
            pools.setdefault(str(zone), []).append((reversal, units))
        leaving, spent = {}, []
        for zone, value in (self.zone_values or {}).items():
            last_no, reversed_count = history.get(zone, (0, 0))
            rights = self.rights[zone]
            kept = rights // self.pax * (self.pax - persons)
            if not rights:
                leaving[zone] = allocation.leaving_value(value, self.pax, self.pax - persons, 0)
            elif last_no <= kept:
                leaving[zone] = allocation.leaving_value(value, rights, kept, last_no)
            else:
                # All further uses earn what reversals gave back, the oldest first. What no use can
                # earn any more leaves with the persons.
                pool = pools.get(zone, [])
                surplus = pool[: max(0, len(pool) - (kept + reversed_count - last_no))]
                direct = value - sum(
                    allocation.use_value(value, rights, number)
                    for number in range(1, min(last_no, rights) + 1)
                )
                leaving[zone] = direct + sum(units for _reversal, units in surplus)
                spent += [reversal for reversal, _units in surplus]
        return leaving, spent
