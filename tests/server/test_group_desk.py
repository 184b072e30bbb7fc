"""The group desk: codes, changes, two desks at once, what a desk may do."""

from datetime import timedelta

import common_group
import common_scenic
from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from odoo.addons.scenic_ticketing.tools import group_codes


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
