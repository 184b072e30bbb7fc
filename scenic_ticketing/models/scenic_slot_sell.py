from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import slot_sql
from .scenic_slot import clock


class ScenicSlotSell(models.Model):
    """What channels can sell of slots and days, and how places come back."""

    _inherit = "scenic.slot"

    @api.model
    def _offer(self, product, date, channel=None):
        """Return the slots of a day that a channel can sell of a ticket product.

        ``[{"slot_id", "name", "start", "end", "left", "capacity"}]`` in the order of the day;
        ``start`` and ``end`` are wall clock times, ``left`` persons (0 = sold out). Nothing for a
        product without slots, see ``_day_left``. What is over today is left out.
        """
        mould = product.product_tmpl_id._scenic_mould()
        if not mould.slot_zone_id:
            return []
        slots = self.sudo().search(
            [
                ("kind", "=", "slot"),
                ("zone_id", "=", mould.slot_zone_id),
                ("date", "=", date),
                ("state", "=", "open"),
                ("end_at", ">", fields.Datetime.now()),
            ]
        )
        day_left = self._day_left(product, date, channel)
        left = slots._left(channel)
        return [
            {
                "slot_id": slot.id,
                "name": slot.template_id.name or "",
                "start": clock(slot.start_minute),
                "end": clock(slot._end_minute()),
                "left": left[slot.id] if day_left is None else min(left[slot.id], day_left),
                "capacity": slot.capacity,
            }
            for slot in slots
        ]

    @api.model
    def _day_left(self, product, date, channel=None):
        """Return how many persons the daily capacities still admit, None when there are none."""
        mould = product.product_tmpl_id._scenic_mould()
        if not mould.day_limits:
            return None
        zones = [zone_id for zone_id, _capacity in mould.day_limits]
        days = self.sudo().search(
            [
                ("kind", "=", "day"),
                ("site_id", "=", mould.site_id),
                ("date", "=", date),
                ("zone_id", "in", zones),
            ]
        )
        left = days._left(channel)
        found = {day.zone_id.id or False: left[day.id] for day in days}
        return min(found.get(zone_id, capacity) for zone_id, capacity in mould.day_limits)

    @api.model
    def _places_left(self, visits, channel=None):
        """Return ``{visit: persons}`` that a channel can still sell; None without any limit.

        ``visits``: of (ticket product template, day). Of a ticket with a time of the day, what the
        emptiest of its slots takes.
        """
        moulds = {template: template._scenic_mould() for template, _day in visits}
        days = list({day for _template, day in visits})
        timed = Domain("kind", "=", "slot") & Domain("state", "=", "open")
        timed &= Domain("zone_id", "in", [mould.slot_zone_id for mould in moulds.values()])
        timed &= Domain("end_at", ">", fields.Datetime.now())
        whole = Domain("kind", "=", "day")
        whole &= Domain("site_id", "in", [mould.site_id for mould in moulds.values()])
        slots = self.sudo().search(Domain("date", "in", days) & (timed | whole))
        left, limits, most = slots._left(channel), {}, {}
        for slot in slots:
            if slot.kind == "day":
                limits[slot.site_id.id, slot.zone_id.id, slot.date] = left[slot.id]
            else:
                place = slot.zone_id.id, slot.date
                most[place] = max(most.get(place, 0), left[slot.id])
        found = {}
        for template, day in visits:
            mould = moulds[template]
            rests = [
                limits.get((mould.site_id, zone_id, day), capacity)
                for zone_id, capacity in mould.day_limits
            ]
            if mould.slot_zone_id:
                rests.append(most.get((mould.slot_zone_id, day), 0))
            found[template, day] = min(rests, default=None)
        return found

    def _left(self, channel=None):
        """Return ``{slot id: persons}`` that a channel can sell now."""
        if not self:
            return {}
        self._sweep()
        with self.env["scenic.hold"]._short_transaction() as own:
            return slot_sql.left(own.env.cr, self.ids, channel.id if channel else None)

    def _sweep(self, limit=500):
        """Collect what is due: expired holds, room given back, released quotas.

        Of these slots, or of all when called on none. Returns how much was done.
        """
        number = 0
        for step in slot_sql.SWEEPS:
            number += self.env["scenic.hold"]._in_short_transaction(
                lambda cr, step=step: step(cr, self.ids or None, limit)
            )
        self.env["scenic.slot"].invalidate_model(["taken", "reserved", "oversold"])
        return number

    @api.model
    def _cron_sweep(self):
        """Give back expired holds and release quotas, also where nobody asks for a place."""
        while done := self.browse()._sweep():
            if not self.env["ir.cron"]._commit_progress(done):
                break

    @api.model
    def _give_back(self, tickets, persons=None):
        """Free the places of tickets that nobody will use; counts when this transaction commits.

        ``persons``: only so many of each ticket. A ticket gives each place back once.
        """
        rooms = []
        for ticket in tickets.sudo():
            kept = []
            for slot_id, channel_id, number in ticket.room or []:
                given = number if persons is None else min(number, persons)
                if given:
                    rooms.append([slot_id, channel_id, given])
                if number > given:
                    kept.append([slot_id, channel_id, number - given])
            if ticket.room:
                ticket.room = kept or False
        slot_sql.give_later(self.env.cr, rooms)
