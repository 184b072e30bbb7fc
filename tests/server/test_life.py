"""What may become of a ticket after its sale: each action with its right, rule and trace."""

from datetime import timedelta

import common_scenic
from common_scenic import make_tickets

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

ACTIONS = ("hold", "activate", "block", "unblock", "reissue", "transfer", "waive")


@tagged("post_install", "-at_install")
class TestLife(common_scenic.ScenicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = common_scenic.make_user(cls.env, "life_manager", "manager")
        cls.cashier = common_scenic.make_user(cls.env, "life_cashier", "window")
        cls.attendant = common_scenic.make_user(cls.env, "life_attendant", "attendant")

    def setUp(self):
        super().setUp()
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_args, **_options: 60.0)
        self.today = self.park.site._today()
        self.ticket = make_tickets(self.park)

    def tearDown(self):
        common_scenic.assert_balanced(self.env, self.park.company)
        super().tearDown()

    def reason(self, text):
        zone = self.park.gate
        self.env.flush_all()
        return self.env["scenic.redemption"]._judge(text, zone)["reason"]

    def wizard(self, user, kind, ticket=None, reason="because", **values):
        ticket = ticket or self.ticket
        return (
            self.env["scenic.ticket.action"]
            .with_user(user)
            .with_context(active_ids=ticket.ids, default_kind=kind)
            .create({"reason": reason, **values})
        )

    def act(self, user, kind, **options):
        self.wizard(user, kind, **options).action_apply()

    def tier(self, kind="rebook", hours=0.0, **values):
        self.park.policy.write(
            {"tier_ids": [Command.create({"kind": kind, "hours_before": hours, **values})]}
        )

    def last_event(self, ticket=None):
        return (ticket or self.ticket).event_ids.sorted("id")[-1:]

    # -- hold, block ---------------------------------------------------------------

    def test_reserved_ticket_opens_no_gate_until_it_is_activated(self):
        self.act(self.manager, "hold")
        self.assertEqual(self.ticket.state, "held")
        self.assertIn(self.reason(self.ticket.alias), ("E_HELD",))
        self.act(self.manager, "activate")
        self.assertEqual(self.ticket.state, "valid")
        self.assertEqual(self.reason(self.ticket.alias), "OK")

    def test_used_ticket_cannot_be_reserved(self):
        self.redeem(self.ticket)
        with self.assertRaises(UserError):
            self.act(self.manager, "hold")

    def test_reservation_ends_by_itself(self):
        past = fields.Datetime.now() - timedelta(minutes=1)
        kept = make_tickets(self.park)
        kept._hold(until=past + timedelta(days=1))
        self.ticket._hold(until=past)
        self.env["scenic.ticket"]._cron_release_holds()
        self.assertEqual((self.ticket.state, kept.state), ("void", "held"))

    def test_block_is_lifted_to_what_the_uses_say(self):
        family = make_tickets(self.park, self.park.family)
        self.redeem(family, wanted=2)
        self.redeem(self.ticket)
        both = self.ticket + family
        both.with_user(self.manager)._block("stolen")
        self.assertEqual(set(both.mapped("state")), {"blocked"})
        self.assertIn(self.reason(family.alias), ("E_BLOCKED",))
        both.with_user(self.manager)._unblock()
        self.assertEqual((self.ticket.state, family.state), ("used", "valid"))

    def test_passage_that_a_gate_reports_of_a_blocked_ticket_is_kept(self):
        self.ticket._block("stolen")
        row = {
            "ticket_id": self.ticket.id,
            "zone_id": self.park.gate.id,
            "happened_at": fields.Datetime.now(),
            "source_ref": "box:late",
            "mode": "offline",
        }
        self.assertEqual(len(self.env["scenic.redemption"]._append([row])), 1)
        self.env.invalidate_all()
        self.assertEqual((self.ticket.state, self.ticket.used_count), ("blocked", 1))
        self.ticket._unblock()
        self.assertEqual(self.ticket.state, "used")

    # -- copies --------------------------------------------------------------------

    def test_reissue_supersedes_code_and_number(self):
        code, alias = self.ticket.code, self.ticket.alias
        self.act(self.cashier, "reissue")
        self.assertEqual(self.ticket.gen, 1)
        self.assertNotIn(self.ticket.code, (False, code))
        for text in (code, alias):
            self.assertEqual(self.reason(text), "E_SUPERSEDED")
            self.assertEqual(self.env["scenic.ticket"]._find(text)[0], self.ticket)
        for text in (self.ticket.code, self.ticket.alias):
            self.assertEqual(self.reason(text), "OK")
        self.assertEqual(self.redeem(code)["reason"], "E_SUPERSEDED")
        self.assertEqual(self.redeem(self.ticket)["reason"], "OK")

    def test_reissue_keeps_uses_and_rights(self):
        family = make_tickets(self.park, self.park.family)
        self.redeem(family, wanted=2)
        family._reissue("wet")
        self.assertEqual(self.redeem(family, wanted=2)["reason"], "E_USED")
        self.assertEqual(self.redeem(family, wanted=1)["reason"], "OK")

    def test_reissue_ends_with_the_last_generation(self):
        self.env.flush_all()
        self.cr.execute("UPDATE scenic_ticket SET gen = 255 WHERE id = %s", [self.ticket.id])
        self.env.invalidate_all()
        with self.assertRaises(UserError):
            self.ticket._reissue("again")

    def test_transfer_leaves_only_the_new_copy(self):
        code = self.ticket.code
        self.act(self.cashier, "transfer", reason=False)
        self.assertEqual(self.reason(code), "E_SUPERSEDED")
        self.assertEqual(self.reason(self.ticket.code), "OK")

    def test_transfer_follows_the_policy_and_the_uses(self):
        self.redeem(self.ticket)
        with self.assertRaises(UserError):
            self.ticket._transfer()
        self.park.policy.transfer_allowed = False
        with self.assertRaises(UserError):
            make_tickets(self.park)._transfer()

    # -- rebooking -----------------------------------------------------------------

    def test_rebook_moves_the_date_with_a_new_copy(self):
        code, alias = self.ticket.code, self.ticket.alias
        later = self.today + timedelta(3)
        self.ticket.with_user(self.cashier)._rebook(later, reason="rain")
        self.assertEqual((self.ticket.visit_date, self.ticket.valid_until), (later, later))
        self.assertEqual((self.ticket.gen, self.ticket.alias), (1, alias))
        self.assertEqual(self.reason(code), "E_SUPERSEDED")
        self.assertEqual(self.reason(self.ticket.code), "E_EARLY")
        self.assertEqual(self.last_event().kind, "rebook")

    def test_rebook_expiry_moves_with_the_date(self):
        later = self.today + timedelta(3)
        self.ticket._rebook(later)
        self.env["scenic.ticket"]._expire_site(self.park.site, later, 100)
        self.assertEqual(self.ticket.state, "valid")
        self.env["scenic.ticket"]._expire_site(self.park.site, later + timedelta(1), 100)
        self.assertEqual(self.ticket.state, "expired")

    def test_rebook_refuses_what_it_must(self):
        past, far = self.today - timedelta(1), self.today + timedelta(4000)
        later = self.today + timedelta(1)
        for day in (past, far, self.today):
            with self.subTest(day=day):
                self.assertTrue(self.ticket._rebook_quote(day)["obstacle"])
        void, blocked, expired = (make_tickets(self.park) for _i in range(3))
        void._void("x")
        blocked._block("x")
        expired._expire()
        for other in (void, blocked, expired):
            with self.subTest(state=other.state), self.assertRaises(UserError):
                other._rebook(later)
        self.redeem(self.ticket)
        with self.assertRaises(UserError):
            self.ticket._rebook(later)

    def test_rebook_tiers_by_hours_before_the_visit(self):
        self.tier(hours=48, fee_percent=0)
        self.tier(hours=0, fee_percent=10, fee_amount=5)
        ticket = make_tickets(
            self.park, visit_date=self.today + timedelta(4), net_value=80.0, price_paid=80.0
        )
        start, later = ticket._visit_start(), self.today + timedelta(9)
        expected = {49: 0.0, 48: 0.0, 47: 13.0, 0: 13.0}
        for hours, fee in expected.items():
            quote = ticket._rebook_quote(later, at=start - timedelta(hours=hours))
            with self.subTest(hours=hours):
                self.assertEqual((quote["charge"], quote["obstacle"]), (fee, None))
        late = ticket._rebook_quote(later, at=start + timedelta(minutes=1))
        self.assertTrue(late["obstacle"])

    def test_charged_rebooking_is_not_free_at_a_desk(self):
        self.tier(hours=-1000, fee_amount=5)
        with self.assertRaises(UserError):
            self.ticket._rebook(self.today + timedelta(1))
        self.ticket.with_user(self.manager)._waive_fee("our fault")
        self.ticket._rebook(self.today + timedelta(1))
        self.assertEqual(self.ticket.visit_date, self.today + timedelta(1))

    def test_wizard_shows_the_charge_before_it_moves(self):
        self.tier(hours=-1000, fee_amount=5)
        form = self.env["scenic.rebook"].with_user(self.cashier)
        wizard = form.with_context(active_id=self.ticket.id).create(
            {"visit_date": self.today + timedelta(2)}
        )
        self.assertEqual((wizard.charge, wizard.obstacle), (5.0, False))
        with self.assertRaises(UserError):
            wizard.action_rebook()
        self.park.policy.tier_ids.unlink()
        wizard.invalidate_recordset()
        wizard.action_rebook()
        self.assertEqual(self.ticket.visit_date, self.today + timedelta(2))

    # -- taking persons out ----------------------------------------------------------

    def test_persons_leave_with_their_rights(self):
        group = make_tickets(self.park, self.park.combo, pax=10, net_value=100.0)
        self.redeem(group, wanted=6)
        part = group._split(3, "later train")
        gate, ropeway = str(self.park.gate.id), str(self.park.ropeway.id)
        self.assertEqual((group.pax, group.rights), (7, {gate: 7, ropeway: 7}))
        self.assertEqual((part.pax, part.rights), (3, {gate: 3, ropeway: 3}))
        self.assertEqual((group.rights_total, part.rights_total), (14, 6))
        self.assertAlmostEqual(group.net_value + part.net_value, 100.0)
        self.assertEqual(self.redeem(group, wanted=2)["reason"], "E_USED")
        self.assertEqual(self.redeem(group, wanted=1)["reason"], "OK")
        self.assertEqual(self.redeem(part, wanted=3)["reason"], "OK")

    def test_nobody_leaves_who_has_used_something(self):
        family = make_tickets(self.park, self.park.family)
        self.redeem(family, wanted=2)
        with self.assertRaises(UserError):
            family._split(2)
        for persons in (0, 3, 4, -1):
            with self.subTest(persons=persons), self.assertRaises(UserError):
                family._split(persons)
        part = family._split(1)
        self.assertEqual((family.state, family.pax), ("used", 2))
        self.assertEqual((part.state, part.pax), ("valid", 1))

    def test_unlimited_use_binds_everybody(self):
        annual = make_tickets(self.park, self.park.annual, pax=4)
        part = annual._split(1)
        self.assertEqual((annual.rights_total, part.rights_total), (0, 0))
        self.redeem(annual, wanted=1)
        with self.assertRaises(UserError):
            annual._split(1)

    # -- rights, trace, reversal -------------------------------------------------------

    def test_every_action_needs_its_right(self):
        for kind in ACTIONS:
            ticket = make_tickets(self.park)
            if kind == "activate":
                ticket._hold()
            if kind == "unblock":
                ticket._block("x")
            for user in (self.attendant, self.cashier):
                allowed = user == self.cashier and kind in ("reissue", "transfer")
                with self.subTest(kind=kind, user=user.login):
                    if allowed:
                        self.act(user, kind, ticket=ticket)
                    else:
                        with self.assertRaises(AccessError):
                            self.act(user, kind, ticket=ticket)
            with self.subTest(kind=kind, user="manager"):
                self.act(self.manager, kind, ticket=ticket)

    def test_buttons_show_what_is_possible(self):
        mine = self.ticket.with_user(self.manager)
        names = [name for name in mine._fields if name.startswith("can_")]

        def possible(ticket):
            ticket.invalidate_recordset()
            return {name[4:] for name in names if ticket[name]}

        self.assertEqual(
            possible(mine), {"hold", "block", "reissue", "rebook", "transfer", "waive", "void"}
        )
        self.assertEqual(
            possible(self.ticket.with_user(self.cashier)), {"reissue", "rebook", "transfer"}
        )
        self.assertEqual(possible(self.ticket.with_user(self.attendant)), set())
        self.ticket._block("x")
        self.assertEqual(possible(mine), {"unblock", "void"})
        self.ticket._unblock()
        self.ticket._void("x")
        self.assertEqual(possible(mine), set())

    def test_action_leaves_who_when_and_why(self):
        before = self.ticket.message_ids
        self.act(self.manager, "block", reason="seen twice")
        event = self.last_event()
        self.assertEqual((event.kind, event.user_id), ("block", self.manager))
        self.assertEqual(event.reason, "seen twice")
        message = self.ticket.message_ids - before
        self.assertEqual(message.author_id, self.manager.partner_id)
        self.assertIn("seen twice", message.body)

    def test_reason_is_not_optional_where_it_matters(self):
        for kind in ("block", "reissue", "waive"):
            with self.subTest(kind=kind), self.assertRaises(UserError):
                self.act(self.manager, kind, reason="  ")

    def test_timeline_tells_everything_in_order(self):
        family = make_tickets(self.park, self.park.family)
        family._block("x")
        family._unblock()
        family._reissue("lost")
        (use,) = self.redeem(family, wanted=1)["redemption_ids"]
        self.env["scenic.redemption"].browse(use)._reverse("mistake")
        family._void("given up")
        self.env.flush_all()
        self.env.invalidate_all()
        kinds = family.timeline_ids.sorted("id").mapped("kind")
        self.assertCountEqual(
            kinds, ["issue", "block", "unblock", "reissue", "use", "reversal", "void"]
        )
        self.assertEqual(len(set(family.timeline_ids.ids)), 7)

    def test_use_is_never_undone_only_reversed_by_a_manager_with_a_reason(self):
        (use_id,) = self.redeem(self.ticket)["redemption_ids"]
        use = self.env["scenic.redemption"].browse(use_id)

        def reverse(user, reason):
            wizard = self.env["scenic.reversal"].with_user(user)
            wizard.with_context(active_ids=use.ids).create({"reason": reason}).action_reverse()

        for user in (self.attendant, self.cashier):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                reverse(user, "please")
        with self.assertRaises(UserError):
            reverse(self.manager, "  ")
        reverse(self.manager, "wrong person")
        back = self.env["scenic.redemption"].search([("reverses_id", "=", use.id)])
        self.assertEqual((back.kind, back.reason), ("reversal", "wrong person"))
        self.assertEqual(back.user_id, self.manager)
        self.assertTrue(use.exists())
        self.assertEqual((self.ticket.state, self.ticket.used_count), ("valid", 0))
        with self.assertRaises(UserError), self.cr.savepoint():
            reverse(self.manager, "again")
