"""Kinds of validity, what policies say about a sale, and rules that look at other zones."""

import threading
from datetime import date, timedelta

import common_scenic
from common_gate import Journal, make_box, make_lane
from common_scenic import make_tickets

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.scenic_gate_iot.iot_handlers.scenic_gate import facts as gate_facts
from odoo.addons.scenic_ticketing.tools import day_hours, history, validity
from odoo.addons.scenic_ticketing.tools.site_time import to_unix


class PolicyCase(common_scenic.ScenicCase):
    def setUp(self):
        super().setUp()
        self.today = self.park.site._today()
        self.policy, self.adult = self.park.policy, self.park.adult

    def tearDown(self):
        common_scenic.assert_balanced(self.env)
        super().tearDown()

    def codes(self, *wants, today=None):
        """The codes that stand against selling (product, quantity, day) together."""
        wants = [
            {"product": product, "quantity": quantity, "visit_date": day}
            for product, quantity, day in wants
        ]
        obstacles = self.env["product.product"]._scenic_sale_obstacles(wants, today)
        return [obstacle.code for obstacle in obstacles]

    def on(self, day, hour=12):
        """The Unix time of an hour of the site's day."""
        return to_unix(self.park.site._midnight(day)) + hour * 3600


@tagged("post_install", "-at_install")
class TestValidity(PolicyCase):
    def sell(self, wished=None, **policy):
        self.policy.write(policy)
        ticket = make_tickets(self.park, visit_date=wished or self.today)
        first, last = ticket.visit_date, ticket.valid_until
        self.assertEqual((last - first).days + 1, ticket.valid_days)
        return first, last

    def test_a_visit_date_is_kept(self):
        day = self.today + timedelta(5)
        self.assertEqual(self.sell(day, validity_days=2), (day, day + timedelta(1)))

    def test_days_from_purchase_begin_today(self):
        sold = self.sell(self.today + timedelta(5), validity="purchase", validity_days=30)
        self.assertEqual(sold, (self.today, self.today + timedelta(29)))

    def test_an_open_ticket_ends_in_ten_years(self):
        first, last = self.sell(validity="open")
        self.assertEqual((first, (last - first).days + 1), (self.today, validity.OPEN_DAYS))

    def test_a_fixed_period_begins_with_it_or_with_the_sale(self):
        begin, end = self.today + timedelta(10), self.today + timedelta(40)
        period = {"validity": "period", "period_end": end}
        self.assertEqual(self.sell(period_start=begin, **period), (begin, end))
        begin = self.today - timedelta(10)
        self.assertEqual(self.sell(period_start=begin, **period), (self.today, end))

    def test_a_period_needs_its_days(self):
        with self.assertRaises(ValidationError):
            self.policy.validity = "period"

    def test_days_from_first_use(self):
        first, last = self.sell(validity="first_use", validity_days=30, use_days=3)
        self.assertEqual((first, last), (self.today, self.today + timedelta(31)))
        rule = self.adult.product_tmpl_id._scenic_rule()
        self.assertEqual((rule.start_days, rule.use_days), (30, 3))

    def test_a_ticket_of_three_days_begins_with_its_first_use(self):
        self.policy.write({"validity": "first_use", "validity_days": 30, "use_days": 3})
        ticket = make_tickets(self.park, self.park.annual)
        began = self.today + timedelta(20)
        for days, reason in ((0, "OK"), (2, "OK"), (3, "E_PERIOD")):
            now = self.on(began + timedelta(days))
            self.assertEqual(self.redeem(ticket, now=now)["reason"], reason, days)
        late = make_tickets(self.park, self.park.annual)
        now = self.on(self.today + timedelta(30))
        self.assertEqual(self.redeem(late, now=now)["reason"], "E_EXPIRED")

    def test_every_kind_gives_at_least_one_day(self):
        today = date(2026, 5, 1)
        for kind in ("visit_date", "purchase", "first_use", "period", "open"):
            view = validity.Validity(kind, 1, 0, date(2025, 1, 1), date(2025, 2, 1))
            self.assertGreaterEqual(validity.dates(view, today, today)[1], 1, kind)


