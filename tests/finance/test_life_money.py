"""What the life of a ticket does to its money: fees, parts of groups, moved dates."""

from datetime import timedelta

import common_life
import common_scenic

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestLifeMoney(common_life.LifeCase):
    def kinds(self, ticket):
        return {event.kind: event.amount for event in ticket.revenue_event_ids if event.amount}

    def test_tickets_of_a_line_add_up_to_what_was_paid(self):
        order = self.sell(self.win, (self.park.adult, 3, {"price_unit": 33.35, "discount": 10}))
        paid = self.tickets(order).mapped("price_paid")
        self.assertAlmostEqual(sum(paid), order.lines.price_subtotal_incl)
        self.assertLess(max(paid) - min(paid), 0.011)

    def test_refund_by_tier_keeps_the_fee(self):
        self.tiers(("refund", -1000, {"fee_percent": 20}))
        (ticket,) = self.tickets(self.sell(self.win, (self.park.adult, 1)))
        quote = ticket._refund_quote()
        self.assertEqual((quote["paid"], quote["fee"], quote["amount"]), (80, 16, 64))
        self.give_back(ticket)
        self.assertEqual((ticket.state, self.kinds(ticket)), ("void", {"fee": 15.09}))
        self.close(self.win)
        self.recognise()
        self.assertEqual(self.balance(self.liability), 0)

    def test_tier_that_holds_is_the_one_with_the_most_hours_that_fits(self):
        self.tiers(
            ("refund", 48, {}),
            ("refund", 24, {"fee_percent": 10}),
            ("refund", 0, {"fee_percent": 50, "fee_amount": 3}),
            ("refund", -24, {"allowed": False}),
        )
        day = self.today + timedelta(9)
        order = self.sell(self.win, (self.park.family, 1, {"visit_date": day}))
        ticket = self.tickets(order)
        start = ticket._visit_start()
        fees = {200: 0, 48: 0, 47.9: 20, 24: 20, 23.9: 109, 0: 109}
        for hours, fee in fees.items():
            quote = ticket._refund_quote(at=start - timedelta(hours=hours))
            with self.subTest(hours=hours):
                self.assertEqual(quote["fee"], fee)

    def test_refund_that_no_tier_allows_needs_a_manager(self):
        self.tiers(("refund", 1000, {}))
        (ticket,) = self.tickets(self.sell(self.win, (self.park.adult, 1)))
        self.assertTrue(ticket._refund_quote()["obstacle"])
        with self.assertRaises(UserError), self.cr.savepoint():
            self.give_back(ticket, amount=80)
        cashier = self.win.env.user
        with self.assertRaises(Exception) as caught, self.cr.savepoint():
            self.env["scenic.ticket"].with_user(cashier).pos_waive_fee(ticket.ids, "please")
        self.assertEqual(type(caught.exception).__name__, "AccessError")
        manager = common_scenic.make_user(self.env, "waiver", "manager", company=self.company)
        self.env["scenic.ticket"].with_user(manager).pos_waive_fee(ticket.ids, "our fault")
        self.assertEqual(ticket._refund_quote()["amount"], 80)
        self.give_back(ticket)
        self.assertEqual(ticket.state, "void")

    def test_server_pays_back_what_the_tier_says_and_nothing_else(self):
        self.tiers(("refund", -1000, {"fee_percent": 20}))
        (ticket,) = self.tickets(self.sell(self.win, (self.park.adult, 1)))
        for amount in (64.02, 63.98, 80, 0):
            with self.subTest(amount=amount), self.assertRaises(UserError), self.cr.savepoint():
                self.give_back(ticket, amount=amount)
        self.env.invalidate_all()
        self.assertEqual(ticket.state, "valid")

    def test_part_of_a_group_is_refunded_to_the_cent(self):
        self.park.family.scenic_pax = 7
        order = self.sell(self.win, (self.park.family, 1, {"price_unit": 100}))
        group = self.tickets(order)
        self.use(group, wanted=3)
        back = self.give_back(group, persons=2)
        self.assertEqual(back.amount_total, -28.57)
        part = self.tickets(order) - group
        self.assertEqual((group.pax, part.pax, part.state), (5, 2, "void"))
        self.assertEqual(part.refund_line_id, back.lines)
        self.assertEqual(self.company.currency_id.round(group.net_value + part.net_value), 94.34)
        # the sale line can still be given back: its ticket is still there
        self.assertEqual(order.lines.refunded_qty, 0)
        self.close(self.win)
        self.use(group, wanted=2)
        self.assertEqual((group.state, group.remaining_value), ("used", 0))
        self.recognise()
        self.assertEqual(self.balance(self.liability), 0)

    def test_group_can_be_given_back_person_by_person(self):
        order = self.sell(self.win, (self.park.family, 1, {"price_unit": 100}))
        group = self.tickets(order)
        sums = [self.give_back(group, persons=1).amount_total for _i in range(2)]
        sums.append(self.give_back(group).amount_total)
        self.assertAlmostEqual(sum(sums), -100)
        self.assertEqual(order.lines.refunded_qty, 1)
        self.close(self.win)
        self.recognise()
        self.assertEqual(self.balance(self.liability), 0)

    def test_divided_group_is_given_back_ticket_by_ticket(self):
        order = self.sell(self.win, (self.park.family, 1, {"price_unit": 100}))
        group = self.tickets(order)
        part = group._split(1, "later")
        # one unit was sold, so only the last of its tickets gives that back
        first = self.give_back(part, persons=1)
        self.assertEqual((part.state, order.lines.refunded_qty), ("void", 0))
        last = self.give_back(group)
        self.assertAlmostEqual(first.amount_total + last.amount_total, -100)
        self.assertEqual((group.state, order.lines.refunded_qty), ("void", 1))

    def test_more_persons_than_unused_are_not_refunded(self):
        group = self.tickets(self.sell(self.win, (self.park.family, 1)))
        self.use(group, wanted=2)
        for persons in (2, 3):
            with self.subTest(persons=persons), self.assertRaises(UserError), self.cr.savepoint():
                self.give_back(group, persons=persons, amount=10)
        self.env.invalidate_all()
        self.assertEqual(group.pax, 3)

    def test_persons_who_turned_back_at_the_gate_are_refunded(self):
        """Ten went in, two came out again: their taken back uses leave with them, once."""
        self.park.family.scenic_pax = 10
        # 41 fen: the fifth use is worth 5 of them, the others 4
        order = self.sell(self.win, (self.park.family, 1, {"price_unit": 0.43}))
        group = self.tickets(order)
        uses = self.use(group, wanted=10).sorted("id")
        for number in (6, 7, 4, 5):
            uses[number - 1]._reverse("walked out again")
        self.give_back(group, persons=2)
        for _round in range(3):
            self.use(group, wanted=2)
            for _person in range(2):
                self.redemption(group)._reverse("again")
        self.use(group, wanted=2)
        self.assertEqual((group.state, group.remaining_value), ("used", 0))
        self.close(self.win)
        self.recognise()
        self.assertEqual(self.balance(self.liability), 0)

    def redemption(self, ticket):
        rows = ticket.redemption_ids
        return (rows.filtered(lambda row: row.kind == "use") - rows.reverses_id).sorted("id")[-1]

    def test_rebooking_charge_is_executed_when_it_is_paid(self):
        self.tiers(("rebook", -1000, {"fee_amount": 12}))
        later = self.today + timedelta(5)
        (ticket,) = self.tickets(self.sell(self.win, (self.park.adult, 1)))
        self.charge_rebooking(ticket, later)
        self.assertEqual((ticket.visit_date, ticket.gen), (later, 1))
        self.close(self.win)

    def test_rebooking_that_cannot_be_done_any_more_is_told_to_a_person(self):
        self.tiers(("rebook", -1000, {"fee_amount": 12}))
        later = self.today + timedelta(5)
        (ticket,) = self.tickets(self.sell(self.win, (self.park.adult, 1)))
        self.use(ticket)
        order = self.charge_rebooking(ticket, later, amount=12)
        self.assertEqual((order.state, ticket.visit_date), ("paid", self.today))
        incident = self.env["scenic.incident"].search([("ticket_id", "=", ticket.id)])
        self.assertEqual(incident.amount, 12)

    def test_rebooking_for_too_little_is_not_done(self):
        self.tiers(("rebook", -1000, {"fee_amount": 12}))
        (ticket,) = self.tickets(self.sell(self.win, (self.park.adult, 1)))
        self.charge_rebooking(ticket, self.today + timedelta(5), amount=1)
        self.assertEqual(ticket.visit_date, self.today)

    def test_replayed_rebooking_order_moves_once(self):
        later = self.today + timedelta(5)
        (ticket,) = self.tickets(self.sell(self.win, (self.park.adult, 1)))
        order = self.charge_rebooking(ticket, later)
        order.lines._scenic_process_paid()
        self.assertEqual(ticket.gen, 1)

    def test_moved_ticket_expires_on_its_new_date(self):
        later = self.today + timedelta(3)
        (ticket,) = self.tickets(self.sell(self.win, (self.park.adult, 1)))
        ticket._rebook(later)
        self.env["scenic.ticket"]._expire_site(self.park.site, later + timedelta(1), 10)
        event = ticket.revenue_event_ids
        self.assertEqual((event.kind, event.day), ("expire", later + timedelta(1)))

    def test_blocked_and_reserved_tickets_expire_like_others(self):
        held, blocked = self.tickets(self.sell(self.win, (self.park.adult, 2)))
        held._hold()
        blocked._block("x")
        self.env["scenic.ticket"]._expire_site(self.park.site, self.today + timedelta(1), 10)
        self.assertEqual(set((held + blocked).mapped("state")), {"expired"})
        self.assertEqual(set((held + blocked).mapped("remaining_value")), {0})

    def test_part_of_an_invoiced_group_is_credited(self):
        invoice = self.invoice((self.park.family, 1, {"price_unit": 100}))
        invoice.action_post()
        group = self.env["scenic.ticket"].search([("invoice_line_id", "in", invoice.line_ids.ids)])
        self.use(group, wanted=1)
        note = group._credit(1)
        part = self.env["scenic.ticket"].search([("refund_aml_id", "in", note.line_ids.ids)])
        self.assertEqual((group.pax, part.pax, part.state), (2, 1, "void"))
        self.assertEqual(note.amount_total, 33.33)
        self.use(group, wanted=1)
        self.recognise()
        self.assertEqual(self.balance(self.liability), 0)

    def test_credit_note_of_a_ticket_keeps_the_fee(self):
        self.tiers(("refund", -1000, {"fee_percent": 25}))
        invoice = self.invoice((self.park.adult, 2))
        invoice.action_post()
        ticket = self.env["scenic.ticket"].search(
            [("invoice_line_id", "in", invoice.line_ids.ids)]
        )[1]
        note = ticket._credit()
        self.assertEqual((ticket.state, note.amount_total), ("void", 60))
        self.assertEqual(self.kinds(ticket), {"fee": 18.87})

    def test_accountant_credits_a_ticket_and_others_do_not(self):
        invoice = self.invoice((self.park.family, 1, {"price_unit": 90}))
        invoice.action_post()
        ticket = self.env["scenic.ticket"].search([("invoice_line_id", "in", invoice.line_ids.ids)])

        def credit(user, persons):
            wizard = (
                self.env["scenic.credit"]
                .with_user(user)
                .with_context(active_id=ticket.id, allowed_company_ids=self.company.ids)
            )
            return wizard.create({"persons": persons})

        manager = common_scenic.make_user(self.env, "crediting", "manager", company=self.company)
        with self.assertRaises(AccessError):
            credit(manager, 1)
        accountant = common_scenic.make_user(
            self.env, "accounting", "scenic_finance.group_accountant", company=self.company
        )
        wizard = credit(accountant, 2)
        self.assertEqual((wizard.paid, wizard.fee, wizard.amount), (60, 0, 60))
        wizard.action_credit()
        self.assertEqual(ticket.pax, 1)
        wizard = credit(accountant, 1)
        self.assertFalse(wizard.obstacle)
        wizard.action_credit()
        self.assertEqual(ticket.state, "void")
        self.assertTrue(credit(accountant, 1).obstacle)
