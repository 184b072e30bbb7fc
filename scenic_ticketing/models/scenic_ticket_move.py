from datetime import timedelta

from odoo import fields, models

from ..tools import slot_sql


class ScenicTicketMove(models.Model):
    """Another slot or day for a ticket, or none any more; where its places go then."""

    _inherit = "scenic.ticket"

    # EXTENDS scenic_ticketing
    def _void(self, reason, refund_line=None):
        """Free the places of tickets that nobody used."""
        unused = self.sudo().filtered(lambda ticket: not ticket.used_count)
        res = super()._void(reason, refund_line=refund_line)
        self.env["scenic.slot"]._give_back(unused)
        if refund_line:
            self.sudo().filtered("refund_due").refund_due = False
        return res

    def _move_to(self, slot=None, visit_date=None, force=False):
        """Give these tickets another slot or day, with places there; the old ones come free.

        Their codes are written again for the new time, as the same copy: the slips that visitors
        have show the old time and open the gate at the new one, because server and boxes know the
        ticket. Raises SoldOut when there is no room, except with ``force``: then it is sold over,
        and told.
        """
        self._lock()
        plans = {ticket: ticket._plan_move(slot, visit_date) for ticket in self.sudo()}
        over = self._change_places(plans, force)
        for ticket, vals in plans.items():
            ticket.write({**vals, "code": False})
            ticket.code = ticket._signed_code()
        self._report_oversold(over)

    def _plan_move(self, slot, visit_date):
        """Return what a move to a slot or day changes in the ticket."""
        date = slot.date if slot else fields.Date.to_date(visit_date or self.visit_date)
        target = (slot or self.env["scenic.slot"]).sudo()
        start, length = target._code_slot()
        slots = [*target.ids, *target._day_slots(self.product_tmpl_id._scenic_mould(), date)]
        return {
            "visit_date": date,
            "valid_until": date + timedelta(self.valid_days - 1),
            "slot_id": target.id,
            "slot_start": start,
            "slot_len": length,
            "room": [[s, self.channel_id.id or 0, self.pax] for s in slots] or False,
        }

    def _change_places(self, plans, force=False):
        """Take the places of a move, and leave the old ones; returns what is over, see _sell.

        A place that a ticket has already, for instance on the same day, need not be free once
        more.
        """
        needs, left_behind = {}, []
        for ticket, vals in plans.items():
            old, new = ticket.room or [], vals["room"] or []
            left_behind += [row for row in old if row not in new]
            wanted = needs.setdefault(ticket.channel_id, {})
            for slot_id, _channel_id, persons in [row for row in new if row not in old]:
                wanted[slot_id] = wanted.get(slot_id, 0) + persons
        over = []
        for channel, wanted in needs.items():
            over += self.env["scenic.hold"]._sell([], wanted, channel, None, force)
        slot_sql.give_later(self.env.cr, left_behind)
        return over

    # ------------------------------------------------------------------
    # rebooking and splitting
    # ------------------------------------------------------------------

    # EXTENDS scenic_ticketing
    def _rebook_vals(self, visit_date, slot=None):
        plan = self._plan_move(slot, visit_date)
        self._change_places({self: plan})
        return super()._rebook_vals(visit_date, slot) | plan

    # EXTENDS scenic_ticketing
    def _date_obstacle(self, visit_date, slot=None):
        obstacle = super()._date_obstacle(visit_date, slot)
        mould = self.product_tmpl_id._scenic_mould()
        if obstacle or not (slot or mould.slot_zone_id or mould.day_limits):
            return obstacle
        slot = (slot or self.env["scenic.slot"]).sudo()
        vals = {"visit_date": visit_date, "slot_id": slot.id}
        problem = self._slot_problem(self.product_tmpl_id, mould, slot, vals)
        return problem or self._room_obstacle(visit_date, slot)

    def _room_obstacle(self, visit_date, slot):
        """Return why there is no room for this ticket on a day and in a slot, None if there is."""
        left = []
        if slot and slot != self.slot_id:
            left.append(slot._left(self.channel_id)[slot.id])
        day_left = slot._day_left(self.product_id, visit_date, self.channel_id)
        if visit_date != self.visit_date and day_left is not None:
            left.append(day_left)
        if min(left, default=self.pax) >= self.pax:
            return None
        return self.env._(
            "Ticket %(number)s is for %(pax)s persons, but only %(left)s places are left on "
            "%(visit)s.",
            number=self.alias,
            pax=self.pax,
            left=min(left),
            visit=slot.display_name or visit_date,
        )

    # EXTENDS scenic_ticketing
    def _is_same_visit(self, visit_date, slot=None):
        same = super()._is_same_visit(visit_date, slot)
        return same and (slot.id if slot else False) == self.slot_id.id

    # EXTENDS scenic_ticketing
    def _visit_text(self):
        text = super()._visit_text()
        return f"{text} {self.slot_id.time_text}" if self.slot_id else text

    # EXTENDS scenic_ticketing
    def _visit_start(self):
        return self.sudo().slot_id.start_at or super()._visit_start()

    # EXTENDS scenic_ticketing
    def _shared_fields(self):
        return [*super()._shared_fields(), "slot_id", "slot_start", "slot_len"]

    # EXTENDS scenic_ticketing
    def _split_vals(self, persons):
        rest, part = super()._split_vals(persons)
        places = self.room or []
        rest["room"] = [[s, c, n - persons] for s, c, n in places if n > persons] or False
        part["room"] = [[s, c, min(n, persons)] for s, c, n in places] or False
        return rest, part
