"""The shared histories through real tickets, policies and redemptions on the server."""

from dataclasses import replace
from datetime import datetime, timedelta

import common_scenic
from decision_vectors import ZONES, cases_for

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules import wire
from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules.live_code import add_suffix, ticket_key
from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules.site_time import day_of
from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules.ticket_code import encode
from odoo.addons.scenic_ticketing.tools import day_hours
from odoo.addons.scenic_ticketing.tools.site_time import to_unix, to_utc

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CHECKS = {"id_required": 1, "concession": 2, "companion": 4, "holder_check": 8}
# how the fields of a policy are called, where they mean the same
SAME = {
    "staff_pax": "staff_pax",
    "use_days": "use_days",
    "use_minutes": "use_minutes",
    "uses_total": "uses_total",
    "uses_day": "uses_day",
    "passback": "passback",
    "partial": "partial",
    "grace_before_min": "grace_before",
    "grace_after_min": "grace_after",
}


def weekdays(mask):
    return {day: bool(mask >> bit & 1) for bit, day in enumerate(DAYS)}


def policy_vals(rule):
    """What a manager would enter for the rule of a case."""
    vals = {ours: rule[theirs] for theirs, ours in SAME.items() if theirs in rule}
    vals |= weekdays(rule.get("weekdays", 127))
    vals |= {name: bool(rule.get("checks", 0) & bit) for name, bit in CHECKS.items()}
    vals["risk"] = str(rule.get("risk", 0))
    vals["hours"] = day_hours.write(rule.get("hours", ()))
    minutes, seconds = divmod(rule.get("interval_s", 0), 60)
    assert not seconds, "policies count pauses in minutes"
    vals["interval"] = minutes
    if "start_days" in rule:
        vals |= {"validity": "first_use", "validity_days": rule["start_days"]}
    if "blackout" in rule:
        days = [{"date_from": day_of(a), "date_to": day_of(b)} for a, b in rule["blackout"]]
        lines = [Command.create(span) for span in days]
        vals["calendar_ids"] = [Command.create({"name": "Holidays", "line_ids": lines})]
    return vals


def known_cases(env):
    slots = "slot_start" in env["scenic.ticket"]._fields
    return [case for case in cases_for("server") if slots or case.ticket["slot"][0] == 255]


