"""The group desk: codes, changes, deposits and credit, lists of visitors, documents."""

import base64
import io
from datetime import timedelta

import common_group
import common_prices
import common_scenic
import openpyxl
from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from odoo.addons.scenic_ticketing.tools import group_codes, visitor_list


@tagged("post_install", "-at_install")
class TestCodes(common_group.GroupCase):
    def test_sizes_share_and_choice(self):
        sizes = group_codes.code_sizes
        self.assertEqual(sizes(3, "each", 0, 1), [1, 1, 1])
        self.assertEqual(sizes(300, "one", 0, 1), [255, 45])
        self.assertEqual(sizes(100, "one", 0, 3), [85, 15])
        self.assertEqual(sizes(25, "size", 10, 1), [10, 10, 5])
        self.assertEqual(sizes(2, "size", 0, 1), [1, 1])
        self.assertEqual(sizes(0, "one", 0, 1), [])
        for total in (0, 1, 9439, -9439):
            self.assertEqual(sum(group_codes.share(total, [3, 10, 10])), total)
        self.assertEqual(group_codes.share(9439, [1, 1, 1]), [3146, 3147, 3146])
        self.assertEqual(group_codes.choose([3, 10, 10], 20), [1, 2])
        self.assertEqual(group_codes.choose([4, 4, 2], 6), [0, 2])
        self.assertIsNone(group_codes.choose([4, 4, 2], 3))

    def test_one_each_one_for_all_and_several(self):
        for mode, size, expected in (
            ("each", 0, [1] * 12),
            ("one", 0, [12]),
            ("size", 5, [5, 5, 2]),
        ):
            order = self.confirmed(
                (self.park.adult, 12), scenic_code_mode=mode, scenic_code_size=size
            )
            tickets = self.issued(order)
            self.assertEqual(tickets.mapped("pax"), expected)
            self.assertEqual(tickets.mapped("seq"), list(range(1, len(expected) + 1)))
            self.assertEqual(set(tickets.mapped("visit_date")), {self.park.site._today()})
            self.assertEqual(round(sum(tickets.mapped("net_value")), 2), 905.66)
            self.assertEqual(tickets[0].rights, {str(self.park.gate.id): expected[0]})

    def test_a_family_ticket_counts_its_persons(self):
        order = self.confirmed((self.park.family, 4), scenic_code_mode="size", scenic_code_size=3)
        self.assertEqual(self.issued(order).mapped("pax"), [9, 3])
        self.assertEqual(order.scenic_persons, 12)

    def test_channel_comes_from_the_customer(self):
        channel = self.env["scenic.channel"].create(
            {"name": "Agency", "code": "AGENCY1", "kind": "desk"}
        )
        self.partner.scenic_channel_id = channel
        child = self.env["res.partner"].create({"name": "Clerk", "parent_id": self.partner.id})
        order = self.confirmed((self.park.adult, 1), partner_id=child.id)
        self.assertEqual(self.issued(order).channel_id, channel)

    def test_what_cannot_be_sold_is_not_confirmed(self):
        today = self.park.site._today()
        for lines, values in (
            ([(self.park.adult, 1)], {"scenic_visit_date": False}),
            ([(self.park.adult, 1)], {"scenic_visit_date": today - timedelta(days=1)}),
            ([(self.park.adult, 1)], {"scenic_visit_date": today + timedelta(days=400)}),
            ([(self.park.adult, 1.5)], {}),
        ):
            order = self.order(*lines, **values)
            with self.assertRaises(UserError), self.cr.savepoint():
                order.action_confirm()
            self.assertEqual((order.state, len(self.issued(order))), ("draft", 0))

    def test_a_second_confirmation_issues_nothing(self):
        order = self.confirmed((self.park.adult, 2))
        with self.assertRaises(UserError), self.cr.savepoint():
            order.action_confirm()
        order.order_line._scenic_sync()
        order._action_confirm()
        self.assertEqual(len(self.issued(order)), 2)

    def test_today_is_the_day_of_the_site(self):
        today = self.park.site._today()
        orders = self.env["sale.order"]
        for days in (0, 1):
            orders |= self.order((self.park.adult, 1), scenic_visit_date=today + timedelta(days))
        found = orders.search([("scenic_is_today", "=", True), ("id", "in", orders.ids)])
        self.assertEqual((found, found.scenic_is_today), (orders[0], True))
        rest = orders.search([("scenic_is_today", "=", False), ("id", "in", orders.ids)])
        self.assertEqual((rest, rest.scenic_is_today), (orders[1], False))

    def test_arrivals_count_persons_not_uses(self):
        order = self.confirmed((self.park.combo, 5), scenic_code_mode="one")
        ticket = self.issued(order)
        self.redeem(ticket, wanted=3, staff=True)
        self.redeem(ticket, self.park.ropeway, wanted=3, staff=True)
        self.env.invalidate_all()
        self.assertEqual(order.scenic_progress, "3 / 5")
        ticket.redemption_ids.filtered(lambda row: row.zone_id == self.park.gate)[0]._reverse("x")
        self.env.invalidate_all()
        self.assertEqual(order.scenic_persons_seen, 3, "three took the ropeway")


