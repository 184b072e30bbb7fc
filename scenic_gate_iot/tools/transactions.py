"""Short transactions of their own for the gate routes."""

import logging

from psycopg2 import InterfaceError, OperationalError, errors

_logger = logging.getLogger(__name__)

# What two boxes that report at once may run into; the next attempt sees the other's rows.
COLLISIONS = (errors.UniqueViolation, errors.SerializationFailure, errors.DeadlockDetected)
ATTEMPTS = 5
_AWAY = ("08", "57P")  # SQLSTATEs of a database that went away or is being stopped


def is_passing(err):
    """Tell whether an error says nothing of the work: the database is away, or was too busy."""
    if isinstance(err, (InterfaceError, *COLLISIONS[1:])):
        return True
    # without a code, the connection itself broke
    return isinstance(err, OperationalError) and (err.pgcode or "08").startswith(_AWAY)


def attempt(env, work):
    """Return ``work(env)`` run in a READ COMMITTED transaction of its own and committed.

    Each statement sees what others have committed by then, so a row lock is enough to decide on
    the newest state. The transaction of a request (REPEATABLE READ) would fail on every row that
    changed since it began, and Odoo would answer that by sleeping inside the worker. After a
    collision the work begins again at once.
    """
    for left in reversed(range(ATTEMPTS)):
        try:
            with env["scenic.redemption"]._short_transaction() as ledger:
                return work(ledger.env)
        except COLLISIONS as err:
            if not left:
                raise
            _logger.info("Collision with another report (%s), beginning again", type(err).__name__)
    return None
