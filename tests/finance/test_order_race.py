"""Four windows at once, each order sent as a bad network sends it: right tickets, right books.

`make test` plays some orders of a fixed seed; SCENIC_RACE=500 as many for each window, SCENIC_SEED
another course of events.
"""

import os
from collections import Counter

import committed_books
import common_finance
import common_scenic
import order_race

from odoo.tests import tagged

WINDOWS = 4
SALES = int(os.environ.get("SCENIC_RACE") or 12)
SEED = int(os.environ.get("SCENIC_SEED") or 4)


@tagged("post_install", "-at_install")
class TestOrderRace(committed_books.CommittedBooksCase):
    @classmethod
    def prepare(cls, park):
        # every sale takes places of the day, so all windows meet there
        park.site.capacity_daily = 1_000_000
        cls.site_id = park.site.id
        products = [park.adult.id, park.combo.id, park.family.id]
        cls.windows = []
        for number in range(WINDOWS):
            window = common_scenic.open_window(park, f"Race {number}")
            script = order_race.Script(f"{SEED}-{number}", products)
            cls.windows.append((script, window.id, window.env.uid))

    def test_each_order_counts_once_whatever_the_network_did(self):
        race = order_race.Race(self.registry, {"allowed_company_ids": [self.company_id]})
        race.run(self.windows, SALES)
        with self.books() as (env, _company):
            given_back = Counter()
            for script, _window, _user in self.windows:
                given_back += self.check_refunds(env, script, dict(race.refused))
                for order, units in script.sales:
                    self.check_sale(env, order, units, given_back)
            self.assertEqual(len(env["scenic.ticket"].search([])), self.units())
            self.check_places(env)
            self.assertFalse(env["scenic.incident"].search([]).mapped("facts"))
            common_scenic.assert_balanced(env)
        self.close_and_prove()

    def units(self):
        return sum(units for script, *_rest in self.windows for _order, units in script.sales)

    def check_refunds(self, env, script, refused):
        """Return {uuid of a line: units given back}; each refund is stored whole or not at all."""
        given_back = Counter()
        for order, line_uuid, units in script.refunds:
            stored = env["pos.order"].search([("uuid", "=", order["uuid"])])
            if not stored:
                self.assertIn(order["uuid"], refused)
                continue
            self.assertEqual((len(stored), stored.state), (1, "paid"))
            tickets = env["scenic.ticket"].search([("refund_line_id", "in", stored.lines.ids)])
            self.assertEqual((len(tickets), set(tickets.mapped("state"))), (units, {"void"}))
            given_back[line_uuid] += units
        return given_back

    def check_sale(self, env, order, units, given_back):
        stored = env["pos.order"].search([("uuid", "=", order["uuid"])])
        self.assertEqual((len(stored), stored.state, len(stored.payment_ids)), (1, "paid", 1))
        tickets = stored.scenic_ticket_ids.sorted("seq")
        self.assertEqual(tickets.mapped("seq"), list(range(1, units + 1)))
        states = Counter(tickets.mapped("state"))
        back = given_back[stored.lines.uuid]
        self.assertLessEqual(back, units)
        self.assertEqual((states["void"], states["valid"]), (back, units - back))

    def check_places(self, env):
        """The day holds exactly the persons of the tickets that are good.

        What a send held that lost to its twin comes back when its ten minutes are over.
        """
        env.cr.execute(
            "UPDATE scenic_hold SET expires_at = expires_at - interval '1 hour'"
            " WHERE site_id = %s AND state = 'held'",
            [self.site_id],
        )
        env.cr.commit()
        env.invalidate_all()
        while env["scenic.slot"]._sweep():
            pass
        good = env["scenic.ticket"].search([("state", "=", "valid")])
        day = env["scenic.slot"].search([("kind", "=", "day"), ("site_id", "=", self.site_id)])
        self.assertEqual((day.taken, day.oversold), (sum(good.mapped("pax")), 0))

    def close_and_prove(self):
        """Close the sessions: what they post is what the tickets are worth, to the cent."""
        with self.books() as (env, _company):
            for _script, window_id, user_id in self.windows:
                window = env["pos.config"].browse(window_id).with_user(user_id)
                common_finance.close_session(window)
            common_scenic.assert_balanced(env)
            proof = env["scenic.proof"]._compute_proof(env.company, tickets=True)
            self.assertEqual((proof["difference"], proof["state"]), (0, "balanced"))