@tagged("post_install", "-at_install")
class TestChanges(common_group.GroupCase):
    def test_more_persons_get_more_codes(self):
        order = self.confirmed((self.park.adult, 2))
        order.order_line.product_uom_qty = 5
        self.assertEqual(self.issued(order).mapped("seq"), [1, 2, 3, 4, 5])
        self.assertEqual(round(sum(self.issued(order).mapped("net_value")), 2), 377.36)

    def test_fewer_persons_lose_unused_codes_from_the_end(self):
        order = self.confirmed((self.park.adult, 5))
        self.use(self.issued(order)[4])
        order.order_line.product_uom_qty = 3
        states = self.issued(order).mapped("state")
        self.assertEqual(states, ["valid", "valid", "void", "void", "used"])
        self.assertEqual(self.proof()["unposted_sales"], 226.41)
        with self.assertRaises(UserError), self.cr.savepoint():
            order.order_line.product_uom_qty = 0
        self.assertEqual(order.order_line.product_uom_qty, 3)

    def test_persons_are_taken_out_of_a_group_code(self):
        order = self.confirmed((self.park.adult, 10), scenic_code_mode="one")
        order.order_line.product_uom_qty = 7
        kept, gone = self.issued(order)
        self.assertEqual((kept.state, kept.pax), ("valid", 7))
        self.assertEqual((gone.state, gone.pax), ("void", 3))
        self.assertEqual(self.proof()["unposted_sales"], 528.3)

    def test_who_did_not_come_is_taken_out_of_a_code_that_is_in_use(self):
        order = self.confirmed((self.park.adult, 10), scenic_code_mode="one")
        code = self.issued(order)
        self.redeem(code, wanted=8, staff=True)
        self.env.invalidate_all()
        with self.assertRaises(UserError), self.cr.savepoint():
            order.order_line.product_uom_qty = 7
        order.order_line.product_uom_qty = 8
        self.assertEqual((code.pax, code.state), (8, "used"))
        invoice = self.post_invoice(order)
        self.assertEqual(invoice.invoice_line_ids.quantity, 8)
        self.recognise()
        self.assertEqual(self.balance(self.liability), 0)

    def test_a_line_that_is_added_later_sells_at_once(self):
        order = self.confirmed((self.park.adult, 1))
        self.env["sale.order.line"].create(
            {"order_id": order.id, "product_id": self.park.combo.id, "product_uom_qty": 2}
        )
        self.assertEqual(self.issued(order).product_id, self.park.adult | self.park.combo)

    def test_visit_date_of_issued_tickets_is_not_changed_on_the_line(self):
        order = self.confirmed((self.park.adult, 1))
        with self.assertRaises(UserError):
            order.order_line.scenic_visit_date += timedelta(days=1)

    def test_cancel_voids_everything_unused(self):
        order = self.confirmed((self.park.adult, 3))
        order._action_cancel()
        self.assertEqual(order.state, "cancel")
        self.assertEqual(set(self.issued(order).mapped("state")), {"void"})
        self.assertEqual(self.proof()["unposted_sales"], 0)
        order.action_draft()
        order.action_confirm()
        self.assertEqual(self.issued(order).mapped("seq"), [1, 2, 3, 4, 5, 6])
        self.assertEqual(self.issued(order).mapped("state").count("valid"), 3)

    def test_cancel_keeps_what_was_used_and_invoices_it(self):
        order = self.confirmed((self.park.adult, 3))
        self.use(self.issued(order)[1])
        order._action_cancel()
        self.assertEqual((order.state, order.order_line.product_uom_qty), ("sale", 1))
        self.assertEqual(self.issued(order).mapped("state"), ["void", "used", "void"])
        invoice = self.post_invoice(order)
        self.assertEqual(invoice.invoice_line_ids.quantity, 1)
        self.recognise()
        self.assertEqual(self.balance(self.liability), 0)

    def test_changes_leave_a_trace(self):
        order = self.confirmed((self.park.adult, 3))
        before = len(order.message_ids)
        order.order_line.product_uom_qty = 2
        self.assertGreater(len(order.message_ids), before)
        body = " ".join(order.message_ids.mapped("body"))
        voided = self.issued(order).filtered(lambda ticket: ticket.state == "void")
        self.assertIn(voided.alias, body)