@tagged("post_install", "-at_install")
class TestSaleRules(PolicyCase):
    def test_a_plain_sale_has_no_obstacle(self):
        self.assertEqual(self.codes((self.adult, 50, self.today)), [])

    def test_days_ahead(self):
        self.policy.write({"sale_days_ahead": 10, "min_days_ahead": 2})
        for days, expected in (
            (-1, ["E_PAST"]),
            (1, ["E_TOO_LATE"]),
            (2, []),
            (10, []),
            (11, ["E_TOO_FAR"]),
        ):
            day = self.today + timedelta(days)
            self.assertEqual(self.codes((self.adult, 1, day)), expected, days)

    def test_most_tickets_of_an_order(self):
        self.policy.max_per_order = 5
        self.assertEqual(self.codes((self.adult, 5, self.today)), [])
        later = self.today + timedelta(1)
        twice = ((self.adult, 3, self.today), (self.adult, 3, later))
        self.assertEqual(self.codes(*twice), ["E_MAX_ORDER"])

    def test_size_of_a_group_counts_persons(self):
        self.policy.write({"group_min": 6, "group_max": 9})
        for codes, expected in ((1, ["E_GROUP_MIN"]), (2, []), (3, []), (4, ["E_GROUP_MAX"])):
            wants = (self.park.family, codes, self.today)
            self.assertEqual(self.codes(wants), expected, codes)

    def test_weekday_and_blackout(self):
        monday = self.today + timedelta(7 - self.today.weekday())
        self.policy.write({"mon": False})
        self.assertEqual(self.codes((self.adult, 1, monday)), ["E_WEEKDAY"])
        tuesday = monday + timedelta(1)
        days = [Command.create({"date_from": tuesday, "date_to": tuesday})]
        self.policy.calendar_ids = [Command.create({"name": "Closed", "line_ids": days})]
        self.assertEqual(self.codes((self.adult, 1, tuesday)), ["E_BLACKOUT"])
        self.policy.validity_days = 2
        self.assertEqual(self.codes((self.adult, 1, tuesday)), [], "good on the second day")

    def test_a_period_that_is_over(self):
        first = self.today - timedelta(10)
        last = self.today - timedelta(1)
        self.policy.write({"validity": "period", "period_start": first, "period_end": last})
        self.assertEqual(self.codes((self.adult, 1, self.today)), ["E_PERIOD"])

    def test_the_check_refuses_with_a_sentence(self):
        self.policy.max_per_order = 1
        want = {"product": self.adult, "quantity": 2, "visit_date": self.today}
        with self.assertRaises(UserError):
            self.env["product.product"]._scenic_check_sale([want])

    def test_the_window_asks_the_same(self):
        self.policy.max_per_order = 1
        ask = self.env["pos.order.line"].pos_check_scenic_sale
        want = {"product_id": self.adult.id, "visit_date": self.today.isoformat()}
        self.assertEqual(ask([want | {"quantity": 1}]), "")
        self.assertTrue(ask([want | {"quantity": 2}]))

    def test_what_was_paid_is_issued_and_told(self):
        window = common_scenic.open_window(self.park)
        lines = [(self.adult, 1, {"visit_date": self.today})]
        told = []
        for policy in ({}, {day: False for day in self.weekdays(self.today)}):
            self.policy.write(policy)
            ticket = common_scenic.make_paid_order(window, lines).scenic_ticket_ids
            self.assertEqual(ticket.visit_date, self.today)
            told.append(self.env["scenic.incident"].search_count([("ticket_id", "=", ticket.id)]))
        self.assertGreater(told[1], told[0])

    @staticmethod
    def weekdays(day):
        return [("mon", "tue", "wed", "thu", "fri", "sat", "sun")[day.weekday()]]

    def test_nonsense_is_refused(self):
        for vals in (
            {"hours": "25:00-26:00"},
            {"hours": "18:00-08:00"},
            {"hours": "08:00-12:00, 11:00-13:00"},
            {"hours": "evening"},
            dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), False),
        ):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.policy.write(vals)

    def test_hours_are_read_as_people_write_them(self):
        for text in ("18:00-22:00", "18:00 – 22:00", "18-22", "18：00—22：00", "18:00至22:00"):
            self.assertEqual(day_hours.parse(text), ((1080, 1320),), text)
        spans = day_hours.parse("13:30-17:00；08:00-11:30")
        self.assertEqual(spans, ((480, 690), (810, 1020)))
        self.assertEqual(day_hours.parse(day_hours.write(spans)), spans)
        self.assertEqual(day_hours.parse(""), ())

    def test_a_calendar_does_not_change_under_a_published_policy(self):
        manager = common_scenic.make_user(self.env, "calendar_manager", "manager")
        days = {"date_from": self.today, "date_to": self.today}
        calendar = self.env["scenic.blackout"].create({"name": "Storm"}).with_user(manager)
        calendar.line_ids = [Command.create(days)]
        self.policy.calendar_ids = calendar.sudo()
        for command in (
            Command.create(days),
            Command.update(calendar.line_ids.id, {"date_to": self.today + timedelta(1)}),
            Command.delete(calendar.line_ids.id),
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                calendar.write({"line_ids": [command]})

    def test_a_right_cannot_wait_for_itself(self):
        gate, ropeway = self.park.combo.entitlement_ids.sorted("id")
        ropeway.after_zone_id = gate.zone_id
        with self.assertRaises(ValidationError):
            gate.after_zone_id = ropeway.zone_id
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.adult.entitlement_ids.after_zone_id = self.park.ropeway

    def test_a_choice_needs_two_rights(self):
        with self.assertRaises(ValidationError):
            self.park.combo.entitlement_ids[0].choice = 1


@tagged("post_install", "-at_install")
class TestOtherZones(PolicyCase):
    def test_plain_rules_are_read_once(self):
        self.assertFalse(history.needs_all_zones(self.adult.product_tmpl_id._scenic_rule()))
        self.policy.uses_day = 1
        self.assertTrue(history.needs_all_zones(self.adult.product_tmpl_id._scenic_rule()))
        self.policy.write({"uses_day": 0, "interval": 10})
        rule = self.adult.product_tmpl_id._scenic_rule()
        self.assertFalse(history.needs_all_zones(rule))
        self.assertTrue(history.needs_moments(rule))

    def test_the_window_sees_what_the_gate_would_say(self):
        self.park.combo.entitlement_ids.filtered(
            lambda right: right.zone_id == self.park.ropeway
        ).after_zone_id = self.park.gate
        ticket = make_tickets(self.park, self.park.combo)
        shown = {right["zone_code"]: right["reason"] for right in ticket._window_rights()}
        self.assertEqual(shown, {"PARK": "OK", "ROPEWAY": "E_ORDER"})
        self.redeem(ticket)
        shown = {right["zone_code"]: right["reason"] for right in ticket._window_rights()}
        self.assertEqual(shown["ROPEWAY"], "OK")

    def test_an_exit_online_is_noted(self):
        ticket = make_tickets(self.park)
        now = self.on(self.today)
        self.env.flush_all()
        answer = self.env["scenic.redemption"]._leave(ticket.code, self.park.site, now=now)
        self.env.invalidate_all()
        self.assertEqual((answer["reason"], answer["admit"], answer["uses"]), ("OK", 1, 0))
        self.assertEqual(to_unix(ticket.exited_at), now)
        self.assertEqual(
            self.env["scenic.redemption"]._leave("nonsense", self.park.site)["admit"], 0
        )
        # an exit that is heard of late does not hide a later one
        self.env["scenic.redemption"]._leave(ticket.code, self.park.site, now=now - 60)
        self.env.invalidate_all()
        self.assertEqual(to_unix(ticket.exited_at), now)

    def test_an_exit_that_a_box_reports_is_noted_and_told_to_the_others(self):
        self.policy.passback = True
        ticket = make_tickets(self.park, self.park.annual)
        box, other = make_box(self.park), make_box(self.park, "North", ("N1",))
        make_lane(self.park, box, "OUT", zone_id=False, direction="out")
        journal = Journal()
        journal.pass_through(ticket)
        journal.write(gate_facts.PASSED, ticket, zone=None, lane="OUT", op=None)
        self.env["scenic.gate.intake"]._take(box, journal.epoch, journal.facts)
        self.env.invalidate_all()
        left = journal.facts[-1]["t"] / 1000
        self.assertEqual(to_unix(ticket.exited_at), left)
        (row,) = self.env["scenic.ticket.change"]._tickets(
            self.park.site, f"{other.id}:x", ticket.ids
        )
        used, first_t, last_t, _day, day_used = row["h"]["PARK"]
        self.assertEqual((used, day_used, first_t), (1, 1, last_t))
        self.assertEqual(row["ot"], left)
        (row,) = self.env["scenic.ticket.change"]._tickets(
            self.park.site, f"{box.id}:{journal.epoch}", ticket.ids
        )
        self.assertNotIn("h", row, "the box knows what it reported itself")

    def test_plain_tickets_carry_no_moments(self):
        ticket = make_tickets(self.park)
        self.redeem(ticket)
        (row,) = self.env["scenic.ticket.change"]._tickets(self.park.site, "0:x", ticket.ids)
        self.assertFalse({"h", "ot"} & row.keys())

    def test_the_configuration_of_a_box_follows_a_calendar(self):
        box = make_box(self.park)
        days = [Command.create({"date_from": self.today, "date_to": self.today})]
        calendar = self.env["scenic.blackout"].create({"name": "Closed", "line_ids": days})
        self.policy.calendar_ids = calendar
        config = self.env["scenic.gate.config"]
        before, told = config._for_box(box)
        rule = next(
            rule for rule in told["rules"] if rule["product"] == self.adult.gate_product_code
        )
        self.assertEqual(len(rule["blackout"]), 1)
        calendar.line_ids = [Command.create({"date_from": "2030-01-01", "date_to": "2030-01-02"})]
        self.env.flush_all()
        self.assertNotEqual(config._for_box(box)[0], before)


@tagged("post_install", "-at_install")
class TestTwoZonesAtOnce(common_scenic.CommittedCase):
    """Law 1 for rules over zones: two gates of different zones take turns."""

    def test_one_of_two_zones_wins_a_choice(self):
        with self.connect() as env:
            park = self.park_in(env)
            park.combo.entitlement_ids.write({"choice": 1})
            tickets = make_tickets(park, park.combo, 12)
            texts = tickets.mapped("code")
            zones = (park.gate.id, park.ropeway.id)
        for text in texts:
            answers = self.race(text, zones)
            self.assertEqual(sorted(answers), ["E_CHOICE", "OK"])

    def race(self, text, zones):
        barrier, answers = threading.Barrier(len(zones)), []

        def visit(zone_id):
            with self.connect() as env:
                zone = env["scenic.zone"].browse(zone_id)
                ledger = env["scenic.redemption"]
                barrier.wait(60)
                answers.append(ledger._redeem(text, zone, f"L{zone_id}")["reason"])

        threads = [threading.Thread(target=visit, args=(zone_id,)) for zone_id in zones]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        return answers
