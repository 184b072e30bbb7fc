"""Short transactions of the gate routes: what collides begins again, and not for ever."""

from contextlib import contextmanager
from unittest.mock import patch

from common_gate import Journal
from gate_http_case import GateHttpCase
from psycopg2 import OperationalError, errors

from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from odoo.addons.scenic_gate_iot.tools import transactions
from odoo.addons.scenic_gate_iot.tools.transactions import ATTEMPTS, COLLISIONS, attempt

QUIET = "odoo.addons.scenic_gate_iot.tools.transactions"


class Ledger:
    """Stands in for the model that opens transactions; counts them."""

    def __init__(self):
        self.env = {"scenic.redemption": self}
        self.begun = self.rolled_back = 0

    @contextmanager
    def _short_transaction(self):
        self.begun += 1
        try:
            yield self
        except Exception:
            self.rolled_back += 1
            raise


@tagged("post_install", "-at_install")
class TestAttempt(BaseCase):
    def run_with(self, *outcomes):
        """Return (what came of it, the ledger) of work that ends in ``outcomes``, one a turn."""
        ledger, turns = Ledger(), iter(outcomes)

        def work(env):
            self.assertIs(env, ledger.env)
            outcome = next(turns)
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        try:
            with mute_logger(QUIET):
                return attempt(ledger.env, work), ledger
        except Exception as err:
            return err, ledger

    def test_after_a_collision_the_work_begins_again_in_a_transaction_of_its_own(self):
        for collision in COLLISIONS:
            outcome, ledger = self.run_with(collision(), collision(), "done")
            self.assertEqual((outcome, ledger.begun, ledger.rolled_back), ("done", 3, 2))

    def test_it_does_not_begin_again_for_ever(self):
        last = errors.DeadlockDetected("the last one")
        *before, _one = [errors.DeadlockDetected() for _turn in range(ATTEMPTS)]
        outcome, ledger = self.run_with(*before, last, "too late")
        self.assertIs(outcome, last)
        self.assertEqual(ledger.begun, ATTEMPTS)

    def test_what_is_no_collision_is_not_tried_again(self):
        for error in (ValueError("a defect"), OperationalError("the server is away")):
            outcome, ledger = self.run_with(error, "too late")
            self.assertEqual((outcome, ledger.begun), (error, 1))


@tagged("post_install", "-at_install")
class TestReportsThatCollide(GateHttpCase):
    def test_a_report_that_collides_is_answered_as_if_it_had_not(self):
        intake = type(self.env["scenic.gate.intake"])
        take, left = intake._take, [errors.SerializationFailure(), errors.UniqueViolation()]

        def collide(records, *args, **options):
            if left:
                raise left.pop()
            return take(records, *args, **options)

        journal = Journal()
        journal.write("boot")
        with patch.object(intake, "_take", collide), mute_logger(transactions.__name__):
            self.assertEqual(self.sync(journal)["acked_to"], 1)
        self.assertEqual((left, self.stored()), ([], 1))
