"""A park with a ticket that asks for the ID of its visitor."""

import base64
import io
from datetime import timedelta

import common_scenic
import people
from common_scenic import make_product, make_tickets, open_window
from PIL import Image

ANNA, BEN, CARA = people.residents(3)
PHONE = "13800138000"


def picture():
    data = io.BytesIO()
    Image.new("RGB", (900, 700), (200, 30, 30)).save(data, "PNG")
    return base64.b64encode(data.getvalue())


class HolderCase(common_scenic.ScenicCase):
    """A park whose ``named`` ticket asks for an ID, one for each ID and day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.park.real_name = cls.env["scenic.policy"].create(
            {
                "name": "Real Name",
                "company_id": cls.park.company.id,
                "id_needed_at_sale": "each",
                "id_once_per_day": True,
            }
        )
        cls.park.named = make_product(
            cls.park, "Named", 90.0, {cls.park.gate: 1}, scenic_policy_id=cls.park.real_name.id
        )
        cls.today = cls.park.site._today()
        cls.tomorrow = cls.today + timedelta(days=1)
        cls.window = open_window(cls.park)
        cls.holders = cls.env["scenic.holder"]

    def tearDown(self):
        common_scenic.assert_balanced(self.env)
        super().tearDown()

    def row(self, number=ANNA, product=None, day=None, **values):
        product = product or self.park.named
        return {
            "product_id": product.id,
            "visit_date": day or self.today,
            "number": number,
            **values,
        }

    def make(self, *rows):
        holders, errors = self.holders._from_rows(list(rows))
        self.assertEqual(errors, [])
        return holders

    def codes(self, *rows):
        holders, errors = self.holders._from_rows(list(rows))
        self.assertFalse(holders)
        return [(error["row"], error["field"], error["code"]) for error in errors]

    def sell(self, number=ANNA, product=None, day=None, **values):
        holder = self.make(self.row(number, product, day, **values))
        return make_tickets(
            self.park, product or self.park.named, 1, day or self.today, holder_id=holder.id
        )

    def take(self, number=ANNA, order="order-1", product=None, day=None, window=None, **entry):
        """Type a holder at the window."""
        window = window or self.window
        product = product or self.park.named
        wants = [{"product_id": product.id, "visit_date": str(day or self.today)}]
        return window.env["scenic.holder"].pos_take(
            window.id, order, wants, {"number": number, **entry}
        )
