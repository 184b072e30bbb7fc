"""Every channel asks for the same price: window, group order, and the interface for channels."""

import base64
import json
import random
from datetime import timedelta

import common_scenic
import window_case
from common_prices import add_price, make_season, make_tariff

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

QUESTIONS = 300


@tagged("post_install", "-at_install")
class TestSamePrice(window_case.WindowCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.park.site._today()
        cls.products = cls.park.adult | cls.park.combo | cls.park.family | cls.park.annual
        cls.channel = cls.window.scenic_channel_id
        cls.desk = cls.env.ref("scenic_ticketing.channel_desk")
        cls.website = cls.env.ref("scenic_ticketing.channel_website")

    def close(self, first, last):
        self.park.site.closed_calendar_ids = self.env["scenic.blackout"].create(
            {
                "name": "Closed",
                "line_ids": [Command.create({"date_from": first, "date_to": last})],
            }
        )

    def make_random_tariff(self, dice):
        """Seasons, weekdays, channels, steps and days ahead as a park has them, at random."""
        tariff = make_tariff(
            self.park,
            {"Base": {"priority": 0}, "Weekend": {"priority": 1, "days": ("fri", "sat", "sun")}},
            [],
            date_to=self.today + timedelta(300),
        )
        seasons = list(tariff.season_ids)
        for number in range(6):
            first = self.today + timedelta(dice.randrange(340))
            dates = [(first, first + timedelta(dice.randrange(30)))]
            name = f"Season {number}"
            seasons.append(make_season(tariff, name, dates, priority=2 + number))
        # `annual` is not in the tariff
        for product in self.products[:3]:
            for season in [seasons[0], *dice.sample(seasons[1:], 4)]:
                channels = {False, dice.choice((False, self.channel, self.desk, self.website))}
                for channel in channels:
                    self._add_ladder(dice, season, product, channel)
        self.env.flush_all()
        return tariff

    def _add_ladder(self, dice, season, product, channel):
        steps = [(1, 0), *dice.sample([(5, 0), (10, 0), (1, 7), (10, 30), (30, 14)], 2)]
        for quantity, ahead in steps:
            add_price(
                season,
                product,
                dice.randrange(100, 30000) / 100,
                channel_id=channel and channel.id,
                min_quantity=quantity,
                early_bird_days=ahead,
            )

    def make_questions(self, dice):
        return [
            {
                "product": dice.choice(self.products).product_tmpl_id.id,
                "date": str(self.today + timedelta(dice.randrange(330))),
                "quantity": dice.choice((1, 1, 2, 4, 5, 9, 10, 29, 30, 31)),
            }
            for _number in range(QUESTIONS)
        ]

    def ask_window(self, questions):
        """Let the real window make a line of each question; returns its answers."""
        cashier = self.window.env.user
        papers = self.env["ir.attachment"].with_user(cashier)
        text = base64.b64encode(json.dumps(questions).encode())
        papers.create({"name": "price_questions", "datas": text})
        self.run_tour("ScenicPrices")
        answer = papers.search([("name", "=", "price_answers")], order="id desc", limit=1)
        return json.loads(base64.b64decode(answer.datas))

    def ask_order(self, question, channel):
        """Return the unit price of a line on a group order."""
        template = self.env["product.template"].browse(question["product"])
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env.ref("base.partner_admin").id,
                "scenic_channel_id": channel.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": template.product_variant_id.id,
                            "product_uom_qty": question["quantity"],
                            "scenic_visit_date": question["date"],
                        }
                    )
                ],
            }
        )
        order.scenic_channel_id = channel
        return order.order_line.price_unit

    def ask_api(self, question, channel):
        template = self.env["product.template"].browse(question["product"])
        item = {**question, "product": template.gate_product_code, "channel": channel.code}
        return self.env["product.template"].scenic_quote([item])[0]

    def test_all_channels_ask_for_equal_cents(self):
        dice = random.Random(20260501)
        tariff = self.make_random_tariff(dice)
        self.close(self.today + timedelta(20), self.today + timedelta(23))
        questions = self.make_questions(dice)
        outcomes = set()
        for question, seen in zip(questions, self.ask_window(questions), strict=True):
            api = self.ask_api(question, self.channel)
            listed = self.env["product.template"].browse(question["product"]).list_price
            problem = "" if seen["problem"] == "E_NO_TARIFF" else seen["problem"]
            with self.subTest(**question):
                self.assertEqual(api["code"], problem or "OK")
                cents = api.get("amount") or f"{listed:.2f}"
                # a day that is not sold shows the list price and cannot be paid or confirmed
                self.assertEqual(f"{seen['price']:.2f}", cents)
                self.assertEqual(f"{self.ask_order(question, self.channel):.2f}", cents)
                if not seen["problem"]:
                    self.assertEqual(seen["version"], tariff.version)
            outcomes.add(seen["problem"])
        self.assertEqual(outcomes, {"", "E_NO_TARIFF", "E_CLOSED", "E_NO_PRICE"})

    def test_channels_ask_over_http(self):
        user = common_scenic.make_user(self.env, "price_channel", "window")
        expires = fields.Datetime.now() + timedelta(1)
        keys = self.env["res.users.apikeys"].with_user(user)
        key = keys.sudo()._generate("rpc", "channel", expires)
        make_tariff(self.park, {"Base": {}}, [("Base", self.park.adult, 80.5)])
        item = {
            "product": self.park.adult.product_tmpl_id.gate_product_code,
            "date": str(self.today),
            "quantity": 4,
        }
        answer = self.url_open(
            "/json/2/product.template/scenic_quote",
            data=json.dumps({"items": [item, {**item, "product": 65000}]}),
            headers={"Authorization": f"bearer {key}", "Content-Type": "application/json"},
        )
        self.assertEqual(answer.status_code, 200, answer.text)
        price, unknown = answer.json()
        self.assertEqual((price["code"], price["amount"]), ("OK", "80.50"))
        self.assertEqual(unknown, {"code": "E_PRODUCT"})

    def test_orders_and_channels_agree_for_every_channel(self):
        dice = random.Random(7)
        self.make_random_tariff(dice)
        for question in self.make_questions(dice):
            channel = dice.choice((self.channel, self.desk, self.website))
            api = self.ask_api(question, channel)
            if api["code"] == "OK":
                with self.subTest(**question, channel=channel.code):
                    self.assertEqual(f"{self.ask_order(question, channel):.2f}", api["amount"])

    def test_the_line_follows_day_and_number_at_the_window(self):
        tariff = make_tariff(
            self.park,
            {"Base": {"priority": 0}, "Tomorrow": {"priority": 5, "dates": self.tomorrow}},
            [],
        )
        for season, amount in zip(tariff.season_ids.sorted("priority"), (80, 90), strict=True):
            add_price(season, self.park.adult, amount)
        add_price(tariff.season_ids.sorted("priority")[1], self.park.adult, 70, min_quantity=10)
        self.env.flush_all()
        after = self.today + timedelta(2)
        self.close(after, after)
        self.run_tour("ScenicPriceSale")

    @property
    def tomorrow(self):
        return [(self.today + timedelta(1), self.today + timedelta(1))]


@tagged("post_install", "-at_install")
class TestManyProducts(common_scenic.ScenicCase):
    def test_the_table_of_a_window_stays_small_with_many_products(self):
        products = self.park.adult
        for number in range(60):
            products |= common_scenic.make_product(
                self.park, f"Ticket {number}", 10.0, {self.park.gate: 1}
            )
        make_tariff(
            self.park,
            {"Base": {"priority": 0}, "Weekend": {"priority": 1, "days": ("sat", "sun")}},
            [(season, product, 10) for season in ("Base", "Weekend") for product in products],
        )
        window = common_scenic.open_window(self.park)
        table = self.park.site._window_prices(window)
        text = json.dumps(table)
        # one number a day for all products together, and a few for each product
        self.assertEqual(len(table["days"]), 365 + 1 + 31)
        self.assertLess(len(text), 2 * 400 + 150 * len(products))
