"""What a cashier says about tickets: given away, on one code, with a note, proof seen."""

import common_scenic
import common_slots
import people

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged


class SellCase(common_scenic.ScenicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.window = common_scenic.open_window(cls.park)
        cls.cashier = cls.window.env.user

    def tearDown(self):
        common_scenic.assert_balanced(self.env)
        super().tearDown()

    def sell(self, product=None, qty=1, price=None, window=None, **said):
        product = product or self.park.adult
        said = {"visit_date": fields.Date.to_string(self.park.site._today()), **said}
        values = {"scenic_data": said}
        if price is not None:
            values |= {"price_unit": price, "price_type": "manual"}
        order = common_scenic.make_paid_order(window or self.window, [(product, qty, values)])
        return self.env["scenic.ticket"].search([("pos_order_id", "=", order.id)], order="seq")

    def incidents(self):
        return self.env["scenic.incident"].search([("site_id", "=", self.park.site.id)])


@tagged("post_install", "-at_install")
class TestComplimentary(SellCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reason = cls.env["scenic.free.reason"].create({"name": "Guest", "limit_cashier": 5})
        cls.cashier.sudo().group_ids += cls.env.ref("scenic_ticketing.group_complimentary")

    def want(self, persons=1):
        return [
            {
                "reason_id": self.reason.id,
                "product_id": self.park.adult.id,
                "persons": persons,
            }
        ]

    def check(self, persons=1):
        reasons = self.env["scenic.free.reason"].with_user(self.cashier)
        return reasons.pos_check(self.window.id, self.want(persons))

    def test_the_ticket_names_its_reason_and_is_worth_nothing(self):
        tickets = self.sell(qty=2, price=0, free_reason=self.reason.id)
        self.assertEqual(tickets.free_reason_id, self.reason)
        self.assertEqual(tickets.mapped("net_value"), [0, 0])
        self.assertEqual(self.reason.given_today, 2)
        self.assertFalse(self.incidents())
        self.assertEqual(self.redeem(tickets[0])["reason"], "OK")

    def test_without_the_right_a_manager_hears_of_it(self):
        self.cashier.sudo().group_ids -= self.env.ref("scenic_ticketing.group_complimentary")
        self.assertTrue(self.check())
        self.sell(price=0, free_reason=self.reason.id)
        self.assertEqual(self.incidents().mapped("kind"), ["price"])
        self.assertEqual(self.incidents().amount, 80)

    def test_a_ticket_that_is_paid_is_not_complimentary(self):
        self.assertFalse(self.sell(free_reason=self.reason.id).free_reason_id)

    def test_the_limit_of_a_cashier_counts_persons_of_today(self):
        self.sell(self.park.family, price=0, free_reason=self.reason.id)
        self.assertFalse(self.check(2))
        self.assertTrue(self.check(3))
        # sold all the same, by a window without contact
        self.sell(qty=3, price=0, free_reason=self.reason.id)
        self.assertEqual(self.incidents().mapped("kind"), ["price"])

    def test_another_cashier_has_a_limit_of_her_own_but_shares_that_of_the_day(self):
        self.sell(qty=5, price=0, free_reason=self.reason.id)
        other = common_scenic.make_user(self.env, "other_cashier", "complimentary")
        site = self.park.site
        self.assertTrue(self.reason._obstacle(site, 1, self.cashier))
        self.assertFalse(self.reason._obstacle(site, 5, other))
        self.reason.limit_day = 6
        self.assertTrue(self.reason._obstacle(site, 2, other))

    def test_a_void_ticket_was_not_given(self):
        tickets = self.sell(qty=5, price=0, free_reason=self.reason.id)
        tickets[0]._void("test")
        self.assertFalse(self.check())


@tagged("post_install", "-at_install")
class TestSaid(SellCase):
    def test_the_note_reaches_the_gate_and_is_cut(self):
        ticket = self.sell(gate_note="  wheelchair " + "x" * 200)
        self.assertEqual(len(ticket.gate_note), 120)
        facts = ticket._window_facts()
        self.assertTrue(facts["gate_note"].startswith("wheelchair"))
        check = self.env["scenic.check"].create(
            {"text": ticket.alias, "zone_id": self.park.gate.id}
        )
        self.assertEqual(check.gate_note, ticket.gate_note)

    def test_nonsense_of_a_window_is_ignored(self):
        ticket = self.sell(gate_note=7, free_reason=True, concession_seen="yes", together="no")
        self.assertFalse(ticket.gate_note or ticket.free_reason_id or ticket.concession_seen)

    def test_the_proof_that_was_seen_is_noted(self):
        self.assertTrue(self.sell(concession_seen=True).concession_seen)

    def test_persons_who_leave_a_group_keep_what_was_said(self):
        ticket = self.sell(self.park.family, gate_note="stroller")
        self.assertEqual(ticket._split(1, "test").gate_note, "stroller")


@tagged("post_install", "-at_install")
class TestTogether(SellCase):
    def test_a_group_has_one_code_worth_all_of_it(self):
        ticket = self.sell(qty=30, together=True)
        self.assertEqual(ticket.mapped("pax"), [30])
        self.assertEqual(ticket.net_value, 2400)
        self.assertEqual(ticket.price_paid, 2400)
        self.assertEqual(self.redeem(ticket, wanted=12, staff=True)["admit"], 12)

    def test_more_persons_than_a_code_carries_have_several(self):
        tickets = self.sell(self.park.family, qty=100, price=10.01, together=True)
        self.assertEqual(tickets.mapped("pax"), [255, 45])
        self.assertAlmostEqual(sum(tickets.mapped("net_value")), 1001)

    def test_the_whole_group_is_refunded_by_its_quantity(self):
        ticket = self.sell(qty=30, together=True)
        line = ticket.pos_order_line_id
        refund = [{"line_id": line.id, "qty": 30, "uids": []}]
        self.assertFalse(self.env["pos.order.line"].pos_check_scenic_refund(refund))
        common_scenic.refund(self.window, line, 30)
        self.assertEqual(ticket.state, "void")

    def test_some_of_a_group_are_refunded_as_persons(self):
        ticket = self.sell(qty=30, together=True)
        said = {"refund_uids": [ticket.uid], "persons": 4}
        line = ticket.pos_order_line_id
        common_scenic.refund(self.window, line, 4, scenic_data=said)
        self.assertEqual(ticket.pax, 26)
        self.assertEqual(ticket.net_value, 26 * 80)

    def test_part_of_a_group_needs_its_ticket(self):
        line = self.sell(qty=30, together=True).pos_order_line_id
        with self.assertRaises(UserError):
            common_scenic.refund(self.window, line, 4)


@tagged("post_install", "-at_install")
class TestPlaces(common_slots.SlotCase):
    def test_what_is_left_is_told_for_slot_and_day(self):
        window = common_scenic.open_window(self.park)
        slot = self.show
        self.park.site.capacity_daily = 12
        places = self.env["scenic.slot"].with_user(window.env.user)
        want = {
            "product_id": self.ride.id,
            "date": fields.Date.to_string(slot.date),
            "slot_id": slot.id,
        }
        answer = places.pos_places([want, {**want, "slot_id": False}], window.id)
        self.assertEqual(
            answer, [{"slot_left": 20, "day_left": 12}, {"slot_left": None, "day_left": 12}]
        )

    def test_other_windows_hear_of_a_sale(self):
        window = common_scenic.open_window(self.park)
        other = common_scenic.open_window(self.park, "Window 2")
        slot = self.show
        said = {"visit_date": fields.Date.to_string(slot.date), "slot_id": slot.id}
        self.env["bus.bus"].search([]).unlink()
        common_scenic.make_paid_order(window, [(self.ride, 1, {"scenic_data": said})])
        self.env.cr.precommit.run()
        told = self.env["bus.bus"].search([("message", "ilike", "SCENIC_PLACES")])
        self.assertEqual(len(told), 1)
        self.assertIn(other.sudo().access_token, told.message)


@tagged("post_install", "-at_install")
class TestVisitors(SellCase):
    LIST = "姓名,证件号码\n张三,{}\n李四,{}"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.park.policy.write({"id_needed_at_sale": "each", "id_once_per_day": True})

    def take(self, text, order="order-1", **content):
        want = {
            "product_id": self.park.adult.id,
            "visit_date": fields.Date.to_string(self.park.site._today()),
        }
        holders = self.window.env["scenic.holder"]
        return holders.pos_take_list(self.window.id, order, want, {"text": text, **content})

    def test_a_list_is_sealed_and_its_visitors_get_the_tickets(self):
        answer = self.take(self.LIST.format(*people.residents(2)))
        self.assertFalse(answer["errors"])
        tokens = [holder["token"] for holder in answer["holders"]]
        tickets = self.sell(qty=2, holders=tokens)
        self.assertEqual(tickets.holder_id.mapped("uid"), tokens)

    def test_one_wrong_row_takes_nobody(self):
        answer = self.take(self.LIST.format(people.resident(), "110101199003070000"))
        self.assertEqual([error["place"] for error in answer["errors"]], [3])
        self.assertFalse(answer["holders"])

    def test_a_list_that_is_taken_again_replaces_its_visitors(self):
        text = self.LIST.format(*people.residents(2))
        tokens = [holder["token"] for holder in self.take(text)["holders"]]
        self.assertTrue(self.take(text, order="order-2")["errors"])
        self.assertFalse(self.take(text, replaces=tokens)["errors"])

    def test_what_is_no_list_is_refused(self):
        for content in ("", "no titles\nhere", "x" * 2**20 + "\n"):
            answer = self.take(content)
            self.assertEqual([error["place"] for error in answer["errors"]], [0])
        self.assertTrue(self.take(None, base64="?")["errors"])
