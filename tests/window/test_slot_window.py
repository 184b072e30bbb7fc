"""A cashier sells time slots, in a real browser against a real server."""

from datetime import timedelta

import common_slots
import window_case

from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestSlotWindow(window_case.WindowCase):
    def test_a_slot_is_chosen_held_and_sold(self):
        tomorrow = self.park.site._today() + timedelta(1)
        common_slots.make_timed_product(self.park, "Cable Car")
        full, early, late = (
            common_slots.make_show(self.park, capacity, tomorrow, start)
            for start, capacity in ((540, 0), (840, 4), (960, 10))
        )

        self.run_tour("ScenicSellSlots")

        self.assertEqual(self.tickets.slot_id, early)
        self.assertEqual(set(self.tickets.mapped("visit_date")), {tomorrow})
        self.assertEqual(set(self.tickets.mapped("slot_start")), {56})
        slots = full | early | late
        slots._sweep()
        self.assertEqual([slot.taken for slot in slots], [0, 4, 0])
        self.assertEqual(sum(slots.mapped("oversold")), 0)
        common_slots.assert_counted(slots)
