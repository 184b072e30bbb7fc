"""Who did what, documents without gaps, and tables that nobody rewrites."""

import common_finance
import common_scenic
from psycopg2 import IntegrityError
from psycopg2.errorcodes import CHECK_VIOLATION, RESTRICT_VIOLATION

from odoo import fields
from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import SQL, mute_logger

# rows of these come from tests of their own, which also try to change them
EVERY = {
    "scenic_trace",
    "scenic_redemption",
    "scenic_revenue_event",
    "scenic_ticket_event",
    "scenic_audit_check",
    "scenic_audit_check_line",
    "scenic_media_count",
}


@tagged("post_install", "-at_install")
class TestAudit(common_finance.FinanceCase):
    def traces(self, record):
        self.env.flush_all()
        domain = [("model", "=", record._name), ("res_id", "=", record.id)]
        return self.env["scenic.trace"].search(domain, order="id")

    def rows(self, **wanted):
        self.env.flush_all()
        self.env.invalidate_all()
        domain = [(name, "=", value) for name, value in wanted.items()]
        return self.env["scenic.audit"].search([("company_id", "=", self.company.id), *domain])

    # -- who did what --------------------------------------------------------------

    def test_settings_tell_who_changed_what(self):
        window = self.window()
        config = window.sudo()
        config.scenic_blind_close = True
        [trace] = self.traces(config).filtered(lambda trace: trace.action == "write")[-1:]
        self.assertEqual((trace.user_id, trace.company_id), (window.env.user, self.company))
        self.assertIn("False → True", trace.changes)
        before = len(self.traces(config))
        config.write({"scenic_blind_close": True})
        self.assertEqual(len(self.traces(config)), before)
        price = self.park.adult.list_price
        self.park.adult.product_tmpl_id.list_price = price + 1
        self.assertIn(
            f"{price} → {price + 1}", self.traces(self.park.adult.product_tmpl_id)[-1].changes
        )
        self.park.water.product_tmpl_id.list_price = 9
        self.assertFalse(self.traces(self.park.water.product_tmpl_id))

    def test_rights_tell_but_never_a_password(self):
        user = common_scenic.make_user(self.env, "new_clerk", "window", company=self.company)
        self.assertEqual(self.traces(user).mapped("action"), ["create"])
        user.group_ids += self.env.ref("scenic_finance.group_accountant")
        user.password = "a very secret word"
        rights, password = self.traces(user)[-2:]
        group = self.env.ref("scenic_finance.group_accountant").display_name
        self.assertIn(group, rights.changes)
        self.assertNotIn("secret", password.changes)
        self.assertTrue(password.changes)

    def test_one_list_joins_all_traces(self):
        window = self.window()
        order = self.sell(window, (self.park.adult, 2))
        tickets = self.tickets(order)
        at_window = self.env["scenic.ticket"].with_user(window.env.user)
        at_window.pos_reprinted(tickets[:1].ids, window.id, "paper jam")
        common_scenic.refund(window, order.lines, 1)
        self.close(window)
        self.recognise()
        check = self.env["scenic.audit.check"]._run(self.company)
        found = {(row.source, row.action or row.step) for row in self.rows()}
        wanted = {
            ("tickets", "reprint"),
            ("money", "refunded"),
            ("money", "opened"),
            ("money", "closed"),
            ("books", "checked"),
            ("settings", "create"),
        }
        self.assertLessEqual(wanted, found)
        [row] = self.rows(source="tickets", action="reprint")
        self.assertEqual((row.user_id, row.reason), (window.env.user, "paper jam"))
        self.assertEqual(row.res_id, tickets[0].id)
        self.assertTrue(row.action_label and tickets[0].alias in row.res_name)
        self.assertEqual(row.action_open()["res_id"], tickets[0].id)
        [row] = self.rows(source="books", step="checked")
        self.assertEqual((row.res_id, row.user_id), (check.id, self.env.user))
        # every row has a number of its own, and every label is one of its field
        rows = self.env["scenic.audit"].search([])
        self.assertEqual(len(rows), len(set(rows.ids)))
        self.assertTrue(all(row.action_label for row in rows))
        clerk = window.env.user
        with self.assertRaises(AccessError):
            self.env["scenic.audit"].with_user(clerk).search([]).read(["reason"])

    # -- numbers -------------------------------------------------------------------

    def lines(self, kind):
        check = self.env["scenic.audit.check"]._run(self.company)
        return check.line_ids.filtered(lambda line: line.kind == kind)

    def test_complete_numbers_are_told_as_complete(self):
        window = self.window()
        orders = [self.sell(window, (self.park.adult, 1)) for _number in range(4)]
        self.number(orders, [7, 8, 9, 10])
        self.close(window)
        for kind in ("order", "entry", "shift"):
            self.assertEqual(set(self.lines(kind).mapped("state")), {"good"}, kind)
        [line] = self.lines("order")
        self.assertEqual((line.first, line.last, line.count, line.missing), (7, 10, 4, 0))

    def number(self, orders, numbers):
        """Number orders as the server does; the data of tests all say 1."""
        for order, number in zip(orders, numbers, strict=True):
            order.sequence_number = number

    def test_a_missing_order_is_named(self):
        window = self.window()
        orders = [self.sell(window, (self.park.adult, 1)) for _number in range(4)]
        self.number(orders, [1, 2, 5, 5])
        [line] = self.lines("order")
        self.assertEqual((line.state, line.gaps, line.twice), ("gap", "3–4", "5"))
        self.assertEqual((line.series, line.missing), (window.name, 2))
        self.number(orders, [1, 2, 3, 3])
        self.assertEqual(self.lines("order").state, "twice")

    def test_a_missing_entry_is_named(self):
        invoices = self.env["account.move"]
        for _number in range(3):
            invoice = self.invoice((self.park.water, 1))
            invoice.action_post()
            invoices |= invoice
        self.assertEqual(set(self.lines("entry").mapped("state")), {"good"})
        self.env.flush_all()
        # no user can take a posted entry out; SQL can, and is found
        middle = invoices[1]
        self.env.cr.execute("UPDATE account_move SET company_id = 1 WHERE id = %s", [middle.id])
        [line] = self.lines("entry").filtered(lambda line: line.state != "good")
        self.assertEqual(line.series, middle.sequence_prefix)
        self.assertEqual((line.gaps, line.missing), (str(middle.sequence_number), 1))
        self.env.cr.execute(
            "UPDATE account_move SET company_id = %s WHERE id = %s", [self.company.id, middle.id]
        )

    # -- tables --------------------------------------------------------------------

    def test_tables_that_only_grow_refuse_everything_else(self):
        window = self.window()
        order = self.sell(window, (self.park.adult, 2))
        tickets = self.tickets(order)
        self.use(tickets[0])
        tickets[1]._block("test")
        tickets[1]._unblock("test")
        self.env["scenic.audit.check"]._run(self.company)
        band = self.env["product.product"].create(
            {"name": "Band", "type": "consu", "is_storable": True}
        )
        self.env["scenic.media.count"]._count(window.sudo(), {band.id: 1}, "first")
        self.env.flush_all()
        tables = self.env["scenic.trace"]._append_only_tables()
        self.assertLessEqual(EVERY, set(tables))
        for table in sorted(tables):
            name = SQL.identifier(table)
            statements = [SQL("TRUNCATE %s CASCADE", name)]
            if table in EVERY:
                statements.append(SQL("DELETE FROM %s", name))
                statements.append(SQL("UPDATE %s SET id = id + 1000000", name))
            for statement in statements:
                with (
                    self.subTest(table=table, statement=statement.code),
                    self.assertRaises(IntegrityError) as refused,
                    mute_logger("odoo.sql_db"),
                    self.env.cr.savepoint(),
                ):
                    self.env.cr.execute(statement)
                # a law of the table, not the key of another one that happens to point here
                self.assertIn(refused.exception.pgcode, (RESTRICT_VIOLATION, CHECK_VIOLATION))

    def test_a_law_that_was_switched_off_is_named(self):
        self.assertEqual(set(self.lines("table").mapped("state")), {"good"})
        self.env.cr.execute(
            "ALTER TABLE scenic_trace DISABLE TRIGGER scenic_trace_append_only_rows"
        )
        [line] = self.lines("table").filtered(lambda line: line.state != "good")
        self.assertEqual((line.series, line.state), ("scenic_trace", "open"))
        self.assertEqual(line.gaps, "UPDATE, DELETE")
        self.env.cr.execute("ALTER TABLE scenic_trace ENABLE TRIGGER scenic_trace_append_only_rows")

    def test_the_check_is_run_by_accountants_and_at_night(self):
        clerk = common_scenic.make_user(self.env, "clerk_9", "window", company=self.company)
        checks = self.env["scenic.audit.check"]
        with self.assertRaises(AccessError):
            checks.with_user(clerk).action_check()
        # as the button of the list calls it
        answer = call_kw(checks, "action_check", [[]], {})
        self.assertEqual(answer["res_model"], "scenic.audit.check")
        checks._cron_run()
        mine = checks.search([("company_id", "=", self.company.id)])
        self.assertEqual(len(mine), 2)
        self.assertLessEqual(mine[0].checked_at, fields.Datetime.now())
