"""A manager sees the balance proof and the days as the books have them, and changes nothing."""

import common_close
import common_scenic

from odoo.exceptions import AccessError
from odoo.tests import tagged

MODELS = (
    "scenic.proof",
    "scenic.proof.line",
    "scenic.day.close",
    "scenic.day.match",
    "scenic.day.difference",
    "scenic.close.check",
)


@tagged("post_install", "-at_install")
class TestManagerReads(common_close.CloseCase):
    prove = True

    def setUp(self):
        super().setUp()
        self.a_day()
        # a sale that waits for its session gives the proof a line
        self.sell(self.window(), (self.park.adult, 1))
        self.day = self.prepare()
        self.env["scenic.day.difference"].sudo().create(
            {
                "close_id": self.day.id,
                "company_id": self.company.id,
                "key": "pane",
                "code": "incident",
                "name": "A window pane",
                "amount": 50.0,
            }
        )
        self.proof = self.env["scenic.proof"]._store(self.company)
        self.boss = self.user("manager", self.company)

    def user(self, group, company):
        return common_scenic.make_user(
            self.env, f"reads_{group}_{company.id}", group, company=company
        )

    def seen(self, model, user):
        return self.env[model].with_user(user).with_context(allowed_company_ids=[]).search([])

    def screen(self, records, view_type):
        """Read what a screen of these records shows."""
        views = records.get_views([(False, view_type)])
        names = views["models"][records._name]["fields"]
        return records.read([name for name in names if name in records._fields])

    def test_every_screen_of_the_proof_opens(self):
        for model in MODELS:
            with self.subTest(model=model):
                records = self.seen(model, self.boss)
                self.assertTrue(records)
                self.assertEqual(records.company_id, self.company)
                self.screen(records, "list")
        for record in (self.proof, self.day):
            self.screen(record.with_user(self.boss), "form")
        self.assertTrue(self.day.with_user(self.boss)._pdf().startswith(b"%PDF"))
        for menu in ("menu_proof", "menu_day_close", "menu_day_match"):
            visible = self.env["ir.ui.menu"].with_user(self.boss)._visible_menu_ids()
            self.assertIn(self.env.ref(f"scenic_finance.{menu}").id, visible)

    def test_a_manager_changes_nothing_of_it(self):
        for model in MODELS:
            record = self.seen(model, self.boss)[:1]
            for change in (
                lambda record=record: record.write({"company_id": self.company.id}),
                lambda record=record: record.unlink(),
                lambda record=record: record.create({}),
            ):
                with self.assertRaises(AccessError), self.cr.savepoint():
                    change()
        difference = self.day.difference_ids[:1].with_user(self.boss)
        for press in (
            self.proof.with_user(self.boss).action_prove,
            self.day.with_user(self.boss).action_close,
            self.day.with_user(self.boss).action_refresh,
            self.day.with_user(self.boss).action_recognise,
            self.day.with_user(self.boss).action_prepare,
            lambda: self.day.with_user(self.boss)._reopen("not my business"),
            lambda: difference._explain("not my business"),
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                press()

    def test_nobody_below_and_nobody_else_sees_it(self):
        other = self.env["res.company"].sudo().create({"name": "Not Theirs"})
        stranger = self.user("manager", other)
        below = [self.user(group, self.company) for group in ("window", "attendant", "accountant")]
        for model in MODELS:
            self.assertFalse(self.seen(model, stranger))
            for user in below:
                with self.assertRaises(AccessError):
                    self.seen(model, user)
