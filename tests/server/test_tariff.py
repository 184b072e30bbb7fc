"""Tariffs: the price of a day, what is refused at publishing, and what the days screen changes."""

from datetime import timedelta

import common_scenic
from common_prices import add_price, make_tariff
from common_scenic import make_park, make_user
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger


class TariffCase(common_scenic.ScenicCase):
    """A base price, a dearer weekend, and a week of its own in a hundred days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = cls.park.site._today()
        cls.monday = cls.today + timedelta(7 - cls.today.weekday())
        cls.saturday = cls.monday + timedelta(5)
        cls.desk = cls.env.ref("scenic_ticketing.channel_desk")
        cls.feast = cls.monday + timedelta(98)
        cls.week = (cls.feast, cls.feast + timedelta(6))
        cls.tariff = cls.make_tariff()
        cls.template = cls.park.adult.product_tmpl_id
        cls.anna = make_user(cls.env, "prices_anna", "manager")
        cls.bert = make_user(cls.env, "prices_bert", "manager")

    @classmethod
    def make_tariff(cls, **vals):
        adult, family = cls.park.adult, cls.park.family
        return make_tariff(
            cls.park,
            {
                "Base": {"priority": 0},
                "Weekend": {"priority": 10, "days": ("sat", "sun"), "color": 2},
                "Feast": {"priority": 20, "dates": [cls.week], "color": 1},
            },
            [
                ("Base", adult, 80),
                ("Base", adult, 72, {"min_quantity": 10}),
                ("Base", adult, 76, {"early_bird_days": 30}),
                ("Base", adult, 70, {"channel_id": cls.desk.id}),
                ("Base", family, 200),
                ("Weekend", adult, 100),
                ("Feast", adult, 120.5),
            ],
            **vals,
        )

    def tearDown(self):
        common_scenic.assert_balanced(self.env, self.park.company)
        super().tearDown()

    def season(self, name, tariff=None):
        return (tariff or self.tariff).season_ids.filtered(lambda season: season.name == name)

    def draft(self, user=None):
        action = self.tariff.with_user(user or self.anna).action_new_draft()
        return self.env["scenic.tariff"].with_user(user or self.anna).browse(action["res_id"])

    def codes(self, tariff, severity="error"):
        self.env.flush_all()
        found = tariff._findings()
        return sorted(item["code"] for item in found if item["severity"] == severity)

    def amount(self, day, channel=None, quantity=1, today=None):
        return self.template._scenic_price(day, channel, quantity, today).amount


@tagged("post_install", "-at_install")
class TestPrice(TariffCase):
    def test_price_follows_day_channel_number_and_days_ahead(self):
        near, far = self.monday, self.monday + timedelta(35)
        self.assertEqual(self.amount(near), 80)
        self.assertEqual(self.amount(near, quantity=10), 72)
        self.assertEqual(self.amount(far), 76)
        self.assertEqual(self.amount(near, self.desk), 70)
        self.assertEqual(self.amount(self.saturday, self.desk), 100)
        self.assertEqual(self.amount(self.feast), 120.5)

    def test_price_names_its_line_and_version(self):
        price = self.template._scenic_price(self.feast)
        line = self.env["scenic.price"].browse(price.rule_id)
        self.assertEqual((line.season_id.name, line.tariff_id), ("Feast", self.tariff))
        self.assertEqual(price.tariff_version, self.tariff.version)

    def test_a_channel_asks_for_so_many_prices_at_once(self):
        item = {"product": self.template.gate_product_code, "date": str(self.monday)}
        quote = self.env["product.template"].scenic_quote
        answers = quote([item] * 2000)
        self.assertEqual({answer["code"] for answer in answers}, {"OK"})
        with self.assertRaises(UserError):
            quote([item] * 2001)

    def test_without_a_tariff_the_list_price_holds(self):
        self.tariff.state = "retired"
        self.assertEqual(self.template._scenic_price(self.feast), (80.0, 0, 0))

    def test_product_outside_the_tariff_keeps_its_list_price(self):
        annual = self.park.annual.product_tmpl_id
        self.assertEqual(annual._scenic_price(self.monday), (600.0, 0, 0))

    def test_closed_day_is_sold_nowhere(self):
        self.park.site.closed_calendar_ids = self.env["scenic.blackout"].create(
            {
                "name": "Repairs",
                "line_ids": [Command.create({"date_from": self.monday, "date_to": self.monday})],
            }
        )
        self.assertEqual(self.template._scenic_quote(self.monday).problem, "E_CLOSED")
        with self.assertRaises(UserError):
            self.amount(self.monday)
        # the list price is no way around it
        with self.assertRaises(UserError):
            self.park.combo.product_tmpl_id._scenic_price(self.monday)

    def test_day_after_the_end_of_the_tariff_is_not_sold(self):
        self.tariff.date_to = self.saturday
        self.assertEqual(self.amount(self.saturday), 100)
        quote = self.template._scenic_quote(self.saturday + timedelta(1))
        self.assertEqual(quote.problem, "E_NO_PRICE")

    def test_a_site_has_one_live_tariff(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.cr.savepoint():
            make_tariff(self.park, {}, [])
            self.env.flush_all()

    def test_prices_of_another_site_are_refused(self):
        other = make_park(self.env, name="Other Park")
        with self.assertRaises(ValidationError):
            add_price(self.season("Base"), other.adult, 10)


@tagged("post_install", "-at_install")
class TestGuardRails(TariffCase):
    def test_good_tariff_has_no_findings(self):
        self.assertEqual(self.tariff._findings(), [])

    def test_price_of_cents_is_refused_unless_free_on_purpose(self):
        line = self.season("Base").price_ids[0]
        line.price = 0.02
        finding = self.tariff._findings()[0]
        self.assertEqual((finding["code"], finding["record"]), ("tiny", line))
        self.assertIn(line.display_name, finding["message"])
        line.free = True
        self.assertNotIn("tiny", self.codes(self.tariff))

    def test_price_outside_its_band_is_refused(self):
        self.season("Feast").price_ids.write({"price_max": 120})
        self.assertEqual(self.codes(self.tariff), ["above_band"])
        self.season("Feast").price_ids.write({"price_max": 0, "price_min": 121})
        self.assertEqual(self.codes(self.tariff), ["below_band"])
        self.season("Feast").price_ids.write({"price_min": 0})
        self.template.scenic_price_max = 110
        self.assertEqual(self.codes(self.tariff), ["above_band"])

    def test_price_below_product_and_paper_is_refused(self):
        paper = self.env["product.product"].create({"name": "Wristband", "standard_price": 21})
        self.park.adult.standard_price = 50
        self.assertEqual(self.codes(self.tariff), [])
        self.template.scenic_media_product_id = paper
        self.assertEqual(self.codes(self.tariff), ["below_cost"])

    def test_cost_is_compared_with_the_price_without_tax(self):
        tax = self.env["account.tax"].create(
            {"name": "VAT 6", "amount": 6, "price_include_override": "tax_included"}
        )
        self.tariff.tax_included = True
        self.season("Base").price_ids.filtered("channel_id").unlink()
        self.template.taxes_id = tax
        self.park.adult.standard_price = 70
        # 72 with tax is 67.92
        self.assertEqual(self.codes(self.tariff), ["below_cost"])

    def test_tax_that_contradicts_the_prices_is_refused(self):
        tax = self.env["account.tax"].create(
            {"name": "VAT 6", "amount": 6, "price_include_override": "tax_included"}
        )
        self.tariff.tax_included = False
        self.template.taxes_id = tax
        self.assertEqual(self.codes(self.tariff), ["vat"])
        self.tariff.tax_included = True
        self.assertEqual(self.codes(self.tariff), [])
        self.assertEqual(self.codes(self.tariff, "warning"), ["no_vat"])

    def test_seasons_of_equal_priority_on_one_day_are_refused(self):
        self.season("Feast").priority = 10
        finding = next(self.tariff._find_overlaps(*self._checked()))
        self.assertEqual(finding["code"], "overlap")
        self.assertEqual(finding["record"], self.season("Weekend") | self.season("Feast"))
        self.assertEqual(self.codes(self.tariff), ["overlap"])

    def _checked(self):
        first, last = self.tariff._horizon()
        days = [first + timedelta(k) for k in range((last - first).days + 1)]
        return self.tariff._view(), days, set()

    def test_days_without_a_price_are_refused(self):
        self.season("Base").price_ids.filtered(
            lambda line: line.product_tmpl_id == self.park.family.product_tmpl_id
        ).season_id = self.season("Weekend")
        self.assertEqual(self.codes(self.tariff), ["no_price"])

    def test_season_that_prices_closed_days_is_refused(self):
        closed = self.feast + timedelta(2)
        self.park.site.closed_calendar_ids = self.env["scenic.blackout"].create(
            {
                "name": "Repairs",
                "line_ids": [Command.create({"date_from": closed, "date_to": closed})],
            }
        )
        finding = self.tariff._findings()[0]
        self.assertEqual((finding["code"], finding["record"]), ("closed_day", self.season("Feast")))
        self.tariff.season_ids.write({"skip_closed": True})
        self.assertEqual(self.codes(self.tariff), [])

    def test_step_without_a_base_is_refused_and_a_useless_one_reported(self):
        line = add_price(self.season("Feast"), self.park.family, 150, min_quantity=5)
        self.assertEqual(self.codes(self.tariff), ["no_base"])
        line.unlink()
        add_price(self.season("Feast"), self.park.adult, 130, min_quantity=5)
        self.assertEqual(self.codes(self.tariff, "warning"), ["useless_step"])

    def test_an_error_keeps_a_draft_from_being_published(self):
        draft = self.draft()
        self.season("Base", draft).price_ids[0].price = 0.02
        with self.assertRaises(UserError):
            draft.action_submit()
        self.assertEqual(draft.state, "draft")


@tagged("post_install", "-at_install")
class TestVersions(TariffCase):
    def test_draft_is_a_full_copy_and_holds_only_once_published(self):
        draft = self.draft()
        self.assertEqual(len(draft.price_ids), len(self.tariff.price_ids))
        self.assertFalse(draft.price_ids.season_id & self.tariff.season_ids)
        draft.price_ids.filtered(lambda line: line.season_id.name == "Feast").price = 99
        self.assertEqual(self.amount(self.feast), 120.5)
        draft.action_submit()
        draft.with_user(self.bert).action_publish()
        self.assertEqual(self.amount(self.feast), 99)
        self.assertEqual((self.tariff.state, draft.state), ("retired", "published"))
        self.assertEqual(draft.version, self.tariff.version + 1)

    def test_who_approves_sees_which_prices_change(self):
        draft = self.draft()
        self.assertEqual(draft._publish_changes(), [])
        draft.action_set_day_price(self.template.id, str(self.feast), str(self.feast), 99)
        line = self.season("Weekend", draft).price_ids
        line.price = 101
        changed = {label: (before, after) for label, before, after in draft._publish_changes()}
        self.assertEqual(len(changed), 3)
        self.assertIn("100", changed[line.display_name][0])
        self.assertIn("101", changed[line.display_name][1])

    def test_second_person_publishes(self):
        draft = self.draft()
        draft.name = "Mine"
        draft.action_submit()
        with self.assertRaises(UserError):
            draft.action_publish()

    def test_live_prices_are_not_written(self):
        line = self.tariff.price_ids[0].with_user(self.anna)
        with self.assertRaises(UserError):
            line.price = 1
        with self.assertRaises(UserError):
            self.tariff.season_ids[0].with_user(self.anna).range_ids = [
                Command.create({"date_from": self.monday, "date_to": self.monday})
            ]

    def test_ticket_and_its_copy_name_the_version(self):
        window = common_scenic.open_window(self.park)
        order = common_scenic.make_paid_order(
            window, [(self.park.adult, 1, {"visit_date": self.monday, "price_unit": 80})]
        )
        self.assertEqual(order.scenic_ticket_ids.mapped("tariff_version"), [self.tariff.version])
        self.tariff.state = "retired"
        other = common_scenic.make_paid_order(window, [(self.park.adult, 1, {})])
        self.assertEqual(other.scenic_ticket_ids.mapped("tariff_version"), [0])


@tagged("post_install", "-at_install")
class TestCalendar(TariffCase):
    def cell(self, tariff, day, product=None, **ask):
        product = product or self.template
        month = tariff.action_month(product.id, day.strftime("%Y-%m"), **ask)
        return next(cell for cell in month["days"] if cell["date"] == day.isoformat())

    def test_month_shows_price_season_and_difference(self):
        draft = self.draft()
        draft.action_set_day_price(self.template.id, *map(str, self.week), 150)
        cell = self.cell(draft, self.feast)
        self.assertEqual((cell["amount"], cell["live"], cell["differs"]), (150, 120.5, True))
        self.assertEqual(cell["season_id"], self.season("Feast", draft).id)
        self.assertFalse(self.cell(draft, self.feast + timedelta(7))["differs"])
        self.assertEqual(self.cell(draft, self.saturday, quantity=10)["amount"], 100)
        self.assertEqual(self.cell(draft, self.monday, lead=30)["amount"], 76)

    def test_price_of_one_day_makes_a_stronger_season(self):
        draft = self.draft()
        for _again in range(2):
            draft.action_set_day_price(self.template.id, str(self.feast), str(self.feast), 200)
        self.assertEqual(self.cell(draft, self.feast)["amount"], 200)
        self.assertEqual(self.cell(draft, self.feast + timedelta(1))["amount"], 120.5)
        self.assertEqual(len(draft.season_ids), 4)
        self.assertEqual(self.codes(draft), [])

    def test_price_of_a_season_changes_all_of_its_days(self):
        draft = self.draft()
        draft.action_set_line_price(self.cell(draft, self.feast)["line_id"], 130)
        self.assertEqual(self.cell(draft, self.week[1])["amount"], 130)

    def test_days_move_from_one_season_to_another(self):
        draft = self.draft()
        middle = self.feast + timedelta(2)
        weekend = self.season("Weekend", draft)
        with self.assertRaises(UserError), self.cr.savepoint():
            draft.action_set_day_season(weekend.id, str(middle), str(middle))
        draft.action_set_day_season(self.season("Base", draft).id, str(middle), str(middle))
        days = [self.cell(draft, self.feast + timedelta(k))["amount"] for k in range(5)]
        self.assertEqual(days, [120.5, 120.5, 80, 120.5, 120.5])

    def test_only_a_draft_is_edited(self):
        with self.assertRaises(UserError):
            self.tariff.action_set_day_price(self.template.id, str(self.feast), str(self.feast), 1)

    def test_last_years_days_are_copied(self):
        draft = self.draft()
        copy = self.env["scenic.price.copy"].with_user(self.anna)
        wizard = copy.create(
            {"tariff_id": draft.id, "date_from": self.week[0], "date_to": self.week[1]}
        )
        wizard.action_copy()
        moved = [day + timedelta(364) for day in self.week]
        ranges = self.season("Feast", draft).range_ids
        self.assertEqual(
            [(part.date_from, part.date_to) for part in ranges], [self.week, tuple(moved)]
        )
        # a second time there is nothing left to copy
        with self.assertRaises(UserError):
            wizard.action_copy()

    def test_days_are_listed_for_export(self):
        draft = self.draft()
        draft.action_set_day_price(self.template.id, str(self.feast), str(self.feast), 200)
        action = draft.action_day_list(str(self.feast), str(self.week[1]))
        rows = self.env["scenic.price.day"].with_user(self.anna).search(action["domain"])
        self.assertEqual(len(rows), 2 * 7)
        changed = rows.filtered("differs")
        self.assertEqual(
            [(row.date, row.price, row.live_price) for row in changed], [(self.feast, 200, 120.5)]
        )
        data = rows.export_data(["product_tmpl_id", "date", "price"])["datas"]
        self.assertEqual(len(data), 14)


@tagged("post_install", "-at_install")
class TestDeviations(TariffCase):
    """What a window may ask for: the server compares every paid line with the tariff."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.window = common_scenic.open_window(cls.park)

    def sell(self, price, day=None, **values):
        line = {"visit_date": day or self.monday, "price_unit": price, **values}
        return common_scenic.make_paid_order(self.window, [(self.park.adult, 1, line)])

    def incidents(self):
        domain = [("kind", "=", "price"), ("site_id", "=", self.park.site.id)]
        return self.env["scenic.incident"].search(domain)

    def restrict(self):
        self.window.sudo().restrict_price_control = True

    def test_price_of_the_tariff_is_fine(self):
        self.sell(80)
        self.sell(100, self.saturday)
        self.assertFalse(self.incidents())

    def test_another_price_is_reported_with_its_ticket_and_loss(self):
        order = self.sell(60)
        incident = self.incidents()
        self.assertEqual(incident.ticket_id, order.scenic_ticket_ids)
        self.assertEqual(incident.amount, 20)

    def test_a_replayed_order_is_judged_once(self):
        line = (self.park.adult, 1, {"visit_date": self.monday, "price_unit": 60})
        data = common_scenic.order_data(self.window, [line])
        for _again in range(2):
            order = common_scenic.sync(self.window, data)
            order.lines._scenic_process_paid()
        self.assertEqual(len(self.incidents()), 1)

    def test_another_price_is_refused_where_the_window_says_so(self):
        self.window.sudo().scenic_price_deviation = "refuse"
        with self.assertRaises(UserError), self.cr.savepoint():
            self.sell(60)
        self.sell(80)
        self.assertEqual(self.env["scenic.ticket"].search_count([("net_value", "=", 60)]), 0)

    def test_price_changed_by_hand_needs_the_right_to_change_prices(self):
        self.sell(60, price_type="manual")
        self.assertFalse(self.incidents())
        self.restrict()
        self.sell(60, price_type="manual")
        self.assertEqual(len(self.incidents()), 1)
        manager = self.window.group_pos_manager_id
        self.window.env.user.sudo().group_ids += manager
        self.sell(60, price_type="manual")
        self.assertEqual(len(self.incidents()), 1)

    def test_ticket_for_a_closed_day_is_reported(self):
        self.park.site.closed_calendar_ids = self.env["scenic.blackout"].create(
            {
                "name": "Repairs",
                "line_ids": [Command.create({"date_from": self.monday, "date_to": self.monday})],
            }
        )
        order = self.sell(80)
        self.assertEqual(self.incidents().ticket_id, order.scenic_ticket_ids)

    def test_group_order_for_a_closed_day_is_not_confirmed(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env.ref("base.partner_admin").id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.park.adult.id,
                            "product_uom_qty": 12,
                            "scenic_visit_date": self.monday,
                        }
                    )
                ],
            }
        )
        self.assertEqual(order.order_line.price_unit, 70)
        order.order_line.scenic_visit_date = self.saturday
        self.assertEqual(order.order_line.price_unit, 100)
        self.tariff.date_to = self.monday
        with self.assertRaises(UserError), self.cr.savepoint():
            order.action_confirm()
        self.assertFalse(order.order_line.scenic_ticket_ids)

    def test_a_table_that_is_loaded_again_is_asked_for_after_a_change(self):
        self.season("Feast").price_ids.price = 121
        self.assertTrue(self.park.site.prices_at)
        sites = self.env["scenic.site"].with_user(self.window.env.user)
        tables = sites.pos_scenic_prices(self.window.id)
        ladders = tables[self.park.site.id]["products"][str(self.template.id)]
        cents = {step[1] for ladder in ladders for _lead, row in ladder for step in row}
        self.assertIn(12100, cents)


@tagged("post_install", "-at_install")
class TestApi(TariffCase):
    def quote(self, **item):
        item = {"product": self.template.gate_product_code, "date": str(self.feast), **item}
        return self.env["product.template"].with_user(self.anna).scenic_quote([item])[0]

    def test_answer_and_reasons(self):
        answer = self.quote()
        self.assertEqual((answer["code"], answer["amount"]), ("OK", "120.50"))
        self.assertEqual(answer["tariff_version"], self.tariff.version)
        self.assertEqual(self.quote(product=65000)["code"], "E_PRODUCT")
        self.assertEqual(self.quote(channel="nobody")["code"], "E_CHANNEL")
        past = fields.Date.to_string(self.today - timedelta(1))
        self.assertEqual(self.quote(date=past)["code"], "E_PAST")
