"""The proof finds what does not add up, and names it."""

import common_finance

from odoo.fields import Command
from odoo.tests import tagged


@tagged("post_install", "-at_install")
class TestProof(common_finance.FinanceCase):
    prove = False

    def setUp(self):
        super().setUp()
        self.win = self.window()
        self.order = self.sell(self.win, (self.park.adult, 4), (self.park.combo, 2))
        self.session = self.close(self.win)
        for ticket in self.tickets(self.order)[:2]:
            self.use(ticket)
        self.batch = self.recognise()
        self.assertEqual(self.wrong(), [])

    def wrong(self):
        self.env.invalidate_all()
        proof = self.proof()
        lines = [line for line in proof["lines"] if line["kind"] == "difference"]
        self.assertEqual(proof["state"], "different" if lines else "balanced")
        return lines

    def sql(self, statement, *values):
        """Damage the database behind everybody's back, laws switched off."""
        self.env.flush_all()
        self.cr.execute("SET LOCAL session_replication_role = replica")
        self.cr.execute(statement, values)
        self.cr.execute("SET LOCAL session_replication_role = origin")
        self.env.invalidate_all()

    def test_the_parts_add_up(self):
        proof = self.proof()
        self.assertEqual(proof["liability_balance"], self.balance(self.liability))
        self.assertEqual(
            proof["unredeemed_value"],
            round(sum(self.tickets(self.order).mapped("remaining_value")), 2),
        )

    def test_a_changed_amount_is_found(self):
        aml = self.tickets(self.order)[0].origin_aml_id
        self.sql(
            "UPDATE account_move_line SET balance = balance - 1, credit = credit + 1 WHERE id = %s",
            aml.id,
        )
        [line] = self.wrong()
        self.assertEqual((line["move_line_id"], line["amount"]), (aml.id, 1))
        self.assertIn(aml.move_id.name, line["name"])

    def test_a_deleted_journal_item_is_found(self):
        tickets = self.tickets(self.order).filtered(lambda t: t.product_id == self.park.adult)
        self.sql("DELETE FROM account_move_line WHERE id = %s", tickets.origin_aml_id.id)
        [line] = self.wrong()
        self.assertAlmostEqual(line["amount"], -301.89, 2)
        self.assertIn(line["ticket_id"], tickets.ids)

    def test_a_forgotten_link_is_found(self):
        self.sql(
            "UPDATE scenic_ticket SET origin_aml_id = NULL WHERE pos_order_id = %s", self.order.id
        )
        lines = self.wrong()
        self.assertEqual(sum(line["amount"] for line in lines), 0)
        self.assertIn(self.session.id, [line.get("session_id") for line in lines])

    def test_a_deleted_ticket_is_found(self):
        ticket = self.tickets(self.order)[3]
        self.sql("DELETE FROM scenic_ticket WHERE id = %s", ticket.id)
        [line] = self.wrong()
        self.assertAlmostEqual(line["amount"], 75.47, 2)

    def test_a_changed_value_is_found(self):
        ticket = self.tickets(self.order)[0]
        self.sql("UPDATE scenic_ticket SET net_value = 70 WHERE id = %s", ticket.id)
        lines = self.wrong()
        self.assertEqual(
            {(line.get("ticket_id"), line.get("move_line_id")) for line in lines},
            {(ticket.id, None), (None, ticket.origin_aml_id.id)},
        )

    def test_a_deleted_event_is_found(self):
        event = self.batch.event_ids[0]
        use = event.redemption_id
        self.sql("DELETE FROM scenic_revenue_event WHERE id = %s", event.id)
        lines = self.wrong()
        self.assertIn(self.batch.id, [line.get("recognition_id") for line in lines])
        self.assertIn(use.ticket_id.id, [line.get("ticket_id") for line in lines])

    def test_a_foreign_entry_on_the_liability_is_found(self):
        move = self.env["account.move"].create(
            {
                "journal_id": self.company.scenic_recognition_journal_id.id,
                "line_ids": [
                    Command.create({"account_id": self.liability.id, "credit": 9.99}),
                    Command.create({"account_id": self.revenue.id, "debit": 9.99}),
                ],
            }
        )
        move.action_post()
        [line] = self.wrong()
        self.assertEqual((line["move_id"], line["amount"]), (move.id, 9.99))

    def test_two_errors_that_cancel_out_are_found(self):
        for amount in (5, -5):
            self.env["account.move"].create(
                {
                    "journal_id": self.company.scenic_recognition_journal_id.id,
                    "line_ids": [
                        Command.create({"account_id": self.liability.id, "balance": -amount}),
                        Command.create({"account_id": self.revenue.id, "balance": amount}),
                    ],
                }
            ).action_post()
        self.assertEqual(self.proof()["difference"], 0)
        self.assertEqual(len(self.wrong()), 2)

    def test_an_entry_in_draft_is_on_its_way_and_no_difference(self):
        self.session.move_id.button_draft()
        self.assertEqual(self.wrong(), [])
        proof = self.proof()
        self.assertEqual(proof["unposted_sales"], 584.91)

    def test_days_can_be_proved_later(self):
        today = self.park.site._today()
        before = self.proof(at=today.replace(year=today.year - 1))
        self.assertEqual((before["liability_balance"], before["difference"]), (0, 0))
        self.assertEqual(self.proof(at=today)["unredeemed_value"], self.proof()["unredeemed_value"])

    def test_a_stored_proof_opens_what_it_names(self):
        aml = self.tickets(self.order)[0].origin_aml_id
        self.sql("UPDATE account_move_line SET balance = balance - 1 WHERE id = %s", aml.id)
        action = self.env["scenic.proof"].action_prove()
        proof = self.env["scenic.proof"].browse(action["res_id"])
        self.assertEqual((proof.state, proof.difference), ("different", 1))
        line = proof.line_ids
        self.assertEqual(line.action_open()["res_id"], aml.move_id.id)
        tickets = self.env["scenic.ticket"].search(line.action_tickets()["domain"])
        self.assertEqual(
            tickets, self.tickets(self.order).filtered(lambda t: t.origin_aml_id == aml)
        )