class Judge:
    """One case at the server: its policy, its product and its ticket."""

    def __init__(self, test, park, case):
        self.test, self.park, self.case, self.env = test, park, case, park.env
        self.zones = {zone.code: zone for zone in park.site.zone_ids}
        self.ticket = self._ticket(self._product())
        self.text = self._text()
        self.written = {}

    def _product(self):
        rule = self.case.rule
        policy = self.env["scenic.policy"].create({"name": self.case.name, **policy_vals(rule)})
        rights = [self._right(code, uses) for code, uses in rule["rights"].items()]
        doors = self.park.site.entrance_ids.filtered(lambda door: rule["entrances"] >> door.bit & 1)
        return self.env["product.product"].create(
            {
                "name": self.case.name,
                "type": "service",
                "service_tracking": "scenic_ticket",
                "company_id": self.park.company.id,
                "scenic_site_id": self.park.site.id,
                "scenic_policy_id": policy.id,
                "scenic_pax": self.case.ticket["pax"],
                "scenic_entrance_ids": [
                    Command.set([] if doors == self.park.site.entrance_ids else doors.ids)
                ],
                "entitlement_ids": [Command.create(vals) for vals in rights],
            }
        )

    def _right(self, code, uses):
        own = self.case.rule.get("zones", {}).get(code, {})
        return {
            "zone_id": self.zones[code].id,
            "uses": uses,
            "uses_day": own.get("uses_day", 0),
            "after_zone_id": self.zones[own["after"]].id if "after" in own else False,
            "within_min": own.get("within_min", 0),
            "choice": own.get("choice", 0),
            "pick": own.get("pick", 1),
            "hours": day_hours.write(own.get("hours", ())),
            "slot_required": code == self.case.rule.get("slot_zone"),
            **weekdays(own.get("weekdays", 127)),
        }

    def _ticket(self, product):
        """A sold ticket, as if it had been sold and changed when the case says."""
        told = self.case.ticket
        ticket = common_scenic.make_tickets(self.park, product)
        row = self.case.row()
        first = day_of(row["f"])
        ticket.sudo().write(
            {
                "visit_date": first,
                "valid_days": told["days"],
                "valid_until": first + timedelta(told["days"] - 1),
                "entrances": told["entrances"],
                "flags": told["flags"],
                "state": told["state"],
                "gen": told["gen"],
                "issued_at": to_utc(row["iat"] + 1577836800),
                **self._slot(),
            }
        )
        if told["site"] != 7:
            ticket.sudo().site_id = self.test.other_site
        self.test.assertEqual(ticket._rule(), self._rule(product), "the rule of the case")
        return ticket

    def _slot(self):
        names = ("slot_start", "slot_len")
        known = all(name in self.env["scenic.ticket"]._fields for name in names)
        return dict(zip(names, self.case.ticket["slot"], strict=True)) if known else {}

    def _rule(self, product):
        """The rule of the case under the number that the product got."""
        data = {"version": 1} | self.case.rule | {"product": product.gate_product_code}
        rule = wire.rule_from_wire(data)
        # what a rule says about zones without a right has no place in a product, and no meaning
        zones = tuple(zone for zone in rule.zones if zone.zone in dict(rule.rights))
        return replace(rule, version=product.scenic_policy_id.version, zones=zones)

    def _text(self):
        """What the visitor shows: the code of the copy that the case names, else the number."""
        told = self.case.ticket
        if "shown_gen" not in told and not told["gen"]:
            return self.ticket.alias
        _kid, sign = self.env["scenic.keyring"]._signer_or_number(self.park.site)
        gen, self.ticket.sudo().gen = told["gen"], told.get("shown_gen", told["gen"])
        text = encode(self.ticket._ticket_code(), sign)
        self.ticket.sudo().gen = gen
        return text

    def _shown(self, step):
        if not step.live:
            return self.text
        ticket = self.ticket
        key = self.env["scenic.keyring"]._dynamic_key(self.park.site)
        key = ticket_key(key, ticket.kid << 32 | ticket.serial, ticket.gen)
        return add_suffix(ticket.code, key, int(step.t))

    def walk(self):
        for number, step in enumerate(self.case.steps):
            getattr(self, step.do)(number, step)

    def scan(self, number, step):
        self.env.flush_all()
        ledger, text = self.env["scenic.redemption"], self._shown(step)
        if step.zone is None:
            answer = ledger._leave(text, self.park.site, step.lane, now=step.t)
        else:
            options = {
                "now": step.t,
                "wanted": step.wanted,
                "entrance": step.entrance,
                "staff": step.staff,
            }
            zone = self.zones[step.zone]
            judged = ledger._judge(text, zone, step.lane, **options)
            answer = ledger._redeem(text, zone, step.lane, **options)
            same = {name: judged[name] for name in ("reason", "colour", "admit", "rest")}
            self.test.assertEqual(same, {name: answer[name] for name in same}, "judge and redeem")
        self.written[number] = answer["redemption_ids"]
        told = {name: answer[name] for name in step.expect}
        self.test.assertEqual(told, step.expect, f"step {number}")
        self.test.assertEqual(len(answer["redemption_ids"]), answer["uses"])
        self.env.invalidate_all()

    def leave(self, _number, step):
        self.env["scenic.redemption"]._leave(self.ticket.alias, self.park.site, now=step.t)
        self.env.invalidate_all()
        self.test.assertEqual(to_unix(self.ticket.exited_at), step.t)

    def give_back(self, _number, step):
        persons = self.written[step.of][-step.persons :]
        self.written[step.of] = self.written[step.of][: -step.persons]
        self.env["scenic.redemption"].browse(persons)._reverse("did not pass")


@tagged("post_install", "-at_install")
class TestSameDecisions(common_scenic.ScenicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.parks = {tz: cls.make_park(tz) for tz in {case.tz for case in cases_for("server")}}
        cls.other_site = common_scenic.make_park(cls.env, "Another Park").site

    @classmethod
    def make_park(cls, tz):
        park = common_scenic.make_park(cls.env, f"Park in {tz}", tz=tz)
        certificate = cls.env["scenic.certificate"]._current(park.site)
        # as if the server had signed for years: the histories are of 2026
        certificate.not_before = datetime(2025, 1, 1)
        certificate._sign()
        names = {zone.code for zone in park.site.zone_ids}
        cls.env["scenic.zone"].create(
            [
                {"name": code.title(), "code": code, "site_id": park.site.id}
                for code in ZONES
                if code not in names
            ]
        )
        park.site.invalidate_recordset()
        return park

    def test_the_server_answers_as_written(self):
        for case in known_cases(self.env):
            with self.subTest(case=case.name):
                Judge(self, self.parks[case.tz], case).walk()
        common_scenic.assert_balanced(self.env)
