"""Law 4 over the whole life of tickets: the books prove after every step, whatever it was."""

import random
from datetime import timedelta

import common_life
import common_scenic
import random_books
from fuzzing import examples

from odoo.tests import tagged

STEPS = 60


@tagged("post_install", "-at_install")
class TestRandomLife(random_books.RandomBooks, common_life.LifeCase):
    """Windows, gates, managers and chance; every step may be refused, none may lose a cent."""

    def setUp(self):
        super().setUp()
        self.park.family.scenic_pax = 7
        self.tiers(
            ("refund", 24, {}),
            ("refund", -10000, {"fee_percent": 13, "fee_amount": 0.37}),
            ("rebook", -10000, {"fee_amount": 2.5}),
        )
        self.either = common_scenic.make_product(
            self.park,
            "Park or Ropeway",
            90.0,
            {self.park.gate: 1, self.park.ropeway: 1},
            (30, 70),
            taxes_id=self.park.vat.ids,
            scenic_pax=5,
        )
        self.either.entitlement_ids.sudo().write({"choice": 1})

    def test_life(self):
        for seed in range(1, examples(3) + 1):
            with self.subTest(seed=seed):
                self.walk(seed)

    def walk(self, seed):
        chance = random.Random(seed)
        steps = [getattr(self, name) for name in sorted(dir(self)) if name.startswith("step_")]
        steps += [self.step_sale, self.step_use, self.step_use, self.step_part, self.step_part]
        for number in self.take_steps(seed, chance, steps, STEPS):
            self.assert_rights(seed, number)
        self.assertGreater(len(self.done), len(steps) / 2)

    def assert_rights(self, seed, number):
        """No ticket has more uses than rights, and its zones are worth what it is."""
        for ticket in self.everything():
            label = f"seed {seed}, step {number}, {ticket.alias}"
            for zone, count in ticket._used_by_zone().items():
                total = ticket.rights[str(zone.id)]
                self.assertTrue(not total or 0 <= count <= total, label)
            if not ticket.zone_choices:
                units = round(ticket.net_value * 100)
                self.assertEqual(sum(ticket.zone_values.values()), units, label)
            self.assertTrue(all(value >= 0 for value in ticket.zone_values.values()), label)

    # -- what can happen -----------------------------------------------------------

    def any_ticket(self, chance, *states):
        tickets = self.everything().filtered(lambda t: t.state in (states or ("valid", "held")))
        return chance.choice(tickets) if tickets else tickets

    def step_sale(self, chance):
        park = self.park
        products = [park.family, park.family, park.combo, park.annual, self.either]
        values = {"price_unit": chance.choice([100, 33.33, 0.05, 0])}
        values["visit_date"] = self.today + timedelta(chance.choice([0, 0, 5]))
        self.sell(self.win, (chance.choice(products), chance.randint(1, 2), values))

    def step_use(self, chance):
        if ticket := self.any_ticket(chance, "valid"):
            zone = self.env["scenic.zone"].browse(int(chance.choice(list(ticket.rights))))
            self.redeem(ticket, zone, wanted=chance.randint(1, 3), staff=True)

    def step_reverse(self, chance):
        uses = self.env["scenic.redemption"].search(
            [("company_id", "=", self.company.id), ("kind", "=", "use")]
        )
        if uses:
            chance.choice(uses)._reverse("mistake")

    def step_refund(self, chance):
        ticket = self.any_ticket(chance)
        if ticket:
            self.give_back(ticket)

    def step_part(self, chance):
        groups = self.everything().filtered(lambda t: t.state == "valid" and t.pax > 1)
        if not groups:
            return False
        group = chance.choice(groups)
        self.give_back(group, persons=chance.randint(1, group.pax - 1))

    def step_split(self, chance):
        groups = self.everything().filtered(lambda t: t.state == "valid" and t.pax > 1)
        if not groups:
            return False
        group = chance.choice(groups)
        group._split(chance.randint(1, group.pax - 1), "two cars")

    def step_block(self, chance):
        self.any_ticket(chance, "valid", "used")._block("x")

    def step_unblock(self, chance):
        self.any_ticket(chance, "blocked")._unblock()

    def step_hold(self, chance):
        self.any_ticket(chance, "valid")._hold()

    def step_activate(self, chance):
        self.any_ticket(chance, "held")._activate()

    def step_reissue(self, chance):
        self.any_ticket(chance)._reissue("lost")

    def step_transfer(self, chance):
        self.any_ticket(chance)._transfer()

    def step_rebook(self, chance):
        ticket = self.any_ticket(chance)
        if ticket:
            self.charge_rebooking(ticket, self.today + timedelta(chance.randint(0, 9)))

    def step_void(self, chance):
        self.any_ticket(chance)._void("lost")

    def step_expire(self, chance):
        self.everything().filtered(lambda _ticket: chance.random() < 0.05)._expire()

    def step_close(self, _chance):
        self.close(self.win)
        self.reopen()

    def step_recognise(self, _chance):
        self.recognise()
