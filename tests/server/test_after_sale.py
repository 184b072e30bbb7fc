"""What a window does with tickets after their sale: printing again, reissuing, blocking."""

import common_scenic

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestPrintedAgain(common_scenic.ScenicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cashier = common_scenic.make_user(cls.env, "after_cashier", "window")
        cls.window = common_scenic.open_window(cls.park, user=cls.cashier)
        order = common_scenic.make_paid_order(cls.window, [(cls.park.adult, 2, {})])
        cls.first, cls.second = order.scenic_ticket_ids.sorted("seq")

    def tearDown(self):
        common_scenic.assert_balanced(self.env)
        super().tearDown()

    def reprint(self, *tickets, reason="Paper jam", **options):
        door = self.env["scenic.ticket"].with_user(options.get("user", self.cashier))
        return door.pos_reprinted(list(tickets), self.window.id, reason)

    def test_every_slip_has_its_number_and_is_told_with_its_window(self):
        self.assertEqual(self.reprint(self.first.id), {self.first.alias: 2})
        both = self.reprint(self.first.alias, self.second.id)

        self.assertEqual(both, {self.first.alias: 3, self.second.alias: 2})
        events = self.first.event_ids.sorted("id")
        self.assertEqual(events.mapped("kind"), ["reprint", "reprint"])
        self.assertEqual(events.mapped("copy_no"), [2, 3])
        self.assertEqual(events.mapped("reason"), ["Paper jam", "Paper jam"])
        self.assertEqual(events.config_id.id, self.window.id)
        self.assertEqual(events.session_id.id, self.window.current_session_id.id)
        self.assertEqual(events.user_id, self.cashier)

    def test_a_new_copy_begins_anew(self):
        self.reprint(self.first.id)
        self.first._reissue("Lost")

        self.assertEqual(self.reprint(self.first.id), {self.first.alias: 2})

    def test_what_opens_no_gate_is_not_printed(self):
        self.first._void("Wrong day")

        with self.assertRaises(UserError):
            self.reprint(self.first.id)

    def test_only_the_staff_of_a_window_prints(self):
        guest = common_scenic.make_user(self.env, "after_guest", "accountant")

        with self.assertRaises(AccessError):
            self.reprint(self.first.id, user=guest)

    def test_nobody_names_a_window_from_outside(self):
        tickets = self.first.with_context(scenic_place=[self.window.id, 1])
        tickets._block("Seen twice")

        self.assertFalse(self.first.event_ids.config_id)

    def test_a_refund_is_told_with_its_window(self):
        line = self.first.pos_order_line_id
        common_scenic.refund(self.window, line, scenic_data={"refund_uids": [self.first.uid]})

        event = self.first.event_ids
        self.assertEqual((event.kind, event.config_id.id), ("void", self.window.id))


class AfterSaleCase(common_scenic.ScenicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cashier = common_scenic.make_user(cls.env, "after_cashier", "window")
        cls.manager = common_scenic.make_user(cls.env, "after_manager", "manager")
        cls.window = common_scenic.open_window(cls.park, user=cls.cashier)
        cls.order = common_scenic.make_paid_order(cls.window, [(cls.park.adult, 2, {})])
        cls.first, cls.second = cls.order.scenic_ticket_ids.sorted("seq")

    def tearDown(self):
        common_scenic.assert_balanced(self.env)
        super().tearDown()

    def door(self, user=None):
        return self.env["scenic.ticket"].with_user(user or self.cashier)

    def find(self, text, user=None):
        return self.door(user).pos_find(text, self.window.id)

    def act(self, kind, reason="Because", user=None):
        return self.door(user).pos_act(kind, self.first.ids, reason, self.window.id)


@tagged("post_install", "-at_install")
class TestLookUp(AfterSaleCase):
    def test_an_order_number_or_its_end_finds_all_its_tickets(self):
        number = self.order.pos_reference
        for text in (number, number[-6:], number.lower()):
            choices = self.find(text)["choices"]
            self.assertEqual({row["id"] for row in choices}, {self.first.id, self.second.id})

    def test_what_is_typed_is_no_pattern(self):
        for text in ("____", "%%%%", "Order%", "%" + self.order.pos_reference[-3:]):
            answer = self.find(text)
            self.assertFalse(answer["choices"] or answer["ticket"], text)

    def test_the_phone_of_the_customer_finds_the_tickets(self):
        partner = self.env["res.partner"].create({"name": "Han", "phone": "13900139000"})
        self.order.partner_id = partner

        self.assertEqual(len(self.find("139 0013 9000")["choices"]), 2)

    def test_one_ticket_is_shown_without_a_list(self):
        answer = self.find(self.first.code)

        self.assertEqual(answer["ticket"]["id"], self.first.id)
        self.assertEqual((answer["choices"], answer["vouchers"]), ([], []))

    def test_actions_are_offered_to_those_who_may(self):
        mine = self.find(self.first.alias)["ticket"]["can"]
        self.env.invalidate_all()
        his = self.find(self.first.alias, self.manager)["ticket"]["can"]

        self.assertEqual((mine["reissue"], mine["block"]), (True, False))
        self.assertEqual((his["reissue"], his["block"]), (True, True))

    def test_another_company_finds_nothing(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = common_scenic.make_user(self.env, "after_stranger", "window", company=company)
        number = self.order.pos_reference

        self.assertEqual(len(self.door()._of_order(number)), 2)
        self.assertFalse(self.door(stranger)._of_order(number))


@tagged("post_install", "-at_install")
class TestActions(AfterSaleCase):
    def test_a_reissue_makes_the_old_slip_worthless(self):
        old = self.first.code
        answer = self.act("reissue", "Slip lost")
        self.env.invalidate_all()

        self.assertEqual(answer["slips"][0]["code"], self.first.code)
        self.assertEqual(self.redeem(old)["reason"], "E_SUPERSEDED")
        self.assertEqual(self.redeem(self.first)["reason"], "OK")
        self.assertEqual(self.first.event_ids.config_id.id, self.window.id)

    def test_only_a_manager_blocks_and_says_why(self):
        with self.assertRaises(AccessError):
            self.act("block")
        with self.assertRaises(UserError):
            self.act("block", reason=" ", user=self.manager)
        self.act("block", user=self.manager)
        self.assertEqual(self.first.state, "blocked")
        self.act("unblock", reason="", user=self.manager)
        self.assertEqual(self.first.state, "valid")
        self.assertEqual(self.first.event_ids.sorted("id").mapped("kind"), ["block", "unblock"])

    def test_no_other_method_can_be_called(self):
        with self.assertRaises(UserError):
            self.act("void", user=self.manager)

    def walk_in(self):
        self.env.flush_all()
        args = (self.first.code, self.park.gate.id, 1, self.window.id, "request-1")
        answer = self.door().pos_redeem(*args)
        self.env.invalidate_all()
        return answer

    def test_a_walk_in_is_undone_by_its_own_cashier_only(self):
        self.assertEqual(self.walk_in()["admit"], 1)
        for user, request in ((self.manager, "request-1"), (self.cashier, "request-2")):
            with self.assertRaises(UserError):
                self.door(user).pos_undo_redeem(request, self.window.id)
        self.door().pos_undo_redeem("request-1", self.window.id)
        self.env.invalidate_all()

        self.assertEqual((self.first.used_count, self.first.state), (0, "valid"))
        with self.assertRaises(UserError):
            self.door().pos_undo_redeem("request-1", self.window.id)

    def test_a_walk_in_of_an_hour_ago_is_not_undone_here(self):
        self.env.flush_all()
        self.redeem(
            self.first,
            how="window",
            now=common_scenic.time.time() - 600,
            source_ref=f"window:{self.window.id}:request-3",
        )
        with self.assertRaises(UserError):
            self.door().pos_undo_redeem("request-3", self.window.id)
