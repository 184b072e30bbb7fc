"""Which running numbers of the keys of windows are used up."""

# One row is one number that a window signed a ticket with, or took and never printed. The key makes
# two orders that bring the same number meet here: the later one fails to serialise, so that its
# request runs again and sees the first, instead of a paid order being refused.
_TABLE = """
CREATE TABLE IF NOT EXISTS scenic_key_serial (
    kid int NOT NULL,
    serial int NOT NULL,
    PRIMARY KEY (kid, serial)
)
"""


def install(cr):
    """Create the table; may run any number of times."""
    cr.execute(_TABLE)


def take(cr, numbers):
    """Use up ``(kid, serial)`` pairs; return the set of those that nobody had before."""
    if not numbers:
        return set()
    # always in the same order, so that two orders never wait for each other
    kids, serials = zip(*sorted(set(numbers)), strict=True)
    cr.execute(
        """INSERT INTO scenic_key_serial (kid, serial)
           SELECT * FROM unnest(%s::int[], %s::int[])
           ON CONFLICT DO NOTHING RETURNING kid, serial""",
        [list(kids), list(serials)],
    )
    return set(cr.fetchall())


def last(cr, kids):
    """Return ``{kid: greatest number}`` of these keys."""
    cr.execute(
        "SELECT kid, max(serial) FROM scenic_key_serial WHERE kid = ANY(%s) GROUP BY kid",
        [list(kids)],
    )
    return dict(cr.fetchall())


def gaps(cr, kid, upto):
    """Return the numbers of a key up to ``upto`` that never came, at most a thousand."""
    cr.execute(
        """SELECT n FROM generate_series(1, %s) AS n
            WHERE NOT EXISTS (
                  SELECT 1 FROM scenic_key_serial s WHERE s.kid = %s AND s.serial = n)
            ORDER BY n LIMIT 1000""",
        [upto, kid],
    )
    return [number for (number,) in cr.fetchall()]
