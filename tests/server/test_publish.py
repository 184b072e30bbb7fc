"""Drafts of what gates and windows follow: who may change them, who may publish them."""

import common_scenic
from common_scenic import make_tickets, make_user

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged


class PublishCase(common_scenic.ScenicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna = make_user(cls.env, "scenic_anna", "manager")
        cls.bert = make_user(cls.env, "scenic_bert", "manager")
        cls.clerk = make_user(cls.env, "scenic_clerk", "window", "attendant", "accountant")

    def tearDown(self):
        common_scenic.assert_balanced(self.env, self.park.company)
        super().tearDown()

    def draft_of(self, live, user=None, **vals):
        """Make a draft as a manager and change it."""
        action = live.with_user(user or self.anna).action_new_draft()
        draft = self.env[live._name].with_user(user or self.anna).browse(action["res_id"])
        if vals:
            draft.write(vals)
        return draft

    def assert_raises(self, call, error=UserError):
        with self.assertRaises(error), self.cr.savepoint():
            call()
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestPublish(PublishCase):
    def test_what_is_live_is_not_written_directly(self):
        policy = self.park.policy.with_user(self.anna)
        self.assert_raises(lambda: policy.write({"risk": "1"}))
        self.assert_raises(lambda: policy.unlink())
        policy.name = "Renamed"
        self.assertEqual(self.park.policy.risk, "0")

    def test_status_is_not_written_directly(self):
        draft = self.draft_of(self.park.policy, risk="1")
        for name in ("state", "version", "replaces_id", "edited_by_id", "submitted_by_id"):
            self.assert_raises(lambda name=name: draft.write({name: False}))
        new = (
            self.env["scenic.policy"]
            .with_user(self.anna)
            .create({"name": "New", "state": "published", "edited_by_id": self.bert.id})
        )
        self.assertEqual((new.state, new.edited_by_id), ("draft", self.anna))

    def test_gates_follow_what_is_published_only(self):
        policy, template = self.park.policy, self.park.adult.product_tmpl_id
        before = template._scenic_rule_of(template.gate_product_code)
        draft = self.draft_of(policy, risk="1", staff_pax=3, validity_days=2)
        draft.action_submit()
        self.assertEqual(template._scenic_rule_of(template.gate_product_code), before)
        self.assertEqual(make_tickets(self.park).valid_days, 1)
        draft.with_user(self.bert).action_publish()
        after = template._scenic_rule_of(template.gate_product_code)
        self.assertEqual((after.risk, after.staff_pax), (1, 3))
        self.assertEqual(after.version, before.version + 1)
        self.assertEqual(make_tickets(self.park).valid_days, 2)
        self.assertEqual(policy.state, "published")
        self.assertEqual(policy.published_by_id, self.bert)
        self.assertEqual(template.scenic_policy_id, policy)
        self.assertEqual(draft.state, "retired")

    def test_second_person_publishes(self):
        draft = self.draft_of(self.park.policy, risk="1")
        self.assert_raises(lambda: draft.with_user(self.bert).action_publish())
        draft.action_submit()
        self.assert_raises(lambda: draft.action_publish())
        self.assert_raises(lambda: draft.with_user(self.clerk).action_publish(), AccessError)
        draft.action_withdraw()
        draft.with_user(self.bert).staff_pax = 4
        draft.action_submit()
        # neither who submitted nor who edited last
        self.assert_raises(lambda: draft.action_publish())
        self.assert_raises(lambda: draft.with_user(self.bert).action_publish())
        carla = make_user(self.env, "scenic_carla", "manager")
        draft.with_user(carla).action_publish()
        self.assertEqual(self.park.policy.staff_pax, 4)

    def test_submitted_draft_is_not_changed(self):
        draft = self.draft_of(self.park.policy, risk="1")
        draft.action_submit()
        self.assert_raises(lambda: draft.write({"risk": "0"}))
        draft.action_withdraw()
        draft.risk = "0"

    def test_draft_is_sent_back_with_a_reason(self):
        draft = self.draft_of(self.park.policy, risk="1")
        draft.action_submit()
        action = draft.with_user(self.bert).action_ask_reject()
        wizard = Form(
            self.env[action["res_model"]].with_user(self.bert).with_context(**action["context"])
        )
        wizard.reason = "Too strict"
        wizard.save().action_reject()
        self.assertEqual((draft.state, draft.reject_reason), ("draft", "Too strict"))
        self.assertTrue(draft.message_ids.filtered(lambda m: "Too strict" in (m.body or "")))

    def test_one_open_draft_at_a_time(self):
        draft = self.draft_of(self.park.policy)
        self.assertEqual(self.draft_of(self.park.policy, self.bert), draft)
        action = draft.action_discard()
        self.assertEqual(action["res_id"], self.park.policy.id)
        self.assertFalse(draft.exists())
        self.assertNotEqual(self.draft_of(self.park.policy), draft)

    def test_draft_shows_what_it_changes(self):
        draft = self.draft_of(self.park.policy)
        self.assertFalse(draft._publish_changes())
        draft.write({"risk": "1", "staff_pax": 3, "name": "Other"})
        self.assertEqual(
            {(before, after) for _label, before, after in draft._publish_changes()},
            {("Normal", "High"), ("10", "3")},
        )
        self.assertIn("High", draft.changes_html)

    def test_form_has_the_buttons_and_locks_what_is_live(self):
        arch = self.env["scenic.policy"].with_user(self.anna).get_view(view_type="form")["arch"]
        for name in ("action_new_draft", "action_submit", "action_publish", "changes_html"):
            self.assertEqual(arch.count(f'name="{name}"'), 1, name)
        with Form(self.env["scenic.policy"].with_user(self.anna)) as form:
            form.name = "New"
            form.staff_pax = 5
        self.assertEqual((form.record.state, form.record.staff_pax), ("draft", 5))
        with Form(self.park.policy.with_user(self.anna)) as form, self.assertRaises(AssertionError):
            form.staff_pax = 5

    def test_clerk_makes_no_draft(self):
        self.assert_raises(
            lambda: self.park.policy.with_user(self.clerk).action_new_draft(), AccessError
        )
