"""Orders of channels: what they tell, what a window exchanges, what becomes of it."""

from datetime import timedelta
from io import BytesIO

import common_scenic
import common_voucher
from openpyxl import Workbook
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger


class VoucherCase(common_scenic.ScenicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cashier = common_scenic.make_user(cls.env, "voucher_cashier", "window")
        cls.window = common_scenic.open_window(cls.park, user=cls.cashier)
        cls.channel = common_voucher.make_channel(cls.env)

    def tearDown(self):
        common_scenic.assert_balanced(self.env)
        super().tearDown()

    def fill(self, **values):
        return common_voucher.fill(self.channel, common_voucher.order_content(self.park, **values))

    def exchange(self, items, user=None):
        door = self.env["scenic.voucher.order"].with_user(user or self.cashier)
        answer = door.pos_exchange(items.ids, self.window.id)
        self.env.invalidate_all()
        return answer

    def find(self, text, user=None):
        door = self.env["scenic.ticket"].with_user(user or self.cashier)
        return door.pos_find(text, self.window.id)

    def send(self, name, order, key=None, **content):
        return common_voucher.command(
            self.channel, name, {"order": order.number, **content}, key=key
        )


@tagged("post_install", "-at_install")
class TestCommands(VoucherCase):
    def test_a_repeat_gets_the_stored_reply(self):
        content = common_voucher.order_content(self.park, quantity=2)
        orders = self.env["scenic.voucher.order"]
        first = orders._command(self.channel, "issue", "K1", content)
        order = orders.search([("channel_id", "=", self.channel.id)])
        self.exchange(order.item_ids[0])

        again = orders._command(self.channel, "issue", "K1", content)

        self.assertEqual(first, again)
        self.assertEqual(len(order.item_ids), 2)
        self.assertEqual(orders.search_count([("channel_id", "=", self.channel.id)]), 1)

    def test_a_key_with_other_content_does_nothing_and_is_told(self):
        content = common_voucher.order_content(self.park)
        common_voucher.command(self.channel, "issue", content, key="K2")
        incidents = self.env["scenic.incident"].search_count([])

        other = common_voucher.order_content(self.park, quantity=9)
        reply = common_voucher.command(self.channel, "issue", other, key="K2")

        self.assertEqual(reply, {"code": "E_KEY_CONTENT"})
        self.assertEqual(self.env["scenic.incident"].search_count([]), incidents + 1)
        self.assertEqual(len(self.env["scenic.voucher.item"].search([])), 1)

    def test_what_cannot_be_sold_is_refused_and_leaves_nothing(self):
        wrong = [
            ({"product": 65000}, "E_PRODUCT"),
            ({"date": "tomorrow"}, "E_DATE"),
            ({"quantity": "many"}, "E_CONTENT"),
            ({"settlement": "-5"}, "E_CONTENT"),
            ({"quantity": 501}, "E_TOO_MANY"),
        ]
        for values, code in wrong:
            content = common_voucher.order_content(self.park)
            content["items"][0].update(values)
            reply = common_voucher.command(self.channel, "issue", content)
            self.assertEqual(reply["code"], code)
        self.assertFalse(self.env["scenic.voucher.order"].search([]))

    def test_a_hold_becomes_an_order(self):
        content = common_voucher.order_content(self.park)
        held = common_voucher.command(self.channel, "hold", content)
        issued = common_voucher.command(self.channel, "issue", content)

        self.assertEqual(held["items"][0]["state"], "held")
        self.assertEqual(issued["items"][0]["state"], "issued")
        order = self.env["scenic.voucher.order"].search([("number", "=", content["order"])])
        self.assertEqual(len(order.item_ids), 1)

    def test_a_known_order_is_not_taken_in_twice(self):
        content = common_voucher.order_content(self.park)
        common_voucher.command(self.channel, "issue", content)
        reply = common_voucher.command(self.channel, "issue", content, key="another")

        self.assertEqual(reply["code"], "E_ORDER_KNOWN")

    def test_a_refund_is_allowed_once_and_ends_the_voucher(self):
        order = self.fill(quantity=2)
        reply = self.send("refund_request", order, items=["1"])

        self.assertEqual(reply["code"], "OK")
        self.assertEqual(order.item_ids.mapped("state"), ["refunded", "issued"])
        with self.assertRaises(UserError):
            self.exchange(order.item_ids[0])
        self.exchange(order.item_ids[1])

    def test_an_exchanged_voucher_is_not_refunded_with_its_evidence(self):
        order = self.fill(quantity=2)
        self.exchange(order.item_ids[0])
        reply = self.send("refund_request", order)

        self.assertEqual((reply["code"], reply["decision"]), ("E_USED", "deny"))
        ticket = order.item_ids[0].ticket_id
        self.assertEqual(reply["items"][0]["ticket"], ticket.alias)
        # all of them or none
        self.assertEqual(order.item_ids.mapped("state"), ["consumed", "issued"])

    def test_the_refund_of_an_order_on_its_way_is_pending_and_asked_again(self):
        content = common_voucher.order_content(self.park)
        ask = {"order": content["order"]}
        first = common_voucher.command(self.channel, "refund_request", ask, key="R1")
        common_voucher.fill(self.channel, content)
        second = common_voucher.command(self.channel, "refund_request", ask, key="R1")

        self.assertEqual(first["decision"], "pending")
        self.assertEqual(second["items"][0]["state"], "refunded")

    def test_a_forced_refund_is_never_refused_and_stops_the_ticket(self):
        order = self.fill(quantity=2)
        self.exchange(order.item_ids)
        used, unused = order.item_ids
        self.redeem(used.ticket_id)
        reply = self.send("refund_fact", order)

        self.assertEqual(reply["code"], "OK")
        self.assertEqual(order.item_ids.mapped("state"), ["forced_refunded"] * 2)
        self.assertEqual(used.ticket_id.state, "used")
        self.assertEqual(unused.ticket_id.state, "void")
        incidents = self.env["scenic.incident"].search([("ticket_id", "=", used.ticket_id.id)])
        self.assertEqual(incidents.mapped("amount"), [70.0])

    def test_query_tells_what_became_of_an_order(self):
        order = self.fill()
        self.exchange(order.item_ids)
        self.redeem(order.item_ids.ticket_id)
        reply = common_voucher.command(self.channel, "query", {"order": order.number})

        self.assertEqual(reply["items"][0]["state"], "consumed")
        self.assertEqual(reply["items"][0]["uses"], 1)

    def test_vouchers_expire_after_their_last_day(self):
        order = self.fill()
        order.item_ids.valid_until = self.park.site._today() - timedelta(days=1)
        self.env["scenic.voucher.item"]._cron_expire()

        self.assertEqual(order.item_ids.state, "expired")

    def test_the_database_keeps_refunds_and_replies(self):
        order = self.fill()
        self.send("refund_request", order)
        message = self.env["scenic.voucher.message"].search([("command", "=", "issue")])
        cr = self.env.cr
        attacks = [
            ("UPDATE scenic_voucher_item SET state = 'issued' WHERE id = %s", order.item_ids.id),
            ("UPDATE scenic_voucher_message SET reply = '{}' WHERE id = %s", message.id),
            ("DELETE FROM scenic_voucher_message WHERE id = %s", message.id),
        ]
        for statement, row in attacks:
            with (
                self.assertRaises(CheckViolation),
                mute_logger("odoo.sql_db"),
                cr.savepoint(),
            ):
                cr.execute(statement, [row])


@tagged("post_install", "-at_install")
class TestExchange(VoucherCase):
    def test_vouchers_are_exchanged_once_for_tickets_of_their_channel(self):
        order = self.fill(quantity=3)
        answer = self.exchange(order.item_ids[:2])

        tickets = order.item_ids.ticket_id
        self.assertEqual(len(answer["slips"]), 2)
        self.assertEqual([slip["code"] for slip in answer["slips"]], tickets.mapped("code"))
        self.assertEqual(tickets.channel_id, self.channel)
        self.assertEqual(tickets.mapped("net_value"), [70.0, 70.0])
        self.assertEqual(order.item_ids.mapped("state"), ["consumed", "consumed", "issued"])
        event = tickets[0].event_ids
        self.assertEqual((event.kind, event.config_id.id), ("exchange", self.window.id))
        with self.assertRaises(UserError):
            self.exchange(order.item_ids)
        self.assertEqual(order.item_ids[2].state, "issued")
        self.assertEqual(self.redeem(tickets[0])["reason"], "OK")

    def test_found_by_order_number_voucher_text_and_phone(self):
        content = common_voucher.order_content(self.park, voucher="dy-8841-aa", quantity=2)
        content["contact"] = {"name": "Wang Fang", "phone": "13800138000"}
        order = common_voucher.fill(self.channel, content)

        for text in (order.number, "DY-8841-AA", "13800138000"):
            vouchers = self.find(text)["vouchers"]
            self.assertEqual([voucher["id"] for voucher in vouchers], order.ids, text)
        self.assertNotIn("13800138000", order.contact)
        self.assertNotIn("Wang", order.contact)
        self.env.flush_all()
        self.env.cr.execute("SELECT text_hash FROM scenic_voucher_item WHERE text_hash ~ '8841'")
        self.assertFalse(self.env.cr.fetchall())

    def test_a_group_voucher_becomes_one_code_for_all(self):
        order = self.fill(persons=12)
        self.exchange(order.item_ids)

        self.assertEqual(order.item_ids.ticket_id.pax, 12)

    def test_an_exchange_is_undone_while_nobody_used_it(self):
        order = self.fill()
        self.exchange(order.item_ids)
        first = order.item_ids.ticket_id
        door = self.env["scenic.voucher.order"].with_user(self.cashier)
        door.pos_undo_exchange(order.item_ids.ids, "Wrong order", self.window.id)
        self.env.invalidate_all()

        self.assertEqual((first.state, order.item_ids.state), ("void", "issued"))
        self.exchange(order.item_ids)
        second = order.item_ids.ticket_id
        self.assertNotEqual(first, second)
        self.redeem(second)
        with self.assertRaises(UserError):
            door.pos_undo_exchange(order.item_ids.ids, "Again", self.window.id)

    def test_another_shift_does_not_undo(self):
        order = self.fill()
        self.exchange(order.item_ids)
        other = common_scenic.open_window(self.park, "Window 2")
        door = self.env["scenic.voucher.order"].with_user(self.cashier)

        with self.assertRaises(UserError):
            door.pos_undo_exchange(order.item_ids.ids, "Wrong", other.id)

    def test_the_window_gives_no_money_back_that_the_channel_took(self):
        order = self.fill()
        self.exchange(order.item_ids)
        facts = self.find(order.item_ids.ticket_id.alias)["ticket"]

        self.assertFalse(facts["can"]["refund"])
        self.assertTrue(facts["refund"]["obstacle"])

    def test_a_past_voucher_is_not_exchanged(self):
        order = self.fill()
        order.item_ids.valid_until = self.park.site._today() - timedelta(days=1)

        with self.assertRaises(UserError):
            self.exchange(order.item_ids)

    def test_only_window_staff_exchanges_and_only_managers_enter(self):
        order = self.fill()
        guest = common_scenic.make_user(self.env, "voucher_guest", "point_of_sale.group_pos_user")
        with self.assertRaises(AccessError):
            self.exchange(order.item_ids, user=guest)
        with self.assertRaises(AccessError):
            self.env["scenic.voucher.order"].with_user(self.cashier).create(
                {"channel_id": self.channel.id, "number": "X"}
            )
        with self.assertRaises(AccessError):
            order.item_ids.with_user(self.cashier).action_refund()

    def test_another_company_sees_nothing(self):
        order = self.fill()
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = common_scenic.make_user(self.env, "voucher_stranger", "manager", company=company)
        orders = self.env["scenic.voucher.order"].with_user(stranger)

        self.assertFalse(orders.search([("id", "=", order.id)]))


@tagged("post_install", "-at_install")
class TestPlacesAndImport(VoucherCase):
    def setUp(self):
        super().setUp()
        self.park.gate.capacity_daily = 3
        self.manager = common_scenic.make_user(self.env, "voucher_manager", "manager")

    def taken(self):
        self.env["scenic.slot"].invalidate_model()
        return sum(
            self.env["scenic.slot"].search([("zone_id", "=", self.park.gate.id)]).mapped("taken")
        )

    def test_a_voucher_takes_its_place_once_and_gives_it_back(self):
        order = self.fill(quantity=2)
        self.assertEqual(self.taken(), 2)
        self.exchange(order.item_ids[0])
        self.assertEqual(self.taken(), 2)
        self.send("refund_request", order, items=["1/2"])
        self.assertEqual(self.taken(), 1)

    def test_sold_out_is_a_refusal_and_holds_nothing(self):
        content = common_voucher.order_content(self.park, quantity=4)
        reply = common_voucher.command(self.channel, "issue", content)

        self.assertEqual(reply["code"], "E_SOLD_OUT")
        self.assertEqual(self.taken(), 0)
        self.assertFalse(self.env["scenic.voucher.order"].search([]))

    def load(self, rows):
        names = [
            "channel_id",
            "number",
            "contact_name",
            "item_ids/number",
            "item_ids/product_id",
            "item_ids/visit_date",
            "item_ids/quantity",
            "item_ids/voucher_text",
            "item_ids/settlement_price",
        ]
        return self.env["scenic.voucher.order"].with_user(self.manager).load(names, rows)

    def test_a_list_of_a_channel_is_imported_with_places(self):
        day = self.park.site._today().isoformat()
        rows = [
            [self.channel.name, "A1", "Li Lei", "1", "Adult", day, "2", "V-1", "70"],
            ["", "", "", "2", "Family", day, "1", "V-2", "180"],
            [self.channel.name, "A2", "", "", "Adult", day, "1", "", ""],
        ]
        result = self.load(rows)
        self.assertFalse(result["messages"])
        self.env.cr.precommit.run()

        orders = self.env["scenic.voucher.order"].browse(result["ids"])
        self.assertEqual(orders.mapped("number"), ["A1", "A2"])
        self.assertEqual(orders[0].item_ids.sorted("id").mapped("number"), ["1", "2", "1/2"])
        self.assertEqual(orders[1].item_ids.number, "1")
        # sold elsewhere already: six persons for three places are told, not refused
        self.assertEqual(self.taken(), 6)
        kinds = self.env["scenic.incident"].search([]).mapped("kind")
        self.assertIn("oversold", kinds)
        self.exchange(orders[1].item_ids)
        self.assertEqual(orders[1].item_ids.ticket_id.net_value, 80.0)

    def test_an_import_cannot_enter_what_only_windows_write(self):
        orders = self.env["scenic.voucher.item"].with_user(self.manager)
        order = self.fill()
        item = orders.create(
            {
                "order_id": order.id,
                "number": "X",
                "product_id": self.park.adult.id,
                "visit_date": self.park.site._today(),
                "state": "refunded",
            }
        )
        self.assertEqual(item.state, "issued")
        self.env.cr.precommit.run()

    def test_the_test_run_of_an_import_holds_nothing(self):
        book = Workbook()
        day = self.park.site._today().isoformat()
        for row in (
            ["Channel", "Number", "Product", "Date"],
            [self.channel.name, "B1", "Adult", day],
        ):
            book.active.append(row)
        stream = BytesIO()
        book.save(stream)
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        wizard = (
            self.env["base_import.import"]
            .with_user(self.manager)
            .create(
                {
                    "res_model": "scenic.voucher.order",
                    "file": stream.getvalue(),
                    "file_name": "orders.xlsx",
                    "file_type": kind,
                }
            )
        )
        options = {"has_headers": True, "sheet": "", "sheets": []}
        options |= {"date_format": "%Y-%m-%d", "quoting": '"', "separator": ","}
        names = ["channel_id", "number", "item_ids/product_id", "item_ids/visit_date"]
        for dryrun in (True, False):
            result = wizard.execute_import(names, names, options, dryrun=dryrun)
            self.assertFalse(result["messages"])
            self.env.cr.precommit.run()
            self.assertEqual(self.taken(), 0 if dryrun else 1)
