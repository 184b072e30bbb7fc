"""The value of an either-or choice belongs to whichever zone is used, once."""

from datetime import timedelta
from itertools import permutations

import common_finance
import common_scenic

from odoo.tests import tagged

from odoo.addons.scenic_finance.tools import allocation


@tagged("post_install", "-at_install")
class TestChoices(common_finance.FinanceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boat, cls.show = cls.env["scenic.zone"].create(
            [
                {"name": "Boat", "code": "BOAT", "site_id": cls.park.site.id},
                {"name": "Show", "code": "SHOW", "site_id": cls.park.site.id},
            ]
        )
        rides = {cls.park.gate: 1, cls.park.ropeway: 1, cls.boat: 1}
        # 100.00 net of 6 %: 60.00 for the gate, 40.00 for the ride that is taken
        cls.either = cls.product("Gate and a ride", 106.0, rides, (60, 20, 20))
        cls.rides = cls.either.entitlement_ids.filtered(lambda r: r.zone_id != cls.park.gate)
        cls.rides.write({"choice": 1})

    @classmethod
    def product(cls, name, price, uses, shares):
        return common_scenic.make_product(
            cls.park, name, price, uses, shares, taxes_id=cls.park.vat.ids
        )

    def sold(self, product=None, **values):
        window = self.window()
        ticket = self.tickets(self.sell(window, (product or self.either, 1, values)))
        self.close(window)
        return ticket

    def values(self, ticket):
        return [event.amount for event in ticket.revenue_event_ids.sorted("id")]

    def append(self, ticket, zone, use_no=1):
        """Write down what a gate reports that could not hear of the other one."""
        self.env["scenic.redemption"]._append(
            [
                {
                    "ticket_id": ticket.id,
                    "zone_id": zone.id,
                    "use_no": use_no,
                    "happened_at": ticket.issued_at,
                }
            ]
        )

    def test_the_zone_that_is_used_takes_the_value_of_the_choice(self):
        for ride in (self.park.ropeway, self.boat):
            ticket = self.sold()
            self.use(ticket, self.park.gate)
            self.use(ticket, ride)
            self.assertEqual(self.values(ticket), [60.0, 40.0])
            self.assertEqual(ticket.remaining_value, 0.0)

    def test_the_other_zone_is_refused(self):
        ticket = self.sold()
        self.use(ticket, self.boat)
        self.assertEqual(self.redeem(ticket, self.park.ropeway)["reason"], "E_CHOICE")
        self.assertEqual(ticket.remaining_value, 60.0)

    def test_a_second_zone_that_was_used_offline_finds_nothing_left(self):
        ticket = self.sold()
        self.append(ticket, self.boat)
        self.append(ticket, self.park.ropeway)
        self.assertEqual(self.values(ticket), [40.0, 0.0])
        self.assertEqual(ticket.remaining_value, 60.0)

    def test_a_reversed_choice_is_open_again(self):
        ticket = self.sold()
        self.use(ticket, self.boat)._reverse("wrong zone")
        self.use(ticket, self.park.ropeway)
        self.assertEqual(self.values(ticket), [40.0, -40.0, 40.0])
        self.assertEqual(ticket.remaining_value, 60.0)

    def test_a_choice_reversed_twice_earns_once(self):
        ticket = self.sold()
        self.use(ticket, self.boat)._reverse("wrong zone")
        self.use(ticket, self.park.ropeway)
        # the reversal of the boat is not earned again while the ropeway has the value
        self.append(ticket, self.boat, use_no=2)
        self.assertEqual(self.values(ticket), [40.0, -40.0, 40.0, 0.0])

    def test_what_was_not_chosen_expires(self):
        ticket = self.sold()
        self.use(ticket, self.park.gate)
        ticket._expire()
        self.assertEqual(self.values(ticket), [60.0, 40.0])
        self.assertEqual(ticket.revenue_event_ids.sorted("id")[-1].kind, "expire")
        self.recognise(ticket.valid_until + timedelta(days=1))
        self.assertEqual(self.balance(self.liability), 0)

    def test_all_is_recognised_whatever_was_chosen(self):
        for ride in (self.park.ropeway, self.boat):
            ticket = self.sold()
            self.use(ticket, self.park.gate)
            self.use(ticket, ride)
        self.recognise()
        self.assertEqual((self.balance(self.liability), self.balance(self.revenue)), (0, 200.0))

    def test_a_group_shares_the_value_among_its_persons(self):
        self.either.scenic_pax = 3
        ticket = self.sold()
        self.use(ticket, self.boat, wanted=1)
        self.use(ticket, self.boat, wanted=2)
        self.assertEqual(sorted(self.values(ticket)), [13.33, 13.33, 13.34])

    def test_rights_without_shares_count_a_choice_once(self):
        self.either.entitlement_ids.write({"share": 0})
        ticket = self.sold()
        self.use(ticket, self.park.gate)
        self.use(ticket, self.boat)
        self.assertEqual(self.values(ticket), [50.0, 50.0])

    def test_two_of_three_in_any_order_use_up_the_price(self):
        zones = (self.park.ropeway, self.boat, self.show)
        product = self.product("Two of three", 10.61, {zone: 1 for zone in zones}, (33, 33, 34))
        product.entitlement_ids.write({"choice": 1, "pick": 2})
        for first, second, third in permutations(zones):
            ticket = self.sold(product)
            self.use(ticket, first)
            self.use(ticket, second)
            self.assertEqual(self.redeem(ticket, third)["reason"], "E_CHOICE")
            self.assertEqual(sum(self.values(ticket)), ticket.net_value)

    def test_the_parts_of_a_choice_reach_the_whole_and_not_more(self):
        for total in (0, 1, 7, 100, 9999):
            for pick, zones in ((1, 2), (2, 3), (3, 4)):
                names = [str(number) for number in range(zones)]
                values, limits = allocation.split_with_choices(
                    total, dict.fromkeys(names, 1), {name: (1, pick) for name in names}
                )
                self.assertEqual(limits["0"], [1, total])
                self.assertGreaterEqual(values["0"] * pick, total)
                self.assertLess(values["0"] * pick, total + pick)