@tagged("post_install", "-at_install")
class TestPlaces(common_group.GroupCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.park.site.capacity_daily = 10

    def left(self):
        today = self.park.site._today()
        return self.env["scenic.slot"]._day_left(self.park.adult, today)

    def test_a_quotation_holds_places_and_sells_them(self):
        order = self.order((self.park.adult, 6))
        order.action_scenic_hold()
        self.assertEqual(self.left(), 4)
        other = self.order((self.park.adult, 5))
        for refused in (other.action_confirm, other.action_scenic_hold):
            with self.assertRaises(UserError) as caught, self.cr.savepoint():
                refused()
            self.assertEqual(caught.exception.reason, "E_SOLD_OUT")
        order.action_confirm()
        self.assertFalse(order.scenic_hold_until)
        self.assertEqual((self.left(), len(self.issued(order))), (4, 6))
        order.order_line.product_uom_qty = 4
        self.env["scenic.slot"]._sweep()
        self.assertEqual(self.left(), 6)
        other.action_confirm()
        self.assertEqual(self.left(), 1)

    def test_a_hold_comes_back_with_cancel_and_delete(self):
        for end in ("action_cancel", "unlink", "action_scenic_release"):
            order = self.order((self.park.adult, 6))
            order.action_scenic_hold()
            order.order_line.product_uom_qty = 7
            order.action_scenic_hold()
            self.assertEqual(self.left(), 3)
            getattr(order, end)()
            self.assertEqual(self.left(), 10)

    def test_tickets_for_a_time_need_their_slot(self):
        self.park.adult.entitlement_ids.slot_required = True
        today = self.park.site._today()
        slot = self.env["scenic.slot"].create(
            {
                "site_id": self.park.site.id,
                "zone_id": self.park.gate.id,
                "date": today + timedelta(days=1),
                "start_minute": 600,
                "length_minute": 60,
                "capacity": 5,
            }
        )
        order = self.order((self.park.adult, 3), scenic_visit_date=slot.date)
        with self.assertRaises(UserError), self.cr.savepoint():
            order.action_confirm()
        order.order_line.scenic_slot_id = slot
        order.action_confirm()
        self.assertEqual(self.issued(order).slot_id, slot)
        self.assertEqual(slot._left()[slot.id], 2)
        with self.assertRaises(UserError):
            order.order_line.scenic_slot_id = False


@tagged("post_install", "-at_install")
class TestPrices(common_group.GroupCase):
    def test_the_tariff_prices_by_visit_date_and_number(self):
        today = self.park.site._today()
        adult, day = self.park.adult, today + timedelta(days=3)
        channel = self.env.ref("scenic_ticketing.channel_desk")
        tariff = common_prices.make_tariff(
            self.park,
            {
                "usual": {"dates": [(today, today + timedelta(days=1))]},
                "high": {"dates": [(day, day + timedelta(days=9))]},
            },
            [
                ("usual", adult, 70),
                ("high", adult, 95),
                ("high", adult, 95, {"channel_id": channel.id}),
                ("high", adult, 88.8, {"min_quantity": 30, "channel_id": channel.id}),
            ],
        )
        self.assertEqual(tariff.state, "published")
        order = self.order((adult, 29), scenic_visit_date=day)
        line = order.order_line
        self.assertEqual(line.price_unit, 95)
        line.product_uom_qty = 30
        self.assertEqual(line.price_unit, 88.8)
        order.scenic_visit_date = today
        self.assertEqual(line.price_unit, 70)
        order.scenic_visit_date = day + timedelta(days=20)
        with self.assertRaises(UserError), self.cr.savepoint():
            order.action_confirm()
        order.scenic_visit_date = day
        order.action_confirm()
        tickets = self.issued(order)
        self.assertEqual(set(tickets.mapped("tariff_version")), {tariff.version})
        self.assertEqual(round(sum(tickets.mapped("price_paid")), 2), 2664)
        line.product_uom_qty = 20
        self.assertEqual(line.price_unit, 88.8, "what was agreed stays")


@tagged("post_install", "-at_install")
class TestCover(common_group.GroupCase):
    def assertRefused(self, order):
        with self.assertRaises(UserError), self.cr.savepoint():
            order.action_confirm()
        self.assertEqual((order.state, len(self.issued(order))), ("draft", 0))

    def test_deposit_of_the_customer_is_paid_first(self):
        self.partner.write({"scenic_terms": "deposit", "scenic_deposit_percent": 30})
        order = self.order((self.park.adult, 10))
        self.assertEqual(order.scenic_deposit_due, 240)
        self.assertRefused(order)
        invoice = self.deposit(order, 240, pay=False)
        self.assertRefused(order)
        self.pay_invoice(invoice)
        self.assertEqual(order._scenic_paid(), 240)
        order.action_confirm()
        self.assertEqual(len(self.issued(order)), 10)

    def test_deposit_of_the_policy_counts_for_its_tickets(self):
        self.park.policy.sudo().deposit_percent = 20
        order = self.order((self.park.adult, 10), (self.park.water, 100))
        self.assertEqual(order.scenic_deposit_due, 160)
        self.partner.scenic_terms = "free"
        order.action_confirm()

    def test_credit_counts_invoices_orders_and_held_quotations(self):
        self.partner.write({"scenic_terms": "credit", "credit_limit": 1000})
        first = self.confirmed((self.park.adult, 5))
        second = self.order((self.park.adult, 8))
        self.assertRefused(second)
        self.post_invoice(first)
        self.assertRefused(second)
        self.pay_invoice(first.invoice_ids)
        held = self.order((self.park.adult, 5))
        held.scenic_hold_until = fields.Datetime.now() + timedelta(hours=1)
        self.assertRefused(second)
        held.scenic_hold_until = fields.Datetime.now() - timedelta(hours=1)
        second.action_confirm()
        self.assertEqual(len(self.issued(second)), 8)

    def test_a_manager_approves_up_to_an_amount(self):
        self.partner.write({"scenic_terms": "credit", "credit_limit": 100})
        order = self.order((self.park.adult, 2))
        desk = common_scenic.make_user(self.env, "cover_desk", "desk", company=self.company)
        boss = common_scenic.make_user(self.env, "cover_boss", "manager", company=self.company)
        wizard = self.env["scenic.order.approval"].with_context(active_id=order.id)
        with self.assertRaises(AccessError):
            wizard.with_user(desk).create({"reason": "please"})
        wizard.with_user(boss).create({"reason": "promised"}).action_approve()
        self.assertEqual(order.scenic_approved_id, boss)
        order.order_line.product_uom_qty = 3
        self.assertRefused(order)
        order.order_line.product_uom_qty = 2
        order.with_user(desk).action_confirm()
        self.assertEqual(len(self.issued(order)), 2)


@tagged("post_install", "-at_install")
class TestVisitorList(common_group.GroupCase):
    def wizard(self, order, content, **values):
        return (
            self.env["scenic.visitor.import"]
            .with_context(active_id=order.id)
            .create(
                {
                    "file": base64.b64encode(content) if content else False,
                    "filename": "list.csv",
                    **values,
                }
            )
        )

    def xlsx(self, *rows):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        buffer = io.BytesIO()
        book.save(buffer)
        return buffer.getvalue()

    def test_files_of_agencies_are_read(self):
        text = (
            "姓名,证件类型,证件号码,手机号\n张三,身份证,11010519491231002X,13800000000\n李四,,,\n"
        )
        expected = [["张三", "11010519491231002X"], ["李四", ""]]
        table = [row.split(",") for row in text.splitlines()]
        for content in (
            text.encode("utf-8"),
            text.encode("utf-8-sig"),
            text.encode("gb18030"),
            text.replace(",", ";").encode(),
            text.replace(",", "\t").encode("gbk"),
            self.xlsx(["团队名单"], *table, [None, " "]),
        ):
            rows = visitor_list.read(content)
            self.assertEqual([[row.values["name"], row.values["number"]] for row in rows], expected)

    def test_broken_files_have_codes(self):
        for content, code in (
            (b"", "E_EMPTY"),
            ("姓名\n".encode(), "E_EMPTY"),
            (b"a,b\n1,2\n", "E_HEADER"),
            (b"PK\x03\x04 no zip", "E_FILE"),
            (b"name\0\nx\n", "E_FILE"),
            (b"name\n\xff\xff\xff\n", "E_ENCODING"),
            (b"name\n" + b"x\n" * 5001, "E_TOO_MANY"),
            (b"x" * (6 * 1024 * 1024), "E_TOO_LARGE"),
        ):
            with self.assertRaises(visitor_list.ListError) as caught:
                visitor_list.read(content)
            self.assertEqual(caught.exception.code, code)

    def test_template_is_read_back(self):
        titles = {"name": "姓名", "doc_type": "证件类型", "number": "证件号码", "phone": "手机号"}
        content = visitor_list.template(titles, {"name": "张三"}, "名单")
        self.assertEqual(visitor_list.read(content)[0].values["name"], "张三")

    def test_one_error_imports_nothing(self):
        order = self.order((self.park.adult, 1))
        content = self.xlsx(
            ["Name", "Phone"], ["Ann", 13800138000], [None, 13900139000], ["Bob", ""]
        )
        wizard = self.wizard(order, content)
        wizard.action_check()
        self.assertEqual((wizard.state, wizard.row_count, wizard.error_count), ("wrong", 3, 1))
        self.assertEqual(wizard.line_ids.filtered("error").mapped("place"), [3])
        wizard.action_import()
        self.assertFalse(order.scenic_visitor_ids)
        self.assertEqual(order.order_line.product_uom_qty, 1)

    def test_a_number_that_a_spreadsheet_rounded_is_an_error(self):
        order = self.order((self.park.adult, 1))
        wizard = self.wizard(order, self.xlsx(["姓名", "证件号码"], ["张三", 110105194912310020]))
        wizard.action_check()
        self.assertEqual(wizard.error_count, 1)

    def test_a_thousand_rows_become_visitors_and_tickets_with_names(self):
        order = self.order((self.park.adult, 1))
        rows = [[f"Visitor {number}"] for number in range(1, 1001)]
        wizard = self.wizard(order, self.xlsx(["Name"], *rows))
        wizard.action_check()
        self.assertEqual((wizard.state, wizard.row_count), ("good", 1000))
        self.assertLess(len(wizard.line_ids), 100, "the preview stays small")
        wizard.action_import()
        self.assertEqual(len(order.scenic_visitor_ids), 1000)
        self.assertEqual(order.order_line.product_uom_qty, 1000)
        order.action_confirm()
        last = self.issued(order)[999]
        self.assertEqual(self.name_of(last.holder_id), "Visitor 1000")
        names = order._scenic_names_by_ticket(self.issued(order))
        self.assertEqual(names[last], last.holder_id.name)
        self.assertNotEqual(names[last], "Visitor 1000", "documents show it masked")

    def test_a_confirmed_order_keeps_its_quantity(self):
        order = self.confirmed((self.park.adult, 2))
        wizard = self.wizard(order, self.xlsx(["Name"], ["A"], ["B"], ["C"]))
        wizard.action_check()
        self.assertEqual((wizard.state, wizard.error_count), ("wrong", 1))
        wizard = self.wizard(order, self.xlsx(["Name"], ["A"], ["B"]))
        wizard.action_import()
        names = [self.name_of(ticket.holder_id) for ticket in self.issued(order)]
        self.assertEqual(names, ["A", "B"])
        self.assertEqual(order.order_line.product_uom_qty, 2)
        self.assertFalse(wizard.file, "no clear copy stays behind")

    def name_of(self, holder):
        return holder.sudo()._opened()[holder]["name"]

    def real_name(self):
        self.park.policy.sudo().write({"id_needed_at_sale": "each", "id_once_per_day": True})

    def ids(self, count, first=1):
        """Return rows of visitors with good resident ID numbers."""
        rows = []
        for number in range(first, first + count):
            body = f"11010119900101{number:03d}"
            total = sum(int(d) * 2 ** (17 - k) for k, d in enumerate(body))
            rows.append([f"Person {number}", body + "10X98765432"[total % 11]])
        return rows

    def test_ids_are_checked_and_belong_to_one_ticket_a_day(self):
        self.real_name()
        order = self.order((self.park.adult, 1))
        with self.assertRaises(UserError), self.cr.savepoint():
            order.action_confirm()
        good = self.ids(3)
        wrong = [*good, ["Twice", good[0][1]], ["No number", ""], ["Digit", "110101199001010019"]]
        wizard = self.wizard(order, self.xlsx(["姓名", "证件号码"], *wrong))
        wizard.action_check()
        self.assertEqual(wizard.line_ids.filtered("error").mapped("place"), [5, 6, 7])
        self.assertNotIn(good[0][1], wizard.line_ids.mapped("number"))
        self.wizard(order, self.xlsx(["姓名", "证件号码"], *good)).action_import()
        self.assertEqual(order.order_line.product_uom_qty, 3)
        order.action_confirm()
        other = self.order((self.park.adult, 1))
        wizard = self.wizard(other, self.xlsx(["姓名", "证件号码"], good[1]))
        wizard.action_check()
        self.assertEqual(wizard.error_count, 1)
        order.order_line.product_uom_qty = 2
        self.wizard(other, self.xlsx(["姓名", "证件号码"], good[2])).action_import()
        other.action_confirm()
        self.assertEqual(self.name_of(self.issued(other).holder_id), "Person 3")

    def test_a_new_list_lets_visitors_change_places(self):
        self.real_name()
        order = self.order((self.park.adult, 1))
        rows = self.ids(3)
        self.wizard(order, self.xlsx(["姓名", "证件号码"], *rows)).action_import()
        order.action_confirm()
        self.wizard(order, self.xlsx(["姓名", "证件号码"], *reversed(rows))).action_import()
        names = [self.name_of(ticket.holder_id) for ticket in self.issued(order)]
        self.assertEqual(names, ["Person 3", "Person 2", "Person 1"])
        self.assertEqual(len(order.scenic_visitor_ids), 3)

    def test_pasted_rows_are_a_list_too(self):
        order = self.order((self.park.adult, 1))
        wizard = self.wizard(order, b"", text="Name\tPhone\nAnn\t13800138000\nBob\t\n")
        wizard.action_import()
        self.assertEqual(len(order.scenic_visitor_ids), 2)


@tagged("post_install", "-at_install")
class TestTwoDesks(common_scenic.CommittedCase):
    """Two people work on one order, each on a connection of its own."""

    def setUp(self):
        super().setUp()
        with self.connect() as env:
            park = self.park_in(env)
            partner = env["res.partner"].create({"name": "Agency of two desks"})
            order = common_group.make_order(env, park, partner, (park.adult, 2))
            self.order_id, self.partner_id = order.id, partner.id
        self.addCleanup(self.remove_order)

    def remove_order(self):
        with self.connect() as env:
            common_scenic.remove_tickets(self.park_in(env))
            order = env["sale.order"].browse(self.order_id)
            order.write({"state": "cancel"})
            order.unlink()
            env["res.partner"].browse(self.partner_id).unlink()

    def order_in(self, env):
        return env["sale.order"].browse(self.order_id).with_company(self.park_in(env).company)

    def count(self):
        with self.connect() as env:
            return len(self.order_in(env).scenic_ticket_ids)

    def test_confirmed_at_once_it_is_issued_once(self):
        with self.assertRaises(common_scenic.SERIALIZATION), self.connect() as late:
            self.assertEqual(self.order_in(late).state, "draft")
            with self.connect() as early:
                self.order_in(early).action_confirm()
            self.order_in(late).action_confirm()
        with self.assertRaises(UserError), self.connect() as again:
            self.order_in(again).action_confirm()
        self.assertEqual(self.count(), 2)

    def test_issued_at_once_no_number_is_given_twice(self):
        with self.connect() as env:
            self.order_in(env).action_confirm()
        with self.assertRaises(UniqueViolation), self.connect() as late:
            line = self.order_in(late).order_line
            self.assertEqual(len(line.scenic_ticket_ids), 2)
            with self.connect() as early:
                self.order_in(early).order_line._scenic_issue_codes([1], 1)
            line._scenic_issue_codes([1], 1)
        self.assertEqual(self.count(), 3)

    def test_two_orders_at_once_do_not_share_the_credit(self):
        with self.connect() as env:
            partner = env["res.partner"].browse(self.partner_id)
            park = self.park_in(env)
            partner.with_company(park.company).write(
                {"scenic_terms": "credit", "credit_limit": 200}
            )
            second = common_group.make_order(env, park, partner, (park.adult, 2)).id
        with self.assertRaises(common_scenic.SERIALIZATION), self.connect() as late:
            other = late["sale.order"].browse(second)
            self.assertEqual(other.state, "draft")
            with self.connect() as early:
                self.order_in(early).action_confirm()
            other.action_confirm()
        with self.connect() as env:
            other = env["sale.order"].browse(second)
            with self.assertRaises(UserError):
                other.action_confirm()
            env.cr.rollback()
            other.unlink()


@tagged("post_install", "-at_install")
class TestDeskUser(common_group.GroupCase):
    def test_the_desk_does_its_day_without_other_rights(self):
        desk = common_scenic.make_user(self.env, "desk_day", "desk", company=self.company)
        env = self.env(user=desk)
        form = Form(env["sale.order"].with_context(scenic_desk=True))
        form.partner_id = self.partner
        form.scenic_visit_date = self.park.site._today()
        form.scenic_guide_name = "Li Wei"
        with form.order_line.new() as line:
            line.product_id = self.park.adult
            line.product_uom_qty = 2
        order = form.save()
        self.assertTrue(order.is_scenic_order)
        wizard = (
            env["scenic.visitor.import"]
            .with_context(active_id=order.id)
            .create({"text": "Name\nAnn\nBob\nEve\n"})
        )
        wizard.action_import()
        order.action_confirm()
        self.assertEqual(len(order.scenic_ticket_ids), 3)
        self.assertEqual(order.scenic_progress, "0 / 3")
        self.assertTrue(order._scenic_pdf().startswith(b"%PDF"))
        order.order_line.product_uom_qty = 2
        order._action_cancel()
        self.assertEqual(order.state, "cancel")

    def test_a_salesman_without_the_desk_sees_the_order_and_no_visitors(self):
        user = common_scenic.make_user(
            self.env,
            "other_sales",
            "sales_team.group_sale_salesman_all_leads",
            company=self.company,
        )
        order = self.confirmed((self.park.adult, 2)).with_user(user)
        self.assertEqual(Form(order).scenic_progress, "0 / 2")
        with self.assertRaises(AccessError):
            order.scenic_visitor_ids.mapped("name")
            self.env["scenic.visitor"].with_user(user).search([])
