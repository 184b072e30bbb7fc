from datetime import timedelta

from odoo import api, fields, models


class ScenicSlotTemplateMake(models.Model):
    """How a timetable makes its slots, any number of times with the same result."""

    _inherit = "scenic.slot.template"

    @api.model
    def _cron_generate(self):
        """Make the slots of the days that came nearer."""
        for template in self.search([("zone_id", "!=", False)]):
            template._generate()

    def action_generate(self):
        """Make the slots now, and say what was done."""
        texts = []
        for template in self:
            done = template._generate()
            texts.append(
                self.env._(
                    "%(timetable)s: %(made)s slots made, %(changed)s changed, %(removed)s removed, "
                    "%(kept)s left as they are because places of them are sold.",
                    timetable=template.name,
                    made=len(done["made"]),
                    changed=len(done["changed"]),
                    removed=len(done["removed"]),
                    kept=len(done["kept"]),
                )
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": "\n".join(texts)},
        }

    def _generate(self):
        """Bring the slots from tomorrow's plan on in line with the timetable.

        Any number of times with the same result. Slots that nobody has touched follow the
        timetable; a slot with sales or holds, or one that was changed by hand, stays as it is,
        and those with sales that the timetable no longer wants are told in the chatter.
        Returns ``{"made", "changed", "removed", "kept": slots}``.
        """
        self.ensure_one()
        template = self.sudo()
        today = template.site_id._today()
        plan = template._plan(today)
        slots = self.env["scenic.slot"].sudo()
        there = slots.search([("template_id", "=", template.id), ("date", ">=", today)])
        done = {"made": slots, "changed": slots, "removed": slots, "kept": slots}
        for slot in there:
            planned = (slot.date, slot.start_minute) in plan
            verdict = slot._follow(template, planned)
            if verdict:
                done[verdict] |= slot
        removed = done["removed"]
        others = {(slot.date, slot.start_minute) for slot in there - removed}
        removed.unlink()
        done["removed"] = removed
        done["made"] = template._make(plan - others)
        template.made_until = today + timedelta(template.days_ahead)
        if done["kept"]:
            template._tell_kept(done["kept"])
        return done

    def _plan(self, today):
        """Return the ``{(date, start minute)}`` that the timetable wants from today on."""
        if not self.active:
            return set()
        closed = self.blackout_ids._spans() + self.site_id._closed_spans()
        days = [today + timedelta(count) for count in range(self.days_ahead + 1)]
        starts = self._starts()
        return {(day, start) for day in days if self._runs_on(day, closed) for start in starts}

    def _make(self, wanted):
        """Create slots where the zone has none at that time; returns them."""
        slots = self.env["scenic.slot"].sudo()
        if not wanted:
            return slots
        days = [date for date, _start in wanted]
        taken = slots.search(
            [
                ("zone_id", "=", self.zone_id.id),
                ("kind", "=", "slot"),
                ("date", ">=", min(days)),
                ("date", "<=", max(days)),
            ]
        )
        wanted = wanted - {(slot.date, slot.start_minute) for slot in taken}
        return slots.with_context(tracking_disable=True, mail_create_nolog=True).create(
            [self._slot_vals(date, start) for date, start in sorted(wanted)]
        )

    def _slot_vals(self, date, start):
        moment = self.site_id._moment(date, start)
        return {
            "template_id": self.id,
            "site_id": self.site_id.id,
            "zone_id": self.zone_id.id,
            "date": date,
            "start_minute": start,
            "length_minute": self.length_minute,
            "capacity": self.capacity,
            "quota_ids": [
                fields.Command.create(
                    {
                        "channel_id": quota.channel_id.id,
                        "reserved": quota.reserved,
                        "maximum": quota.maximum,
                        "release_at": quota._release_moment(moment),
                    }
                )
                for quota in self.quota_ids
            ],
        }

    def _tell_kept(self, slots):
        """Say in the chatter which slots the timetable no longer wants; once for the same ones."""
        text = self.env._(
            "%(count)s slots with sold or held places do not follow this timetable: %(slots)s. "
            "Move or cancel them.",
            count=len(slots),
            slots=", ".join(slots[:20].mapped("display_name")),
        )
        told = ",".join(map(str, slots.ids))
        if told != self.told:
            self.told = told
            self.message_post(body=text)


class ScenicSlotFollow(models.Model):
    _inherit = "scenic.slot"

    by_hand = fields.Boolean(
        string="Changed by Hand",
        readonly=True,
        copy=False,
        help="The timetable leaves this slot as it is.",
    )

    def write(self, vals):
        # quotas too: what a manager decided for one day is not undone by the next night
        hands = {"capacity", "state", "quota_ids", "start_time", "start_minute", "length_minute"}
        if hands & vals.keys() and "by_hand" not in vals and not self.env.su:
            vals = {**vals, "by_hand": True}
        return super().write(vals)

    def _follow(self, template, planned):
        """Bring one slot in line with its timetable; returns what was done, or None."""
        right = planned and self.length_minute == template.length_minute
        if right and (self.capacity == template.capacity or self.by_hand):
            return None
        if self.state == "cancelled" or (self.by_hand and planned):
            return None
        if self.taken or self.by_hand or self.sudo().ticket_ids:
            return "kept"
        if not planned:
            return "removed"
        self.write(
            {
                "length_minute": template.length_minute,
                "capacity": template.capacity,
            }
        )
        return "changed"
