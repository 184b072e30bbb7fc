from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..iot_handlers.scenic_rules.ticket_code import NO_SLOT, QUARTERS_PER_DAY
from ..tools import slot_sql


class ScenicTicketSlot(models.Model):
    """The time slot of a ticket, and the places it takes."""

    _inherit = "scenic.ticket"

    slot_id = fields.Many2one(
        "scenic.slot",
        string="Time Slot",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    slot_start = fields.Integer(
        required=True,
        readonly=True,
        default=NO_SLOT,
        help="Quarter of the day at which the slot begins, 255 = any time. As in the code.",
    )
    slot_len = fields.Integer(
        required=True,
        readonly=True,
        default=0,
        help="Quarters of an hour, 0 = until the end of the day. As in the code.",
    )
    room = fields.Json(
        string="Places",
        readonly=True,
        copy=False,
        help="What the ticket takes of which slot and day: [slot, channel or 0, persons]. Empty "
        "once it is given back.",
    )
    refund_due = fields.Boolean(
        readonly=True,
        copy=False,
        help="The park cancelled the visit: the ticket is void, and its price can be refunded in "
        "full whatever its policy says.",
    )

    def _good_on(self, day):
        """Tell whether gates may let this ticket in on a day of its site.

        A slot that passes midnight belongs to the day on which it begins: whoever comes at half
        past midnight comes with the ticket of the evening.
        """
        self.ensure_one()
        night = self.slot_start != NO_SLOT and self.slot_start + self.slot_len > QUARTERS_PER_DAY
        return self.visit_date <= day <= self.valid_until + timedelta(days=night)

    # ------------------------------------------------------------------
    # issue
    # ------------------------------------------------------------------

    # EXTENDS scenic_ticketing
    @api.model
    def _issue(self, vals_list):
        """Take the places of the tickets before they exist.

        ``vals`` may name ``slot_id`` and ``hold``, the token of a hold. What no hold covers is
        taken now. Without room, or without the slot that the product needs, SoldOut or UserError
        is raised; with ``scenic_paid`` in the context, because the money is taken already, the
        tickets are issued all the same and a person is told.
        """
        paid = bool(self.env.context.get("scenic_paid"))
        complete, doubts, known = [], [], {}
        for vals in vals_list:
            key = vals["product_id"], vals.get("slot_id"), vals["visit_date"]
            if key not in known:
                known[key] = self._slot_facts(vals, paid)
            facts, slots, doubt = known[key]
            complete.append({**vals, **facts, "room": self._room(vals, slots)})
            doubts.append(doubt)
        over = self._take_places(complete, paid)
        for vals in complete:
            vals.pop("hold", None)
        tickets = super()._issue(complete)
        for ticket, doubt in zip(tickets, doubts, strict=True):
            if doubt:
                ticket._report_incident("other", doubt)
        tickets._report_oversold(over)
        return tickets

    @api.model
    def _room(self, vals, slots):
        """Return the places that a ticket takes of slots and days."""
        if not slots:
            return False
        product = self.env["product.product"].browse(vals["product_id"])
        persons = vals.get("pax") or product.product_tmpl_id._scenic_mould().pax
        return [[slot_id, vals.get("channel_id") or 0, persons] for slot_id in slots]

    @api.model
    def _slot_facts(self, vals, paid):
        """Return (fields of the slot, ids of slots and days, doubt or None) of a ticket."""
        template = self.env["product.product"].browse(vals["product_id"]).product_tmpl_id
        mould = template._scenic_mould()
        slot = self.env["scenic.slot"].sudo().browse(vals.get("slot_id") or ())
        if not (slot or mould.slot_zone_id or mould.day_limits):
            return {"slot_id": False}, [], None
        problem = self._slot_problem(template, mould, slot.exists(), vals)
        if problem and not paid:
            raise UserError(problem)
        if problem:
            slot = slot.browse()
        start, length = slot._code_slot()
        facts = {"slot_id": slot.id, "slot_start": start, "slot_len": length}
        return facts, [*slot.ids, *slot._day_slots(mould, vals["visit_date"])], problem

    @api.model
    def _slot_problem(self, template, mould, slot, vals):
        """Return why a slot cannot be the one of a ticket, None when it can."""
        if not mould.slot_zone_id:
            if not vals.get("slot_id"):
                return None
            return self.env._("%(product)s has no time slot.", product=template.name)
        date = fields.Date.to_date(vals["visit_date"])
        if not slot:
            return self.env._(
                "%(product)s for %(day)s needs a time slot of %(zone)s: choose one.",
                product=template.name,
                day=date,
                zone=template.sudo().scenic_slot_zone_id.name,
            )
        if (slot.kind, slot.zone_id.id, slot.date) != ("slot", mould.slot_zone_id, date):
            return self.env._(
                "%(slot)s is not a time slot of %(product)s for %(day)s.",
                slot=slot.display_name,
                product=template.name,
                day=date,
            )
        return None

    @api.model
    def _take_places(self, vals_list, paid):
        """Turn holds into sales, take what they lack; returns ``[(slot id, persons over)]``."""
        groups = {}
        for vals in vals_list:
            if not vals["room"]:
                continue
            needs, refs = groups.setdefault(vals.get("channel_id") or 0, ({}, {}))
            if vals.get("hold"):
                refs[vals["hold"]] = True
            for slot_id, _channel_id, persons in vals["room"]:
                needs[slot_id] = needs.get(slot_id, 0) + persons
        over = []
        for channel_id, (needs, refs) in groups.items():
            channel = self.env["scenic.channel"].browse(channel_id or ())
            ref = f"{next(iter(refs))}+{channel_id}" if refs else None
            over += self.env["scenic.hold"]._sell(list(refs), needs, channel, ref, force=paid)
        return over

    def _report_oversold(self, over):
        """Tell a person which tickets were sold beyond the capacity."""
        for slot_id, persons in over:
            tickets = self.sudo().filtered(
                lambda ticket, slot_id=slot_id: any(r[0] == slot_id for r in ticket.room or [])
            )
            sold = sum(r[2] for ticket in tickets for r in ticket.room if r[0] == slot_id)
            value = sum(tickets.mapped("net_value")) * persons / sold if sold else 0.0
            tickets[-1:]._report_incident(
                "oversold",
                self.env._(
                    "%(slot)s: %(persons)s places more than there were are sold and paid, with "
                    "tickets %(first)s to %(last)s. Move them to another time or refund them.",
                    slot=self.env["scenic.hold"]._slot_name(slot_id),
                    persons=persons,
                    first=tickets[:1].alias,
                    last=tickets[-1:].alias,
                ),
                amount=value,
            )

    def _customer(self):
        """Return who bought the ticket, if the sale knows."""
        return self.sudo().pos_order_id.partner_id

    def _report_incident(self, kind, facts, amount=0.0):
        self.env["scenic.incident"].sudo().create(
            {
                "kind": kind,
                "ticket_id": self.id,
                "site_id": self.sudo().site_id.id,
                "company_id": self.sudo().company_id.id,
                "amount": amount,
                "facts": facts,
            }
        )


class ScenicSlotNeeds(models.Model):
    _inherit = "scenic.slot"

    @api.model
    def _day_slots(self, mould, date):
        """Return the ids of the days that a ticket counts in, made when they are new."""
        if not mould.day_limits:
            return []
        site = self.env["scenic.site"].sudo().browse(mould.site_id)
        date = fields.Date.to_date(date)
        zones = [zone_id for zone_id, _capacity in mould.day_limits]
        known = slot_sql.known_days(self.env.cr, site.id, zones, date)
        if len(known) == len(zones):
            return [known[zone_id] for zone_id in zones]
        begin, end = site._moment(date, 0), site._moment(date + timedelta(1), 0)
        days = self.env["scenic.hold"]._in_short_transaction(
            lambda cr: [
                slot_sql.day_slot(cr, site.id, zone_id or None, date, capacity, begin, end)
                for zone_id, capacity in mould.day_limits
            ]
        )
        # a site that this very transaction makes is not there for others yet: nothing to share
        return [day for day in days if day]

    @api.model
    def _needs(self, wants):
        """Return ``{slot id: persons}`` of what a customer wants, see ``scenic.hold._take``."""
        needs = {}
        for want in wants:
            product = self.env["product.product"].browse(want["product_id"])
            mould = product.product_tmpl_id._scenic_mould()
            vals = {"slot_id": want.get("slot_id"), "visit_date": want["date"]}
            slot = self.sudo().browse(vals["slot_id"] or ()).exists()
            problem = self.env["scenic.ticket"]._slot_problem(
                product.product_tmpl_id, mould, slot, vals
            )
            if problem:
                raise UserError(problem)
            for slot_id in [*slot.ids, *self._day_slots(mould, want["date"])]:
                needs[slot_id] = needs.get(slot_id, 0) + want["persons"]
        return needs
