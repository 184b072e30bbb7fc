"""The drawer goes from one cashier to the next, in a real browser."""

import common_scenic
import window_case

from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestShiftWindow(window_case.WindowCase):
    def test_a_blind_count_is_handed_over_and_closed_by_the_next(self):
        self.window.sudo().scenic_blind_close = True
        following = common_scenic.make_user(self.env, "shift_next", "base.group_user", "window")
        session = self.window.current_session_id.sudo()

        self.run_tour("ScenicShiftHandOver")
        first, second = self.env["scenic.shift"].search(
            [("session_id", "=", session.id)], order="id"
        )
        self.assertEqual((first.state, first.difference), ("closed", -10))
        self.assertEqual((second.state, second.user_id), ("waiting", following))

        self.start_tour(
            f"/pos/ui/{self.window.id}", "ScenicShiftTakeOver", login="shift_next", timeout=180
        )
        self.assertEqual((second.state, second.opening_difference), ("closed", 0))
        self.assertEqual(session.state, "closed")
        self.assertEqual(session.cash_register_difference, -10)
