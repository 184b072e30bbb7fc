from odoo import api, models

from ..tools import day_hours
from .scenic_weekdays import WEEKDAYS


class ScenicExplanationFacts(models.AbstractModel):
    """What each check compared, one sentence each. ``facts`` are those of scenic_rules.explain."""

    _inherit = "scenic.explanation"

    @api.model
    def _say_site(self, facts, zone):
        site = self.env["scenic.site"].sudo().browse
        by_code = self.env["scenic.site"]._by_code()
        names = {
            name: site(by_code[number]).name if number in by_code else str(number)
            for name, number in facts.items()
        }
        return self.env._("Sold for %(ticket)s, shown at %(gate)s.",
                          ticket=names["site"], gate=names["gate"])  # fmt: skip

    @api.model
    def _say_product(self, facts, zone):
        return self.env._("Gate product number %(number)s.", number=facts["product"])

    @api.model
    def _say_state(self, facts, zone):
        state = self._words("ticket_view_state").get(facts["state"], facts["state"])
        return self.env._("The ticket is: %(state)s.", state=state)

    @api.model
    def _say_until(self, facts, zone):
        return self.env._("Good until %(last)s; shown on %(day)s.",
                          last=self._day(facts["last"]), day=self._day(facts["day"]))  # fmt: skip

    @api.model
    def _say_from(self, facts, zone):
        return self.env._("Good from %(first)s; shown on %(day)s.",
                          first=self._day(facts["first"]), day=self._day(facts["day"]))  # fmt: skip

    @api.model
    def _say_slot(self, facts, zone):
        return self.env._(
            "Booked from %(begin)s to %(end)s, minutes of grace included; shown at %(time)s.",
            begin=self._clock(facts["from"]),
            end=self._clock(facts["to"]),
            time=self._clock(facts["minute"]),
        )

    _say_slot_over = _say_slot

    @api.model
    def _say_clock(self, facts, zone):
        minutes = round(facts["ahead_s"] / 60)
        if minutes > 0:
            return self.env._("Issued %(count)s minutes after this moment.", count=minutes)
        return self.env._("Issued before this moment.")

    @api.model
    def _say_weekday(self, facts, zone):
        labels = self.env["scenic.policy"].fields_get(WEEKDAYS, ["string"])
        names = [labels[day]["string"] for day in WEEKDAYS]
        good = ", ".join(name for bit, name in enumerate(names) if facts["weekdays"] >> bit & 1)
        return self.env._("Good on %(days)s; shown on a %(day)s.",
                          days=good, day=names[facts["weekday"]])  # fmt: skip

    @api.model
    def _say_blackout(self, facts, zone):
        if not facts["next"]:
            return self.env._("No closed days to come.")
        first, last = map(self._day, facts["next"])
        return self.env._("Not good from %(first)s to %(last)s; shown on %(day)s.",
                          first=first, last=last, day=self._day(facts["day"]))  # fmt: skip

    @api.model
    def _say_hours(self, facts, zone):
        spans = [day_hours.write(facts[name]) for name in ("hours", "zone") if facts[name]]
        return self.env._("Let in %(hours)s; shown at %(time)s.",
                          hours=" + ".join(spans), time=self._clock(facts["minute"]))  # fmt: skip

    @api.model
    def _say_period(self, facts, zone):
        if facts["first_t"] is None:
            return self.env._("Not used yet: its time begins with the first use.")
        first = self._moment(facts["first_t"], zone)
        parts = []
        if facts["days"]:
            parts.append(
                self.env._(
                    "%(days)s days, today is day %(day)s", days=facts["days"], day=facts["day"]
                )  # fmt: skip
            )
        if facts["minutes"]:
            parts.append(self.env._("%(minutes)s minutes", minutes=facts["minutes"]))
        return self.env._("First used %(first)s; good for %(limit)s.",
                          first=first, limit=", ".join(parts))  # fmt: skip

    @api.model
    def _say_entrance(self, facts, zone):
        doors = zone.site_id.entrance_ids
        mask, bit = facts["ticket"] & facts["rule"], facts["entrance"]
        good = doors.filtered(lambda door: mask >> door.bit & 1)
        names = self.env._("all entrances") if good == doors else ", ".join(good.mapped("name"))
        here = doors.filtered(lambda door: door.bit == bit).name or str(bit)
        return self.env._("Good at %(names)s; shown at %(here)s.", names=names or "–", here=here)

    @api.model
    def _say_live(self, facts, zone):
        if facts["live"]:
            return self.env._("The code is live.")
        return self.env._("Only the live code on the phone counts; this is a copy.")

    @api.model
    def _say_zone(self, facts, zone):
        names = self._zone_names([code for code, _number in facts["rights"]], zone)
        return self.env._("Includes %(zones)s; asked for %(zone)s.",
                          zones=names, zone=zone.name)  # fmt: skip

    @api.model
    def _say_same_scan(self, facts, zone):
        if facts["last_t"] is None:
            return self.env._("Not used in this zone before.")
        return self.env._("Last used here %(moment)s, lane %(lane)s.",
                          moment=self._moment(facts["last_t"], zone),
                          lane=facts["last_lane"] or "–")  # fmt: skip

    @api.model
    def _say_right(self, facts, zone):
        if not facts["right"]:
            return self.env._("As often as wanted; %(used)s used.", used=facts["used"])
        return self.env._("%(used)s of %(right)s used, %(left)s left.",
                          used=facts["used"], right=facts["right"], left=facts["left"])  # fmt: skip

    @api.model
    def _say_choice(self, facts, zone):
        return self.env._(
            "%(pick)s zone of the choice may be used; others used: %(zones)s.",
            pick=facts["pick"],
            zones=self._zone_names(facts["chosen"], zone),
        )

    @api.model
    def _say_total(self, facts, zone):
        return self.env._("%(used)s used in all zones, %(left)s left.",
                          used=facts["used"], left=self._left(facts["left"]))  # fmt: skip

    @api.model
    def _say_day(self, facts, zone):
        return self.env._("Used today: %(today)s in all zones, %(here)s here; %(left)s left.",
                          today=facts["today"], here=facts["today_here"],
                          left=self._left(facts["left"]))  # fmt: skip

    @api.model
    def _say_order(self, facts, zone):
        name = self._zone_names([facts["after"]], zone)
        if facts["used"]:
            return self.env._("%(zone)s comes first: it was used.", zone=name)
        return self.env._("%(zone)s comes first: it was not used yet.", zone=name)

    @api.model
    def _say_within(self, facts, zone):
        return self.env._("At most %(minutes)s minutes after %(moment)s.",
                          minutes=facts["minutes"],
                          moment=self._moment(facts["since"], zone))  # fmt: skip

    @api.model
    def _say_interval(self, facts, zone):
        return self.env._("%(minutes)s minutes between two uses; last use: %(moment)s.",
                          minutes=facts["seconds"] // 60,
                          moment=self._moment(facts["last_t"], zone))  # fmt: skip

    @api.model
    def _say_passback(self, facts, zone):
        return self.env._("Last went in %(last)s, last seen leaving %(out)s.",
                          last=self._moment(facts["last_t"], zone),
                          out=self._moment(facts["out_t"], zone))  # fmt: skip

    @api.model
    def _say_id(self, facts, zone):
        if facts["staff"]:
            return self.env._("The attendant has looked.")
        return self.env._("An attendant has to look first.")

    _say_concession = _say_companion = _say_holder = _say_id

    @api.model
    def _say_group(self, facts, zone):
        if facts["pax"] == 1:
            return self.env._("A code for one person.")
        if not facts["partial"]:
            return self.env._(
                "A code for %(pax)s persons who enter together, %(wanted)s counted.",
                pax=facts["pax"],
                wanted=facts["wanted"],
            )
        return self.env._(
            "A code for %(pax)s persons, %(wanted)s counted; an attendant counts above %(limit)s.",
            pax=facts["pax"],
            wanted=facts["wanted"],
            limit=facts["staff_pax"],
        )

    @api.model
    def _say_risk(self, facts, zone):
        if facts["cut_off"]:
            return self.env._("The gate has no contact with the server.")
        return self.env._("The gate has contact with the server.")

    @api.model
    def _say_exposure(self, facts, zone):
        stages = {
            1: self.env._("Unlisted tickets of risky products wait for staff."),
            2: self.env._("Unlisted tickets wait for staff."),
        }
        return stages.get(
            facts["stage"], self.env._("Tickets that the server has not confirmed wait for staff.")
        )
