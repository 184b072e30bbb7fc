"""Sites, zones, products and policies: what may be said, and what is frozen by a sale."""

from datetime import datetime
from unittest.mock import patch

import common_scenic
from common_scenic import make_product, make_tickets
from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules.alias import make_alias
from odoo.addons.scenic_ticketing.models import scenic_ticket_issue


@tagged("post_install", "-at_install")
class TestConfiguration(common_scenic.ScenicCase):
    def assert_refused(self, write, error=ValidationError):
        with mute_logger("odoo.sql_db"), self.assertRaises(error), self.cr.savepoint():
            write()
            self.env.flush_all()

    def test_what_gates_know_is_frozen_by_a_sale(self):
        park = self.park
        park.site.code = 77
        park.gate.code = "PARK_2"
        self.redeem(make_tickets(park))
        self.assert_refused(lambda: park.site.write({"code": 78}))
        self.assert_refused(lambda: park.site.write({"tz": "Europe/Paris"}))
        self.assert_refused(lambda: park.gate.write({"code": "PARK_3"}))
        # writing what is there already, as an update of data files does, is no change
        park.site.write({"code": 77, "tz": park.site.tz, "name": "New Name"})
        park.gate.write({"code": "PARK_2", "name": "New Name"})

    def test_impossible_values_are_refused(self):
        park = self.park
        for record, values in (
            (park.site, {"code": 0}),
            (park.site, {"code": 65536}),
            (park.site, {"open_time": 18.0}),
            (park.site, {"open_time": 24.0}),
            (park.site, {"capacity_daily": -1}),
            (park.policy, {"validity_days": 0}),
            (park.policy, {"staff_pax": 0}),
            (park.policy, {"sale_days_ahead": -1}),
            (park.south, {"bit": 16}),
            (park.south, {"bit": park.north.bit}),
            (park.adult.product_tmpl_id, {"gate_product_code": 70000}),
            (park.adult.product_tmpl_id, {"gate_product_code": park.combo.gate_product_code}),
            (park.adult.product_tmpl_id, {"scenic_pax": 0}),
            (park.adult.product_tmpl_id, {"scenic_pax": 256}),
            (park.combo.entitlement_ids[0], {"uses": -1}),
            (park.combo.entitlement_ids[0], {"zone_id": park.ropeway.id}),
        ):
            with self.subTest(record=record, values=values):
                self.assert_refused(
                    lambda record=record, values=values: record.write(values), IntegrityError
                )

    def test_zone_codes_are_plain(self):
        for code in ("", "park", "PA RK", "ROPEWAY-2", "A" * 17, "园区"):
            with self.subTest(code=code):
                self.assert_refused(lambda code=code: self.park.gate.write({"code": code}))

    def test_ticket_product_needs_what_a_gate_needs(self):
        template = self.park.adult.product_tmpl_id
        other = common_scenic.make_park(self.env, name="Other")
        for values in (
            {"scenic_site_id": False},
            {"scenic_policy_id": False},
            {"entitlement_ids": [Command.clear()]},
            {"scenic_site_id": other.site.id},
        ):
            with self.subTest(values=values):
                self.assert_refused(lambda values=values: template.write(values))

    def test_shares_add_up_to_a_hundred_or_are_all_zero(self):
        rights = self.park.combo.entitlement_ids
        template = self.park.combo.product_tmpl_id

        def shares(first, second):
            commands = [Command.update(rights[0].id, {"share": first})]
            commands.append(Command.update(rights[1].id, {"share": second}))
            template.write({"entitlement_ids": commands})

        shares(33.33, 66.67)
        shares(0, 0)
        for pair in ((60, 30), (100, 1), (50, 0)):
            with self.subTest(pair=pair):
                self.assert_refused(lambda pair=pair: shares(*pair))

    def test_ticket_product_is_made_on_its_form(self):
        with Form(self.env["product.template"]) as form:
            form.name = "Student"
            form.is_scenic_ticket = True
            form.scenic_site_id = self.park.site
            form.scenic_policy_id = self.park.policy
            with form.entitlement_ids.new() as right:
                right.zone_id = self.park.gate
        product = form.record
        self.assertEqual((product.type, product.service_tracking), ("service", "scenic_ticket"))
        self.assertTrue(product.gate_product_code)
        self.assertEqual(product.company_id, self.park.company)
        product.is_scenic_ticket = False
        self.assertEqual(product.service_tracking, "no")

    def test_products_are_found_by_what_they_are(self):
        products = self.env["product.template"]
        tickets = products.search([("is_scenic_ticket", "=", True)])
        self.assertIn(self.park.adult.product_tmpl_id, tickets)
        self.assertFalse(tickets & products.search([("is_scenic_ticket", "=", False)]))

    def test_changed_product_sells_changed_tickets_at_once(self):
        template = self.park.adult.product_tmpl_id
        before = make_tickets(self.park)
        template.write({"scenic_pax": 2, "scenic_entrance_ids": [Command.set(self.park.north.ids)]})
        template.entitlement_ids.uses = 3
        self.park.policy.write({"validity_days": 2, "id_required": True})
        after = make_tickets(self.park)
        gate = str(self.park.gate.id)
        self.assertEqual((before.pax, before.rights[gate], before.valid_days), (1, 1, 1))
        self.assertEqual((after.pax, after.rights[gate], after.valid_days), (2, 6, 2))
        self.assertEqual((after.entrances, after.flags), (1 << self.park.north.bit, 2))

    def test_policy_version_grows_with_the_rules_only(self):
        version = self.park.policy.version
        self.park.policy.name = "Renamed"
        self.assertEqual(self.park.policy.version, version)
        self.park.policy.risk = "1"
        self.assertEqual(self.park.policy.version, version + 1)

    def test_many_tickets_are_issued_with_few_queries(self):
        make_tickets(self.park)
        with self.assertQueryCount(12):
            make_tickets(self.park, count=200)

    def test_taken_ticket_number_is_drawn_again(self):
        taken = make_tickets(self.park).alias
        draws = iter([int(taken[1:-1]), 5, 5, 6])
        with patch.object(scenic_ticket_issue.secrets, "randbelow", lambda _n: next(draws)):
            tickets = make_tickets(self.park, count=2)
        self.assertEqual(
            set(tickets.mapped("alias")), {make_alias(f"{5:014d}"), make_alias(f"{6:014d}")}
        )

    def test_days_are_those_of_the_site_in_summer_and_winter(self):
        paris = common_scenic.make_park(self.env, name="Paris", tz="Europe/Paris").site
        for moment, day in (
            (datetime(2026, 7, 1, 21, 59), "2026-07-01"),
            (datetime(2026, 7, 1, 22, 0), "2026-07-02"),
            (datetime(2026, 12, 1, 22, 59), "2026-12-01"),
            (datetime(2026, 12, 1, 23, 0), "2026-12-02"),
        ):
            self.assertEqual(str(paris._today(moment)), day)
        self.assertEqual(paris._midnight(datetime(2026, 7, 2).date()), datetime(2026, 7, 1, 22, 0))

    def test_sale_on_the_day_the_clocks_change(self):
        paris = common_scenic.make_park(self.env, name="Paris", tz="Europe/Paris")
        for day in (datetime(2027, 3, 28).date(), datetime(2027, 10, 31).date()):
            ticket = make_tickets(paris, visit_date=day)
            begin = common_scenic.to_unix(paris.site._midnight(day))
            end = common_scenic.to_unix(
                paris.site._midnight(
                    day.replace(day=day.day + 1) if day.day < 31 else day.replace(month=11, day=1)
                )
            )
            self.assertEqual(end - begin, (23 if day.month == 3 else 25) * 3600)
            for now, reason in ((begin - 1, "E_EARLY"), (end, "E_EXPIRED"), (end - 1, "OK")):
                self.assertEqual(self.redeem(ticket, paris.gate, now=now)["reason"], reason)

    def test_two_products_share_no_gate_number(self):
        numbers = [
            make_product(self.park, f"P{k}", 1.0, {self.park.gate: 1}).gate_product_code
            for k in range(5)
        ]
        self.assertEqual(len(set(numbers)), 5)
