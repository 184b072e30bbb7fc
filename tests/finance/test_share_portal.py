"""A partner sees its own passages and settlements, and nobody else's."""

import io

import common_shares
import openpyxl

from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestSharePortal(common_shares.ShareCase, HttpCase):
    @classmethod
    def registry_enter_test_mode_cls(cls):
        # both parents want it; twice is an error
        if not cls._registry_patched:
            super().registry_enter_test_mode_cls()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for login, partner in (("car", cls.car), ("town", cls.town)):
            user = new_test_user(
                cls.env,
                login=f"portal_{login}",
                password="portal_password",
                groups="base.group_portal",
                company_id=cls.company.id,
                company_ids=[Command.set(cls.company.ids)],
            )
            user.partner_id.parent_id = partner

    def setUp(self):
        super().setUp()
        self.share(self.car, 30, self.park.gate)
        self.share(self.town, 7, self.park.gate)
        self.ticket = self.sold()
        self.use(self.ticket)
        self.recognise()
        self.own, self.other = self.settle(self.car), self.settle(self.town)
        self.own.action_confirm()
        self.other.action_confirm()

    def page(self, path):
        self.env.flush_all()
        return self.url_open(path)

    def rows(self, answer):
        return list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)

    def test_a_partner_sees_and_downloads_its_own(self):
        self.authenticate("portal_car", "portal_password")
        for path in ("/my/shares", "/my/settlements", f"/my/settlements/{self.own.id}"):
            text = self.page(path).text
            self.assertIn("22.64", text, path)
            self.assertNotIn("5.28", text, path)
            self.assertNotIn(self.ticket.alias, text, path)
        listed = self.rows(self.page(f"/my/settlements/{self.own.id}/download"))
        self.assertEqual(listed[-1][10], 22.64)
        today = self.park.site._today()
        loose = self.rows(self.page(f"/my/shares/download?date_begin={today}&date_end={today}"))
        # the same rows, wherever they are read
        self.assertEqual(loose[-1][:11], listed[-1][:11])
        self.assertEqual(len([row for row in loose if row[10] is not None]), 2)

    def test_a_period_filters(self):
        self.authenticate("portal_car", "portal_password")
        self.env.flush_all()
        counters = {"params": {"counters": ["share_count", "settlement_count"]}}
        self.assertEqual(
            self.url_open("/my/counters", json=counters).json()["result"],
            {"share_count": 1, "settlement_count": 1},
        )
        self.assertNotIn(
            "22.64", self.page("/my/shares?date_begin=2026-01-01&date_end=2026-01-31").text
        )
        self.assertIn("22.64", self.page("/my/shares?date_begin=nonsense").text)
        early = self.page("/my/settlements?date_begin=2026-01-01&date_end=2026-01-31")
        self.assertNotIn(self.own.name, early.text)

    def test_a_guessed_address_of_somebody_else_does_not_exist(self):
        self.authenticate("portal_car", "portal_password")
        for tail in ("", "/download"):
            self.assertEqual(self.page(f"/my/settlements/{self.other.id}{tail}").status_code, 404)
            self.assertEqual(self.page(f"/my/settlements/999999{tail}").status_code, 404)
        text = self.page(f"/my/shares?partner_id={self.town.id}").text
        self.assertNotIn("5.28", text)

    def test_the_other_partner_sees_only_the_other(self):
        self.authenticate("portal_town", "portal_password")
        text = self.page("/my/shares").text
        self.assertIn("5.28", text)
        self.assertNotIn("22.64", text)
        self.assertEqual(self.page(f"/my/settlements/{self.own.id}").status_code, 404)

    def test_drafts_and_what_was_taken_back_are_not_shown(self):
        self.own.action_cancel()
        self.settle(self.car)
        self.authenticate("portal_car", "portal_password")
        self.assertEqual(self.page(f"/my/settlements/{self.own.id}").status_code, 404)
        self.assertNotIn("SET/", self.page("/my/settlements").text)

    def test_nothing_without_a_login_or_by_rpc(self):
        for path in ("/my/shares", "/my/settlements", f"/my/settlements/{self.own.id}/download"):
            self.assertIn("/web/login", self.page(path).url)
        self.authenticate("portal_car", "portal_password")
        for model in ("scenic.share", "scenic.share.line", "scenic.settlement"):
            self.env.flush_all()
            answer = self.make_jsonrpc_failing(model)
            self.assertIn("AccessError", answer)

    def make_jsonrpc_failing(self, model):
        answer = self.url_open(
            "/web/dataset/call_kw",
            json={"params": {"model": model, "method": "search_read", "args": [[]], "kwargs": {}}},
        )
        return answer.text
