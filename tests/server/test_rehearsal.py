"""A past day played again with a draft: who is refused, who is admitted, what it earns."""

from datetime import timedelta
from unittest.mock import patch

import common_gate
import common_publish
from common_scenic import make_product, make_tickets, to_unix

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.scenic_ticketing.models import scenic_rehearsal, scenic_rehearsal_play


class RehearsalCase(common_publish.PublishCase):
    """Yesterday at the park, from nine o'clock on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.day = cls.park.site._today() - timedelta(1)
        cls.nine = cls.park.site._midnight(cls.day) + timedelta(hours=9)

    def sold(self, product=None, count=1, **vals):
        """Return tickets that were sold yesterday at eight."""
        tickets = make_tickets(self.park, product, count, visit_date=self.day, **vals)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE scenic_ticket SET issued_at = %s WHERE id = ANY(%s)",
            [self.nine - timedelta(hours=1), tickets.ids],
        )
        self.env.invalidate_all()
        return tickets

    def used(self, ticket, hours=0.0, zone=None, persons=1, how="gate"):
        """Let a ticket in yesterday, ``hours`` after nine."""
        row = {
            "ticket_id": ticket.id,
            "zone_id": (zone or self.park.gate).id,
            "happened_at": self.nine + timedelta(hours=hours),
            "lane_code": "L1",
            "how": how,
        }
        written = self.env["scenic.redemption"]._append([dict(row) for _i in range(persons)])
        self.assertEqual(len(written), persons)
        return self.env["scenic.redemption"].browse([use["id"] for use in written])

    def play(self, draft, **vals):
        return common_publish.rehearse(draft, self.park.site, self.day, **vals)

    def counts(self, rehearsal):
        return {
            name: rehearsal[f"{name}_count"]
            for name in ("same", "refused", "admitted", "staff", "reason", "skipped")
            if rehearsal[f"{name}_count"]
        }

    def scan(self, rehearsal, ticket):
        return rehearsal.scan_ids.filtered(lambda scan: scan.ticket_id == ticket)


@tagged("post_install", "-at_install")
class TestRehearsalScans(RehearsalCase):
    def test_who_would_be_refused_with_which_words(self):
        early, late = self.sold(count=2)
        self.used(early, 0)
        self.used(late, 6)
        before = self.env["scenic.redemption"].search_count([])
        rehearsal = self.play(self.draft_of(self.park.policy, hours="08:00-12:00"))
        self.assertEqual(self.counts(rehearsal), {"same": 1, "refused": 1})
        scan = rehearsal.scan_ids
        self.assertEqual(
            (scan.ticket_id, scan.old_reason, scan.new_reason), (late, "OK", "E_HOURS")
        )
        self.assertEqual((scan.zone_id, scan.lane_code), (self.park.gate, "L1"))
        self.assertEqual(scan.happened_at, self.nine + timedelta(hours=6))
        # nothing was written but the rehearsal
        self.assertEqual(self.env["scenic.redemption"].search_count([]), before)
        self.assertEqual(self.park.policy.hours, False)

    def test_second_entry_of_the_day_is_refused_the_first_is_not(self):
        product = make_product(self.park, "Twice", 10.0, {self.park.gate: 2})
        ticket = self.sold(product)
        self.used(ticket, 0)
        self.used(ticket, 3)
        rehearsal = self.play(self.draft_of(self.park.policy, uses_day=1))
        self.assertEqual(self.counts(rehearsal), {"same": 1, "refused": 1})
        self.assertEqual(rehearsal.scan_ids.new_reason, "E_DAY_LIMIT")

    def test_what_happened_before_the_day_is_history(self):
        product = make_product(self.park, "Thrice", 10.0, {self.park.gate: 3})
        ticket = self.sold(product)
        self.used(ticket, -48)
        self.used(ticket, 0)
        rehearsal = self.play(self.draft_of(self.park.policy, uses_total=1))
        self.assertEqual(self.counts(rehearsal), {"refused": 1})
        self.assertEqual(rehearsal.scan_ids.new_reason, "E_TOTAL")

    def test_use_that_was_taken_back_is_no_history(self):
        product = make_product(self.park, "Twice", 10.0, {self.park.gate: 2})
        ticket = self.sold(product)
        use = self.used(ticket, 0)
        self.env["scenic.redemption"]._append(
            [
                {
                    "ticket_id": ticket.id,
                    "zone_id": self.park.gate.id,
                    "kind": "reversal",
                    "reverses_id": use.id,
                    "happened_at": self.nine + timedelta(hours=1),
                }
            ]
        )
        self.used(ticket, 2)
        rehearsal = self.play(self.draft_of(self.park.policy, uses_day=1))
        self.assertEqual(self.counts(rehearsal), {"same": 2})

    def test_draft_lives_in_its_own_world(self):
        """Refused in the morning, a visitor has a right left in the afternoon."""
        box = common_gate.make_box(self.park)
        ticket = self.sold()
        self.used(ticket, 0)
        self.refused(box, ticket, 6, "E_USED")
        rehearsal = self.play(self.draft_of(self.park.policy, hours="12:00-18:00"))
        self.assertEqual(self.counts(rehearsal), {"refused": 1, "admitted": 1})
        morning, afternoon = self.scan(rehearsal, ticket)
        self.assertEqual((morning.effect, morning.new_reason), ("refused", "E_HOURS"))
        self.assertEqual((afternoon.effect, afternoon.old_reason), ("admitted", "E_USED"))
        self.assertEqual(afternoon.told_reason, "E_USED")

    def refused(self, box, ticket, hours, reason):
        journal = common_gate.Journal()
        journal.clock = int(to_unix(self.nine + timedelta(hours=hours)) * 1000) - 1000
        journal.write("refused", ticket, reason=reason)
        self.env["scenic.gate.intake"]._take(box, journal.epoch, journal.facts)

    def test_refusals_that_no_rule_decided_are_counted_only(self):
        box = common_gate.make_box(self.park)
        ticket = self.sold()
        self.refused(box, ticket, 1, "E_SIG")
        rehearsal = self.play(self.draft_of(self.park.policy, hours="12:00-18:00"))
        self.assertEqual(self.counts(rehearsal), {"skipped": 1})

    def test_who_would_need_an_attendant(self):
        alone, seen = self.sold(count=2)
        self.used(alone, 0)
        self.used(seen, 0.5, how="window")
        rehearsal = self.play(self.draft_of(self.park.policy, concession=True))
        self.assertEqual(self.counts(rehearsal), {"same": 1, "staff": 1})
        self.assertEqual(rehearsal.scan_ids.new_reason, "R_CONCESSION")

    def test_group_comes_as_one_scan(self):
        ticket = self.sold(self.park.family)
        self.used(ticket, 0, persons=3)
        rehearsal = self.play(self.draft_of(self.park.policy, hours="12:00-18:00"))
        self.assertEqual(rehearsal.scan_count, 1)
        self.assertEqual(rehearsal.scan_ids.persons, 3)

    def test_sold_tickets_keep_their_dates_unless_they_are_sold_anew(self):
        self.park.policy.validity_days = 2
        ticket = self.sold()
        self.env.cr.execute(
            "UPDATE scenic_ticket SET visit_date = visit_date - 1, valid_until = valid_until - 1"
            " WHERE id = %s",
            [ticket.id],
        )
        self.env.invalidate_all()
        self.used(ticket, 0)
        draft = self.draft_of(self.park.policy, validity_days=1)
        self.assertEqual(self.counts(self.play(draft, resold=False)), {"same": 1})
        anew = self.play(draft)
        self.assertEqual(self.counts(anew), {"refused": 1})
        self.assertEqual(anew.scan_ids.new_reason, "E_EXPIRED")

    def test_rights_of_a_product_are_rehearsed_too(self):
        ticket = self.sold(self.park.combo)
        self.used(ticket, 0)
        self.used(ticket, 1, zone=self.park.ropeway)
        template = self.park.combo.product_tmpl_id.with_user(self.anna)
        draft = self.env["scenic.product.draft"].with_user(self.anna)
        draft = draft.browse(template.action_scenic_change_rights()["res_id"])
        draft.line_ids.filtered(lambda line: line.zone_id == self.park.ropeway).unlink()
        draft.line_ids.share = 100
        rehearsal = self.play(draft)
        self.assertEqual(self.counts(rehearsal), {"same": 1, "refused": 1})
        self.assertEqual(rehearsal.scan_ids.new_reason, "E_ZONE")

    def test_big_day_is_played_in_steps_with_the_same_result(self):
        tickets = self.sold(count=7)
        for k, ticket in enumerate(tickets):
            self.used(ticket, k)
        draft = self.draft_of(self.park.policy, hours="08:00-12:00")
        whole = self.play(draft)
        with (
            patch.object(scenic_rehearsal, "TICKETS_AT_ONCE", 3),
            patch.object(scenic_rehearsal_play, "BATCH", 2),
        ):
            parts = self.play(draft)
            self.assertEqual((parts.state, parts.ticket_done), ("running", 3))
            self.assertGreater(parts.progress, 40)
            self.assertFalse(draft._last_rehearsal() & parts)
            for _turn in range(2):
                self.env["scenic.rehearsal"]._cron_play()
        self.assertEqual(parts.state, "done")
        self.assertEqual(self.counts(parts), self.counts(whole))
        self.assertEqual(parts.scan_ids.ticket_id, whole.scan_ids.ticket_id)


@tagged("post_install", "-at_install")
class TestRehearsalSales(RehearsalCase):
    def test_revenue_by_product_and_channel(self):
        window = self.env["scenic.channel"].search([("code", "=", "window")], limit=1)
        self.sold(count=3, channel_id=window.id)
        self.sold(self.park.combo, count=2)
        tariff = self.env["scenic.tariff"].create(
            {
                "name": "Prices",
                "site_id": self.park.site.id,
                "season_ids": [Command.create({"name": "All year"})],
            }
        )
        for product, price in ((self.park.adult, 80.0), (self.park.combo, 150.0)):
            self.env["scenic.price"].create(
                {
                    "tariff_id": tariff.id,
                    "season_id": tariff.season_ids.id,
                    "product_tmpl_id": product.product_tmpl_id.id,
                    "price": price,
                }
            )
        draft = self.draft_of(tariff)
        for price in draft.price_ids:
            price.price += 10
        rehearsal = self.play(draft)
        found = {
            (sale.product_tmpl_id, sale.channel_id): (sale.quantity, sale.difference)
            for sale in rehearsal.sale_ids
        }
        self.assertEqual(
            found,
            {
                (self.park.adult.product_tmpl_id, window): (3, 30),
                (self.park.combo.product_tmpl_id, window.browse()): (2, 20),
            },
        )
        self.assertEqual((rehearsal.live_amount, rehearsal.difference), (540, 50))
        self.assertFalse(rehearsal.unsold_count)

    def test_tickets_that_would_not_be_sold(self):
        self.sold(count=2)
        day = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[self.day.weekday()]
        rehearsal = self.play(self.draft_of(self.park.policy, **{day: False}))
        self.assertEqual(rehearsal.unsold_count, 2)
        self.assertTrue(rehearsal.sale_ids.obstacle)
        self.assertEqual(rehearsal.difference, -160)


@tagged("post_install", "-at_install")
class TestRehearsalGuardsPublication(RehearsalCase):
    def approve(self, draft):
        draft.action_submit()
        draft.with_user(self.bert).action_publish()

    def test_no_publication_without_a_rehearsal_after_the_last_edit(self):
        self.used(self.sold())
        draft = self.draft_of(self.park.policy, staff_pax=7)
        self.assert_raises(lambda: self.approve(draft))
        self.play(draft)
        draft.staff_pax = 6
        self.assert_raises(lambda: self.approve(draft))
        self.play(draft)
        self.approve(draft)
        self.assertEqual(self.park.policy.staff_pax, 6)
        version = self.park.policy._current_version()
        self.assertEqual(version.rehearsal_id.draft_ref, draft.sudo(False))

    def test_rehearsal_with_errors_publishes_nothing(self):
        self.used(self.sold(self.park.combo))
        template = self.park.combo.product_tmpl_id.with_user(self.anna)
        draft = self.env["scenic.product.draft"].with_user(self.anna)
        draft = draft.browse(template.action_scenic_change_rights()["res_id"])
        draft.line_ids[0].share = 1
        rehearsal = self.play(draft)
        self.assertEqual(rehearsal.error_count, 1)
        self.assertIn("text-danger", rehearsal.findings_html)
        self.assert_raises(draft._check_rehearsed)

    def test_only_drafts_and_past_days_are_rehearsed(self):
        self.used(self.sold())
        draft = self.draft_of(self.park.policy, staff_pax=7)
        self.assert_raises(
            lambda: common_publish.rehearse(draft, self.park.site, self.park.site._today())
        )
        self.assert_raises(lambda: self.play(self.park.policy.with_user(self.anna)))
        self.assert_raises(lambda: self.play(draft.with_user(self.clerk)), AccessError)

    def test_day_is_proposed(self):
        self.used(self.sold(), -24)
        values = (
            self.env["scenic.rehearsal"]
            .with_context(default_site_id=self.park.site.id)
            .default_get(["day", "site_id"])
        )
        self.assertEqual(values["day"], self.day - timedelta(1))

    def test_discarded_draft_takes_its_rehearsals_along(self):
        self.used(self.sold())
        draft = self.draft_of(self.park.policy, staff_pax=7)
        rehearsal = self.play(draft)
        self.assert_raises(rehearsal.with_user(self.clerk).unlink, AccessError)
        draft.action_discard()
        self.assertFalse(rehearsal.exists())
        self.assertRaises(UserError, self.park.policy.with_user(self.anna).unlink)
