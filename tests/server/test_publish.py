"""Drafts of what gates and windows follow: who may change them, who may publish them."""

from datetime import timedelta

import common_publish
from common_scenic import make_tickets, make_user

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged


@tagged("post_install", "-at_install")
class TestPublish(common_publish.PublishCase):
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
        common_publish.rehearse(draft, self.park.site, self.park.site._today() - timedelta(1))
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

    def test_texts_are_published_in_all_languages(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        draft = self.draft_of(self.park.policy, note="Bring water")
        draft.with_context(lang="zh_CN").note = "请带水"
        draft.action_submit()
        draft.with_user(self.bert).with_context(lang="zh_CN").action_publish()
        self.assertEqual(self.park.policy.note, "Bring water")
        self.assertEqual(self.park.policy.with_context(lang="zh_CN").note, "请带水")

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

    def test_product_follows_published_policies_only(self):
        draft = self.draft_of(self.park.policy)
        new = self.env["scenic.policy"].with_user(self.anna).create({"name": "New"})
        template = self.park.adult.product_tmpl_id
        for policy in (draft, new):
            self.assert_raises(
                lambda policy=policy: template.write({"scenic_policy_id": policy.id}),
                ValidationError,
            )
        new.action_submit()
        new.with_user(self.bert).action_publish()
        template.scenic_policy_id = new

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


@tagged("post_install", "-at_install")
class TestPublishRights(common_publish.PublishCase):
    """Rights of a product of which tickets are sold."""

    def setUp(self):
        super().setUp()
        self.template = self.park.combo.product_tmpl_id
        self.number = self.template.gate_product_code

    def rule(self):
        return self.template._scenic_rule_of(self.number)

    def draft(self, user=None):
        action = self.template.with_user(user or self.anna).action_scenic_change_rights()
        return self.env[action["res_model"]].with_user(user or self.anna).browse(action["res_id"])

    def test_rights_are_free_until_a_ticket_is_sold(self):
        template = self.template.with_user(self.anna)
        template.scenic_pax = 2
        template.entitlement_ids[0].uses = 4
        self.assertEqual(dict(self.rule().rights)["PARK"], 4)
        version = self.park.policy.version
        make_tickets(self.park, self.park.combo)
        make_tickets(self.park, self.park.adult)
        right, adult = template.entitlement_ids[0], self.park.adult.product_tmpl_id
        self.assert_raises(lambda: template.write({"scenic_pax": 3}))
        self.assert_raises(lambda: right.write({"uses": 5}))
        self.assert_raises(lambda: right.unlink())
        self.assert_raises(
            lambda: (
                self.env["scenic.entitlement"]
                .with_user(self.anna)
                .create({"product_tmpl_id": adult.id, "zone_id": self.park.ropeway.id})
            )
        )
        template.list_price = 99
        self.assertEqual(self.park.policy.version, version)

    def test_rights_are_published_by_a_second_person(self):
        make_tickets(self.park, self.park.combo)
        before, version = self.rule(), self.park.policy.version
        draft = self.draft()
        self.assertFalse(draft._publish_changes())
        draft.scenic_entrance_ids = self.park.north
        draft.line_ids.filtered(lambda line: line.zone_id == self.park.gate).uses = 3
        draft.line_ids.filtered(lambda line: line.zone_id == self.park.ropeway).unlink()
        draft.line_ids.share = 100
        self.assertEqual(len(draft._publish_changes()), 3)
        self.assertIn(self.park.north.name, draft.changes_html)
        self.assertEqual(self.rule(), before)
        draft.action_submit()
        self.assert_raises(lambda: draft.line_ids.write({"uses": 9}))
        self.assert_raises(lambda: draft.action_publish())
        common_publish.rehearse(draft, self.park.site, self.park.site._today() - timedelta(1))
        draft.with_user(self.bert).action_publish()
        self.assertEqual(self.rule().rights, (("PARK", 3),))
        self.assertEqual(self.rule().entrances, 1 << self.park.north.bit)
        self.assertEqual(self.park.policy.version, version + 1)
        kept = self.park.policy._current_version()
        self.assertEqual((kept.product_tmpl_id, kept.submitted_by_id), (self.template, self.anna))
        self.assertEqual(kept.published_by_id, self.bert)
        # what was sold stays sold
        tickets = self.env["scenic.ticket"].search([("product_tmpl_id", "=", self.template.id)])
        self.assertEqual(len(tickets.rights), 2)

    def test_rights_that_no_product_may_have_are_not_published(self):
        make_tickets(self.park, self.park.combo)
        draft, before = self.draft(), self.rule()
        draft.line_ids.share = 30
        self.assert_raises(draft.action_submit)
        self.assertEqual((draft.state, self.rule()), ("draft", before))
        draft.line_ids.share = 50
        draft.action_submit()
        self.assertEqual(self.rule(), before)

    def test_second_publication_follows_the_first(self):
        make_tickets(self.park, self.park.combo)
        for uses, number in ((2, 1), (3, 2)):
            draft = self.draft()
            draft.line_ids[0].uses = uses
            self.publish(draft)
            self.assertEqual(draft.version, number)
        drafts = self.env["scenic.product.draft"].search(
            [("product_tmpl_id", "=", self.template.id)], order="id"
        )
        self.assertEqual(drafts.mapped("state"), ["retired", "published"])


@tagged("post_install", "-at_install")
class TestVersions(common_publish.PublishCase):
    """What a version number in the ledger means."""

    def test_each_use_names_what_judged_it(self):
        first, second = make_tickets(self.park, count=2)
        self.redeem(first)
        self.publish(self.draft_of(self.park.policy, staff_pax=7))
        self.redeem(second)
        old, new = first.redemption_ids.policy_version_id, second.redemption_ids.policy_version_id
        self.assertEqual((old.policy_id, new.policy_id), (self.park.policy, self.park.policy))
        self.assertEqual(new.number, old.number + 1)
        product = self.park.adult.product_tmpl_id

        def staff_pax(version):
            rule = version.rule_ids.filtered(lambda r: r.product_tmpl_id == product).rule
            return rule["staff_pax"]

        self.assertEqual((staff_pax(old), staff_pax(new)), (10, 7))
        self.assertEqual(new.submitted_by_id, self.anna)
        self.assertEqual([tuple(change[1:]) for change in new.changes], [("10", "7")])

    def test_product_that_changed_its_policy(self):
        other = self.park.policy.copy({"name": "Other", "state": "published"})
        ticket, late = make_tickets(self.park, count=2)
        self.redeem(ticket)
        self.park.adult.product_tmpl_id.scenic_policy_id = other
        self.redeem(late)
        self.assertEqual(ticket.redemption_ids.policy_version_id.policy_id, self.park.policy)
        self.assertEqual(late.redemption_ids.policy_version_id.policy_id, other)
        # back again: now two policies have had a version of this number for the product
        self.park.adult.product_tmpl_id.scenic_policy_id = self.park.policy
        self.park.policy.staff_pax = 7
        again = self.park.policy._current_version()
        self.assertEqual(again.number, other.version)
        again.published_at += timedelta(hours=1)
        self.env.flush_all()
        late.redemption_ids.invalidate_recordset()
        self.assertEqual(late.redemption_ids.policy_version_id.policy_id, other)

    def test_version_of_a_sold_product_never_means_two_rules(self):
        ticket = make_tickets(self.park)
        self.redeem(ticket)
        version = ticket.redemption_ids.policy_version_id
        before = {r.product_tmpl_id.id: r.rule for r in version.rule_ids}
        self.park.adult.product_tmpl_id.entitlement_ids.uses = 9
        self.assertEqual({r.product_tmpl_id.id: r.rule for r in version.rule_ids}, before)
        self.assertEqual(self.park.policy.version, version.number + 1)

    def test_old_version_is_restored_as_a_draft(self):
        policy = self.park.policy
        original = policy._current_version()
        self.publish(self.draft_of(policy, staff_pax=7, concession=True))
        action = original.with_user(self.anna).action_restore()
        draft = policy.with_user(self.anna).browse(action["res_id"])
        self.assertEqual((draft.state, draft.staff_pax, draft.concession), ("draft", 10, False))
        self.assertEqual(policy.staff_pax, 7)
        self.assert_raises(lambda: original.with_user(self.anna).action_restore())

    def test_versions_are_not_changed(self):
        version = self.park.policy._current_version()
        for user in (self.anna, self.clerk):
            self.assert_raises(
                lambda user=user: version.with_user(user).write({"number": 9}), AccessError
            )
            self.assert_raises(lambda user=user: version.with_user(user).unlink(), AccessError)


@tagged("post_install", "-at_install")
class TestPublishDays(common_publish.PublishCase):
    """Calendars of days on which tickets are not good."""

    def setUp(self):
        super().setUp()
        self.today = self.park.site._today()
        self.calendar = self.env["scenic.blackout"].create(
            {"name": "Holidays", "line_ids": [Command.create(self.day(30))]}
        )
        self.park.policy.calendar_ids = self.calendar

    def day(self, ahead):
        day = self.today + timedelta(ahead)
        return {"date_from": day, "date_to": day}

    def test_days_in_force_are_changed_by_a_publication(self):
        calendar = self.calendar.with_user(self.anna)
        make_tickets(self.park)
        self.assert_raises(lambda: calendar.line_ids.write(self.day(32)))
        self.assert_raises(lambda: calendar.line_ids.unlink())
        self.assert_raises(lambda: calendar.write({"active": False}))
        self.assert_raises(lambda: calendar.unlink())
        other = calendar.copy({"name": "Other Holidays"})
        other.line_ids.write(self.day(32))
        self.publish(self.draft_of(self.park.policy, calendar_ids=[Command.set(other.ids)]))
        self.assertEqual(self.park.policy.calendar_ids, other.sudo())

    def test_closing_the_site_works_at_once_and_makes_a_version(self):
        make_tickets(self.park)
        version = self.park.policy.version
        closing = self.env["scenic.blackout"].with_user(self.anna).create({"name": "Storm"})
        self.park.site.with_user(self.anna).closed_calendar_ids = closing
        self.env["scenic.blackout.line"].with_user(self.anna).create(
            {"blackout_id": closing.id, **self.day(0)}
        )
        template = self.park.adult.product_tmpl_id
        self.assertTrue(template._scenic_rule_of(template.gate_product_code).blackout)
        self.assertGreater(self.park.policy.version, version)
