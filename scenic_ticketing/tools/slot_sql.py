"""Room in slots: what PostgreSQL itself enforces, and the functions that take and give it.

A row of ``scenic_slot`` counts the persons it lets in: ``taken`` (held or sold), ``reserved`` (not
sold yet, but promised to channels by quotas) and ``oversold`` (sold although there was no room,
each with an incident). The constraint of the table is ``taken + reserved <= capacity + oversold``,
so no writer can sell a place twice, or a place that is promised to another channel, unseen.

Three rules keep 32 buyers of one slot from standing in each other's way:

* the row is only changed in short READ COMMITTED transactions of their own, never in the
  transaction that sells. There, under REPEATABLE READ, 31 of 32 would fail to serialise;
* whoever changes several slots does it in the order of their ids, so nobody deadlocks;
* what the selling transaction decides, it only adds: a row in ``scenic_hold_end`` makes a hold a
  sale, a row in ``scenic_slot_return`` gives room back. Both count when, and only if, it commits.

The key of ``scenic_hold_end`` is the hold. The sale and the expiry of a hold each want to add that
row, so exactly one of them happens, whatever the clocks say.
"""

from .slot_functions_sql import FUNCTIONS, TABLES


def install(cr):
    """Create or renew tables and functions; needs the tables of slots, quotas and holds."""
    cr.execute(TABLES)
    # what a function returns cannot be replaced, and may differ from an earlier version
    cr.execute("DROP FUNCTION IF EXISTS scenic_slot_take, scenic_hold_take, scenic_slot_left")
    for definition in FUNCTIONS:
        cr.execute(definition)


def take(cr, token, channel_id, expires_at, needs, user_id, force=False):
    """Take room for ``needs`` ({slot id: persons}); returns rows as dicts, see scenic_hold_take."""
    slots = sorted(needs)
    cr.execute(
        "SELECT * FROM scenic_hold_take(%s, %s, %s, %s, %s, %s, %s)",
        [token, channel_id, expires_at, slots, [needs[s] for s in slots], force, user_id],
    )
    return cr.dictfetchall()


def end_holds(cr, hold_ids):
    """Give the room of these holds back, unless they are sold or over already."""
    cr.execute("SELECT scenic_hold_give(%s, NULL, NULL)", [sorted(hold_ids)])
    return cr.fetchone()[0]


def give_due_holds(cr, slot_ids, limit):
    """Give back the room of expired holds; returns how many were looked at."""
    cr.execute("SELECT scenic_hold_give(NULL, %s, %s)", [slot_ids, limit])
    return cr.fetchone()[0]


def collect_returns(cr, slot_ids, limit):
    """Give back what ended tickets left behind; returns how many rows were collected."""
    cr.execute("SELECT scenic_slot_collect(%s, %s)", [slot_ids, limit])
    return cr.fetchone()[0]


def release_quotas(cr, slot_ids, limit):
    """Release the quotas whose time has come; returns how many."""
    cr.execute("SELECT scenic_slot_release(%s, %s)", [slot_ids, limit])
    return cr.fetchone()[0]


def settle_holds(cr, slot_ids, _limit):
    """Write down which holds were sold, for whoever looks at them; of all slots only."""
    if slot_ids is not None:
        return 0
    cr.execute(
        "UPDATE scenic_hold h SET state = e.kind FROM scenic_hold_end e"
        " WHERE e.hold_id = h.id AND h.state = 'held'"
    )
    return cr.rowcount


# each in a transaction of its own, since each of them goes through the slots in their order
SWEEPS = (give_due_holds, collect_returns, release_quotas, settle_holds)


def left(cr, slot_ids, channel_id):
    """Return ``{slot id: persons}`` that a channel can still sell."""
    cr.execute("SELECT * FROM scenic_slot_left(%s, %s)", [list(slot_ids), channel_id])
    return dict(cr.fetchall())


def keep_for_sale(cr, tokens, minutes):
    """Give open holds time enough to be sold; returns
    ``{token: (hold id, channel id, {slot id: persons})}``.

    Waits for whoever is ending one of them right now.
    """
    cr.execute(
        "UPDATE scenic_hold h SET expires_at = GREATEST(h.expires_at,"
        "       clock_timestamp() AT TIME ZONE 'UTC' + %s * interval '1 minute')"
        " WHERE h.token = ANY(%s) AND h.state = 'held' AND NOT EXISTS ("
        "       SELECT 1 FROM scenic_hold_end e WHERE e.hold_id = h.id)"
        " RETURNING h.id, h.token, h.channel_id",
        [minutes, list(tokens)],
    )
    holds = {hold_id: (token, channel) for hold_id, token, channel in cr.fetchall()}
    if not holds:
        return {}
    cr.execute(
        "SELECT hold_id, slot_id, persons FROM scenic_hold_line WHERE hold_id = ANY(%s)",
        [list(holds)],
    )
    found = {token: (hold_id, channel, {}) for hold_id, (token, channel) in holds.items()}
    for hold_id, slot_id, persons in cr.fetchall():
        found[holds[hold_id][0]][2][slot_id] = persons
    return found


def mark_sold(cr, hold_ids):
    """Make holds a sale of this transaction; returns the ids that were still open."""
    cr.execute(
        "INSERT INTO scenic_hold_end (hold_id, kind) SELECT unnest(%s::int[]), 'sold'"
        " ON CONFLICT DO NOTHING RETURNING hold_id",
        [sorted(hold_ids)],
    )
    return {hold_id for (hold_id,) in cr.fetchall()}


def give_later(cr, rooms):
    """Give room back when this transaction commits; ``rooms``: [slot, channel or 0, persons]."""
    if rooms:
        cr.execute(
            "INSERT INTO scenic_slot_return (slot_id, channel_id, persons)"
            " SELECT s, NULLIF(c, 0), p FROM unnest(%s::int[], %s::int[], %s::int[]) w(s, c, p)",
            [list(column) for column in zip(*rooms, strict=True)],
        )


def forget(cr, hold_ids):
    """Drop how these holds ended."""
    cr.execute("DELETE FROM scenic_hold_end WHERE hold_id = ANY(%s)", [list(hold_ids)])


def known_days(cr, site_id, zone_ids, date):
    """Return ``{zone id or False: slot id}`` of the days that exist; no zone = the site."""
    cr.execute(
        "SELECT zone_id, id FROM scenic_slot WHERE kind = 'day' AND site_id = %s AND date = %s"
        " AND COALESCE(zone_id, 0) = ANY(%s)",
        [site_id, date, [zone_id or 0 for zone_id in zone_ids]],
    )
    return {zone_id or False: slot_id for zone_id, slot_id in cr.fetchall()}


def day_slot(cr, site_id, zone_id, date, capacity, begin, end):
    """Return the slot of a whole day; makes it when it is the first that anybody wants of it."""
    cr.execute(
        "SELECT scenic_slot_day(%s, %s, %s, %s, %s, %s)",
        [site_id, zone_id, date, capacity, begin, end],
    )
    return cr.fetchone()[0]
