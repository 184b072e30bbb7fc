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
