"""Real-name tickets at a window, in a real browser."""

import people
import window_case
from common_scenic import make_product

from odoo.tests import tagged

ANNA, BEN = people.residents(2)


@tagged("post_install", "-at_install")
class TestHolderTour(window_case.WindowCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        policy = cls.env["scenic.policy"].create(
            {
                "name": "Real Name",
                "company_id": cls.park.company.id,
                "id_needed_at_sale": "each",
                "id_once_per_day": True,
            }
        )
        make_product(cls.park, "Named", 90.0, {cls.park.gate: 1}, scenic_policy_id=policy.id)

    def test_tickets_are_sold_to_people_and_found_by_their_cards(self):
        self.run_tour("ScenicRealName")

        tickets = self.tickets
        numbers = [t.holder_id._opened()[t.holder_id]["number"] for t in tickets]
        self.assertEqual(numbers, [ANNA, BEN])
        self.assertEqual(tickets.mapped("state"), ["used", "valid"])
        line = tickets.pos_order_line_id
        self.assertNotIn("holders", line.scenic_data)
        incidents = self.env["scenic.incident"].search([("ticket_id", "in", tickets.ids)])
        self.assertFalse(incidents)
