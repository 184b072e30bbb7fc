"""The online redemption: each refusal once, rights counted right, replays harmless."""

from datetime import timedelta

import common_scenic
from common_scenic import make_product, make_tickets

from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestRedemption(common_scenic.ScenicCase):
    def test_ticket_opens_its_zone_once(self):
        ticket = make_tickets(self.park)
        first = self.redeem(ticket, lane="L1")
        self.assertEqual((first["reason"], first["admit"], first["rest"]), ("OK", 1, 0))
        again = self.redeem(ticket, lane="L2")
        self.assertEqual((again["reason"], again["colour"]), ("E_USED", "RED"))
        self.assertEqual(again["first_use_lane"], "L1")
        self.assertTrue(again["first_use_t"])
        self.assertEqual(ticket.state, "used")
        self.assertEqual(len(ticket.redemption_ids), 1)
        self.assertEqual(ticket.redemption_ids.lane_code, "L1")

    def test_alias_opens_the_same_rights_as_the_code(self):
        ticket = make_tickets(self.park)
        spelled = f" {ticket.alias[:6].lower()}-{ticket.alias[6:]} "
        self.assertEqual(self.redeem(spelled)["reason"], "OK")
        self.assertEqual(self.redeem(ticket, lane="L2")["reason"], "E_USED")

    def test_each_zone_has_its_own_right(self):
        ticket = make_tickets(self.park, self.park.combo)
        self.assertEqual(self.redeem(ticket, self.park.gate)["reason"], "OK")
        self.assertEqual(ticket.state, "valid")
        self.assertEqual(self.redeem(ticket, self.park.ropeway)["reason"], "OK")
        self.assertEqual(ticket.state, "used")
        adult = make_tickets(self.park)
        self.assertEqual(self.redeem(adult, self.park.ropeway)["reason"], "E_ZONE")

    def test_code_for_three_admits_three_in_parts(self):
        ticket = make_tickets(self.park, self.park.family)
        part = self.redeem(ticket, wanted=2)
        self.assertEqual((part["reason"], part["admit"], part["rest"]), ("OK", 2, 1))
        too_many = self.redeem(ticket, wanted=2)
        self.assertEqual((too_many["reason"], too_many["rest"]), ("E_USED", 1))
        rest = self.redeem(ticket)
        self.assertEqual((rest["reason"], rest["admit"], rest["rest"]), ("OK", 1, 0))
        self.assertEqual(sorted(ticket.redemption_ids.mapped("use_no")), [1, 2, 3])

    def test_unlimited_right_never_runs_out(self):
        ticket = make_tickets(self.park, self.park.annual)
        for k in range(5):
            self.assertEqual(self.redeem(ticket, lane=f"L{k}")["reason"], "OK")
        self.assertEqual((ticket.state, ticket.used_count), ("valid", 5))

    def test_dates_are_the_sites_own(self):
        today = self.park.site._today()
        early = make_tickets(self.park, visit_date=today + timedelta(1))
        self.assertEqual(self.redeem(early)["reason"], "E_EARLY")
        late = make_tickets(self.park, visit_date=today - timedelta(1))
        self.assertEqual(self.redeem(late)["reason"], "E_EXPIRED")
        # one second before and after midnight in Shanghai is 16:00 UTC
        ticket = make_tickets(self.park, visit_date=today + timedelta(1))
        midnight = self.park.site._midnight(today + timedelta(1))
        unix = common_scenic.to_unix(midnight)
        self.assertEqual(self.redeem(ticket, now=unix - 1)["reason"], "E_EARLY")
        self.assertEqual(self.redeem(ticket, now=unix)["reason"], "OK")

    def test_ticket_is_bound_to_its_entrances(self):
        product = make_product(
            self.park,
            "North only",
            50.0,
            {self.park.gate: 1},
            scenic_entrance_ids=self.park.north.ids,
        )
        ticket = make_tickets(self.park, product)
        self.assertEqual(self.redeem(ticket, entrance=self.park.south.bit)["reason"], "E_ENTRANCE")
        self.assertEqual(self.redeem(ticket, entrance=self.park.north.bit)["reason"], "OK")

    def test_ticket_of_another_site_is_refused(self):
        other = common_scenic.make_park(self.env, name="Other")
        ticket = make_tickets(other)
        self.assertEqual(self.redeem(ticket)["reason"], "E_SITE")
        self.assertEqual(self.redeem(ticket.alias)["reason"], "E_SITE")

    def test_void_ticket_is_refused(self):
        ticket = make_tickets(self.park)
        ticket._void("Lost")
        self.assertEqual(self.redeem(ticket)["reason"], "E_REVOKED")
        self.assertFalse(ticket.redemption_ids)

    def test_what_is_no_ticket_is_refused(self):
        ticket = make_tickets(self.park)
        other = "A" if ticket.code[-20] != "A" else "B"
        forged = ticket.code[:-20] + other + ticket.code[-19:]
        digit = "1" if ticket.alias[-1] != "1" else "2"
        for text, reason in (
            ("", "E_FOREIGN"),
            ("https://example.org", "E_FOREIGN"),
            (ticket.code[:60], "E_FORMAT"),
            (forged, "E_SIG"),
            (ticket.alias[:-1] + digit, "E_FOREIGN"),
            ("T000000000000000", "E_UNKNOWN_ALIAS"),
        ):
            with self.subTest(text=text[:30]):
                answer = self.redeem(text)
                self.assertEqual((answer["reason"], answer["colour"]), (reason, "RED"))
        self.assertFalse(ticket.redemption_ids)

    def test_group_is_counted_by_staff(self):
        product = make_product(self.park, "Group", 900.0, {self.park.gate: 1}, scenic_pax=20)
        ticket = make_tickets(self.park, product)
        self.assertEqual(self.redeem(ticket)["reason"], "R_GROUP_COUNT")
        answer = self.redeem(ticket, wanted=15, staff=True)
        self.assertEqual((answer["reason"], answer["rest"]), ("OK", 5))
        self.assertEqual(ticket.used_count, 15)

    def test_repeated_request_gets_its_first_answer(self):
        ticket = make_tickets(self.park, self.park.family)
        first = self.redeem(ticket, wanted=2, source_ref="lane7:41")
        again = self.redeem(ticket, wanted=2, source_ref="lane7:41")
        self.assertEqual(again["reason"], "OK")
        self.assertTrue(again["replay"])
        self.assertEqual(again["redemption_ids"], first["redemption_ids"])
        self.assertEqual(ticket.used_count, 2)

    def test_replay_is_found_while_rights_are_left(self):
        ticket = make_tickets(self.park, self.park.annual)
        self.redeem(ticket, source_ref="r1")
        again = self.redeem(ticket, lane="L2", source_ref="r1")
        self.assertTrue(again["replay"])
        self.assertEqual(ticket.used_count, 1)

    def test_source_ref_with_pattern_characters_is_taken_literally(self):
        one, two = make_tickets(self.park, self.park.annual, 2)
        self.redeem(one, source_ref="a_b")
        self.assertFalse(self.redeem(one, lane="L2", source_ref="axb")["replay"])
        self.assertEqual(self.redeem(two, source_ref="%")["replay"], False)
        self.assertEqual(one.used_count, 2)

    def test_reversal_gives_the_right_back_and_stays_visible(self):
        ticket = make_tickets(self.park)
        self.redeem(ticket)
        ticket.redemption_ids._reverse("Turnstile blocked")
        self.env.invalidate_all()
        self.assertEqual((ticket.state, ticket.used_count), ("valid", 0))
        self.assertEqual(self.redeem(ticket, lane="L9")["reason"], "OK")
        self.assertEqual(self.redeem(ticket, lane="L8")["first_use_lane"], "L9")
        self.assertEqual(
            ticket.redemption_ids.sorted("id").mapped("kind"), ["use", "reversal", "use"]
        )

    def test_decision_stays_with_the_rights_sold(self):
        ticket = make_tickets(self.park)
        self.park.adult.product_tmpl_id.entitlement_ids.uses = 5
        self.assertEqual(self.redeem(ticket)["reason"], "OK")
        self.assertEqual(self.redeem(ticket, lane="L2")["reason"], "E_USED")
