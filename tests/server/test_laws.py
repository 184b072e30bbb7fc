"""What PostgreSQL refuses, whoever asks: these tests use plain SQL with the server's own role."""

import common_scenic
import psycopg2
from common_scenic import make_tickets

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

USE = (
    "INSERT INTO scenic_redemption (ticket_id, zone_id, company_id, kind, use_no, pax,"
    " happened_at, received_at, how, mode) VALUES (%(ticket)s, %(zone)s, %(company)s, 'use',"
    " %(use_no)s, %(pax)s, now(), now(), 'api', 'online')"
)
REVERSAL = (
    "INSERT INTO scenic_redemption (ticket_id, zone_id, company_id, kind, reverses_id, pax,"
    " happened_at, received_at, how, mode) VALUES (%(ticket)s, %(zone)s, %(company)s, 'reversal',"
    " %(reverses)s, 1, now(), now(), 'api', 'online') RETURNING id"
)


@tagged("post_install", "-at_install")
class TestLaws(common_scenic.ScenicCase):
    def setUp(self):
        super().setUp()
        self.ticket = make_tickets(self.park)
        self.env.flush_all()

    def sql(self, query, *params):
        with self.cr.savepoint():
            self.cr.execute(query, *params)

    def use(self, use_no, ticket=None, zone=None, pax=1):
        ticket = ticket or self.ticket
        values = {
            "ticket": ticket.id,
            "zone": (zone or self.park.gate).id,
            "company": ticket.company_id.id,
            "use_no": use_no,
            "pax": pax,
        }
        self.sql(USE, values)
        self.env.invalidate_all()

    def refused(self, constraint):
        outer = self

        class Refused:
            def __enter__(self):
                self.quiet = mute_logger("odoo.sql_db")
                self.quiet.__enter__()
                return self

            def __exit__(self, kind, error, trace):
                self.quiet.__exit__(None, None, None)
                outer.assertIsNotNone(error, f"PostgreSQL allowed what {constraint} forbids")
                outer.assertIsInstance(error, psycopg2.IntegrityError)
                outer.assertEqual(error.diag.constraint_name, constraint)
                return True

        return Refused()

    def test_second_use_of_a_right_is_refused(self):
        self.use(1)
        with self.refused("scenic_redemption_use_uniq"):
            self.use(1)
        with self.refused("scenic_redemption_rights"):
            self.use(2)
        self.assertEqual((self.ticket.state, self.ticket.used_count), ("used", 1))

    def test_several_surplus_uses_in_one_statement_are_refused(self):
        family = make_tickets(self.park, self.park.family)
        self.env.flush_all()
        with self.refused("scenic_redemption_rights"):
            self.sql(
                "INSERT INTO scenic_redemption (ticket_id, zone_id, company_id, kind, use_no, pax,"
                " happened_at, received_at, how, mode) SELECT %s, %s, %s, 'use', n, 1, now(),"
                " now(), 'api', 'online' FROM generate_series(1, 4) n",
                [family.id, self.park.gate.id, family.company_id.id],
            )
        self.env.invalidate_all()
        self.assertEqual(family.used_count, 0)

    def test_use_of_a_zone_that_was_not_sold_is_refused(self):
        with self.refused("scenic_redemption_rights"):
            self.use(1, zone=self.park.ropeway)

    def test_use_of_a_void_ticket_is_refused(self):
        self.ticket._void("Lost")
        self.env.flush_all()
        with self.refused("scenic_redemption_rights"):
            self.use(1)

    def test_malformed_rows_are_refused(self):
        for use_no, pax in ((0, 1), (-1, 1), (None, 1), (1, 2), (1, 0)):
            with self.subTest(use_no=use_no, pax=pax), self.refused("scenic_redemption_shape"):
                self.use(use_no, pax=pax)

    def test_ledger_cannot_be_changed_or_removed(self):
        self.use(1)
        for query in (
            "UPDATE scenic_redemption SET use_no = 2",
            "UPDATE scenic_redemption SET lane_code = 'X' WHERE ticket_id = %(id)s",
            "DELETE FROM scenic_redemption WHERE ticket_id = %(id)s",
            "TRUNCATE scenic_redemption CASCADE",
        ):
            with self.subTest(query=query), self.refused("scenic_redemption_append_only"):
                self.sql(query, {"id": self.ticket.id})
        self.assertEqual(len(self.ticket.redemption_ids), 1)

    def test_ledger_cannot_be_changed_through_the_orm(self):
        self.use(1)
        row = self.ticket.redemption_ids
        with self.assertRaises(UserError):
            row.lane_code = "X"
        with self.assertRaises(UserError):
            row.unlink()
        with self.assertRaises(UserError):
            self.ticket.unlink()

    def test_what_a_redemption_points_at_cannot_be_removed(self):
        self.use(1)
        for table, record in (("scenic_ticket", self.ticket), ("scenic_zone", self.park.gate)):
            with (
                self.subTest(table=table),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.ForeignKeyViolation),
            ):
                self.sql(f"DELETE FROM {table} WHERE id = %s", [record.id])

    def test_reversal_gives_back_one_right_once(self):
        self.use(1)
        use = self.ticket.redemption_ids
        values = {
            "ticket": self.ticket.id,
            "zone": self.park.gate.id,
            "company": self.ticket.company_id.id,
            "reverses": use.id,
        }
        self.sql(REVERSAL, values)
        self.env.invalidate_all()
        self.assertEqual((self.ticket.state, self.ticket.used_count), ("valid", 0))
        with self.refused("scenic_redemption_reverses_uniq"):
            self.sql(REVERSAL, values)
        self.use(2)
        with self.refused("scenic_redemption_rights"):
            self.use(3)

    def test_reversal_points_at_a_use_of_the_same_ticket_and_zone(self):
        self.use(1)
        use = self.ticket.redemption_ids
        other = make_tickets(self.park, self.park.combo)
        self.env.flush_all()
        for ticket, zone in (
            (other, self.park.gate),
            (other, self.park.ropeway),
            (self.ticket, self.park.ropeway),
        ):
            with (
                self.subTest(ticket=ticket, zone=zone),
                self.refused("scenic_redemption_reversal"),
                mute_logger("odoo.sql_db"),
            ):
                self.sql(
                    REVERSAL,
                    {
                        "ticket": ticket.id,
                        "zone": zone.id,
                        "company": ticket.company_id.id,
                        "reverses": use.id,
                    },
                )

    def test_rights_of_a_sold_ticket_are_frozen(self):
        for column, value in (
            ("rights", "'{}'"),
            ("rights_total", "99"),
            ("kid", "kid + 1"),
            ("serial", "serial + 1"),
        ):
            with self.subTest(column=column), self.refused("scenic_ticket_frozen"):
                self.sql(
                    f"UPDATE scenic_ticket SET {column} = {value} WHERE id = %s", [self.ticket.id]
                )

    def test_laws_survive_their_own_renewal(self):
        self.env["scenic.redemption"].init()
        self.env["scenic.ticket"].init()
        self.use(1)
        with self.refused("scenic_redemption_rights"):
            self.use(2)
        with self.refused("scenic_redemption_append_only"):
            self.sql("DELETE FROM scenic_redemption WHERE ticket_id = %s", [self.ticket.id])

    def test_append_leaves_out_what_does_not_fit(self):
        family, combo = (
            make_tickets(self.park, self.park.family),
            make_tickets(self.park, self.park.combo),
        )
        void = make_tickets(self.park)
        void._void("Lost")

        def row(ticket, zone, ref, at="2026-01-01 10:00:00"):
            return {
                "ticket_id": ticket.id,
                "zone_id": zone.id,
                "source_ref": ref,
                "happened_at": at,
            }

        gate, ropeway = self.park.gate, self.park.ropeway
        rows = [
            row(family, gate, "f4", "2026-01-01 10:04:00"),
            *(row(family, gate, f"f{k}", f"2026-01-01 10:0{k}:00") for k in (3, 2, 1)),
            row(combo, ropeway, "c1"),
            row(combo, ropeway, "c1"),
            row(self.ticket, ropeway, "wrong zone"),
            row(void, gate, "void"),
        ]
        ledger = self.env["scenic.redemption"]
        written = {use["source_ref"]: use["use_no"] for use in ledger._append(rows)}
        self.assertEqual(written, {"f1": 1, "f2": 2, "f3": 3, "c1": 1})
        self.assertEqual(ledger._append(rows), [])
        self.assertEqual((family.used_count, combo.used_count), (3, 1))
