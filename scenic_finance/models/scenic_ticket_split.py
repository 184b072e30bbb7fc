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
        return super()._compute_paid_currency_id()

    # EXTENDS scenic_ticketing
    def _sale_currency(self):
        if self.pos_order_id:
            return super()._sale_currency()
        return self.invoice_line_id.currency_id or super()._sale_currency()

    # EXTENDS scenic_ticketing
    def _split_vals(self, persons):
        """Divide the value so that both tickets release to the cent what they hold.

        The two net values add up to the old one: the sale in the ledger stays explained.
        """
        rest, part = super()._split_vals(persons)
        unit = self.currency_id.rounding
        leaving, _spent = self._leaving(persons)
        old, choices = self.zone_values or {}, self.zone_choices or {}
        kept = {zone: old[zone] - leaving[zone] for zone in leaving}
        chosen = self._leaving_choices(persons)
        rest |= self._choice_vals(kept, {n: (whole - gone) for n, (whole, gone) in chosen.items()})
        part |= self._choice_vals(leaving, {n: gone for n, (_whole, gone) in chosen.items()})
        gone = sum(units for zone, units in leaving.items() if zone not in choices)
        gone += sum(units for _whole, units in chosen.values())
        whole = allocation.to_units(self.net_value, unit)
        part["net_value"] = allocation.from_units(gone, unit)
        rest["net_value"] = allocation.from_units(whole - gone, unit)
        return rest, part

    def _choice_vals(self, values, wholes):
        """Return the zone values with those of either-or choices worth ``wholes`` now."""
        limits = {}
        for zone, (number, whole) in (self.zone_choices or {}).items():
            old = self.zone_values[zone]
            pick = max(1, round(whole / old)) if old else 1
            values[zone] = -(-wholes[number] // pick)
            limits[zone] = [number, wholes[number]]
        return {"zone_values": values, "zone_choices": limits or False}

    def _leaving_choices(self, persons):
        """Return {either-or choice: (its units, those that leave)}; what was released stays."""
        self.env.cr.execute(revenue_sql.CHOSEN, [self.ids])
        released = {number: units for _ticket, number, units in self.env.cr.fetchall()}
        chosen = {}
        for number, whole in dict((self.zone_choices or {}).values()).items():
            share = allocation.leaving_value(whole, self.pax, self.pax - persons, 0)
            chosen[number] = (whole, max(0, min(share, whole - released.get(number, 0))))
        return chosen

    # EXTENDS scenic_ticketing
    def _before_split(self, persons):
        res = super()._before_split(persons)
        _leaving, spent = self._leaving(persons)
        if spent:
            self.env.flush_all()
            self.env.cr.execute(revenue_sql.SPEND, [spent])
            self.env["scenic.revenue.event"]._forget()
        return res

    def _leaving(self, persons):
        """Return ``({zone: units that leave}, reversals whose value leaves with them)``."""
        self.ensure_one()
        self.env.flush_all()
        self.env.cr.execute(revenue_sql.ZONE_HISTORY, [self.id])
        history = {str(zone): (last, back) for zone, last, back in self.env.cr.fetchall()}
        pools = self._released_pools()
        leaving, spent = {}, []
        for zone, value in (self.zone_values or {}).items():
            last_no, reversed_count = history.get(zone, (0, 0))
            rights = self.rights[zone]
            kept = rights // self.pax * (self.pax - persons)
            if zone in (self.zone_choices or {}):
                # its zones own one value, which is divided as a whole
                leaving[zone] = 0
            elif not rights:
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

    def _released_pools(self):
        """Return {zone: [(reversal, units)]} that uses may earn again, the newest first."""
        self.env.cr.execute(revenue_sql.RELEASED, [self.ids])
        pools = {}
        for _ticket, zone, reversal, amount in self.env.cr.fetchall():
            units = allocation.to_units(amount, self.currency_id.rounding)
            pools.setdefault(str(zone), []).append((reversal, units))
        return pools
