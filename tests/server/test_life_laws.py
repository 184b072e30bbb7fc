"""What PostgreSQL lets happen to a sold ticket, whoever writes."""

import json

import common_scenic
import psycopg2
from common_scenic import make_tickets

from odoo.tests import tagged
from odoo.tools import mute_logger


@tagged("post_install", "-at_install")
class TestLifeLaws(common_scenic.ScenicCase):
    def setUp(self):
        super().setUp()
        self.family = make_tickets(self.park, self.park.family)
        self.gate = str(self.park.gate.id)
        self.env.flush_all()

    def tearDown(self):
        common_scenic.assert_balanced(self.env, self.park.company)
        super().tearDown()

    def update(self, assignments, *values, ticket=None):
        with self.cr.savepoint():
            self.cr.execute(
                f"UPDATE scenic_ticket SET {assignments} WHERE id = %s",
                [*values, (ticket or self.family).id],
            )
        self.env.invalidate_all()

    def refused(self, constraint, assignments, *values, ticket=None):
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.IntegrityError) as caught:
            self.update(assignments, *values, ticket=ticket)
        self.assertEqual(caught.exception.diag.constraint_name, constraint)

    def shrink(self, pax, number=None, total=None):
        rights = {self.gate: pax if number is None else number}
        return (
            "pax = %s, rights = %s, rights_total = %s",
            pax,
            json.dumps(rights),
            pax if total is None else total,
        )

    def test_generation_only_grows(self):
        self.update("gen = 3")
        self.refused("scenic_ticket_frozen", "gen = 2")
        self.assertEqual(self.family.gen, 3)

    def test_code_and_number_change_only_with_a_new_generation(self):
        for assignment in ("alias = 'T000000000000000'", "code = 'ST1OTHER'", "code = NULL"):
            with self.subTest(assignment=assignment):
                self.refused("scenic_ticket_frozen", assignment)
        self.update("gen = gen + 1, alias = 'T000000000000000', code = NULL")
        # a missing code may be signed later
        self.update("code = 'ST1LATER'")
        self.refused("scenic_ticket_frozen", "code = 'ST1AGAIN'")

    def test_identity_never_changes(self):
        for assignment in ("kid = kid + 1", "serial = serial + 1", "uid = '0'", "company_id = 0"):
            with self.subTest(assignment=assignment):
                self.refused("scenic_ticket_frozen", f"gen = gen + 1, {assignment}")

    def test_group_shrinks_with_the_same_rights_each(self):
        self.update(*self.shrink(2))
        self.assertEqual((self.family.pax, self.family.rights), (2, {self.gate: 2}))

    def test_rights_never_grow_and_keep_their_shape(self):
        ropeway = str(self.park.ropeway.id)
        bad = [
            self.shrink(4),  # more persons
            self.shrink(3, 2, 2),  # the same persons with fewer rights
            self.shrink(2, 3, 3),  # more rights each
            self.shrink(2, 0, 0),  # unlimited
            self.shrink(2, 2, 3),  # a sum that is none
            self.shrink(0),
            ("pax = 2, rights = '{}', rights_total = 0",),
            (
                "pax = 2, rights = %s, rights_total = 4",
                json.dumps({self.gate: 2, ropeway: 2}),
            ),
            ("pax = 2",),
            ("rights_total = 99",),
        ]
        for assignments, *values in bad:
            with self.subTest(values=values or assignments):
                self.refused("scenic_ticket_frozen", assignments, *values)
        self.assertEqual((self.family.pax, self.family.rights_total), (3, 3))

    def test_group_never_shrinks_below_what_was_used(self):
        self.redeem(self.family, wanted=2)
        self.refused("scenic_ticket_shrink", *self.shrink(1))
        self.update(*self.shrink(2))
        answer = self.redeem(self.family, wanted=1)
        self.assertEqual(answer["reason"], "E_USED")

    def test_taken_back_uses_make_room(self):
        self.redeem(self.family, wanted=3)
        self.family.redemption_ids[:2]._reverse("walked out again")
        self.env.flush_all()
        self.update(*self.shrink(1))
        self.assertEqual(self.family.rights_total, 1)

    def test_void_ticket_stays_void(self):
        ticket = make_tickets(self.park)
        ticket._void("Lost")
        self.env.flush_all()
        for state in ("valid", "held", "blocked", "expired"):
            with self.subTest(state=state):
                self.refused("scenic_ticket_void_stays", "state = %s", state, ticket=ticket)

    def test_history_is_only_ever_added_to(self):
        self.family._block("looked at")
        self.env.flush_all()
        for query in (
            "UPDATE scenic_ticket_event SET reason = 'x' WHERE ticket_id = %(id)s",
            "DELETE FROM scenic_ticket_event WHERE ticket_id = %(id)s",
            "TRUNCATE scenic_ticket_event",
        ):
            with (
                self.subTest(query=query),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.IntegrityError),
                self.cr.savepoint(),
            ):
                self.cr.execute(query, {"id": self.family.id})
