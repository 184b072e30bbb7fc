"""Counts what was sold of a day before the day had a limit: tickets, and vouchers not exchanged.

What a ticket takes of slots and days is in its ``room``; a voucher has a hold with a line for each.
So whatever was counted once is not counted again, and comes back when the ticket ends.
"""

from odoo.tools import SQL

_SOLD = """
WITH day AS (
    SELECT id, date FROM scenic_slot
     WHERE kind = 'day' AND site_id = %(site)s AND COALESCE(zone_id, 0) = %(zone)s
       AND date >= %(today)s
), open AS (
    SELECT t.id, t.visit_date, t.pax, COALESCE(t.channel_id, 0) AS channel_id
      FROM scenic_ticket t
     WHERE t.site_id = %(site)s AND t.visit_date >= %(today)s
       AND t.product_tmpl_id = ANY(%(products)s)
       AND t.state IN ('valid', 'held', 'blocked', 'used')
       AND (%(zone)s = 0 OR jsonb_exists(t.rights, %(zone)s::text))
       AND NOT EXISTS (
           SELECT 1 FROM jsonb_array_elements(
                             CASE jsonb_typeof(t.room) WHEN 'array' THEN t.room END) r
             JOIN day d ON d.id = (r.value ->> 0)::int)
), waiting AS (
    SELECT i.id, i.visit_date, i.channel_id, i.hold_token, i.valid_until, i.held_until,
           COALESCE(NULLIF(i.persons, 0), p.scenic_pax, 1) AS pax, h.id AS hold_id
      FROM scenic_voucher_item i
      JOIN product_product v ON v.id = i.product_id
      JOIN product_template p ON p.id = v.product_tmpl_id AND p.id = ANY(%(products)s)
      LEFT JOIN scenic_hold h ON h.token = 'voucher:' || i.hold_token AND h.state = 'held'
           AND NOT EXISTS (SELECT 1 FROM scenic_hold_end e WHERE e.hold_id = h.id)
     WHERE i.site_id = %(site)s AND i.visit_date >= %(today)s AND i.state IN ('held', 'issued')
       AND NOT EXISTS (SELECT 1 FROM scenic_hold_line l JOIN day d ON d.id = l.slot_id
                        WHERE l.hold_id = h.id)
)
"""


def _sold(text, where):
    """Return a statement about what was sold and is not counted; ``where`` as of `dates`."""
    site, zone, today, products = where
    return SQL(_SOLD + text, site=site, zone=zone, today=today, products=products)


def dates(*where):
    """Return the statement of the days of which something was sold that is not counted.

    ``where``: site, zone (0: the whole site), first day, products that count.
    """
    return _sold(
        "SELECT visit_date FROM open UNION SELECT visit_date FROM waiting ORDER BY 1", where
    )


def count(*where):
    """Return the statements that count it, in their order; the days have to be there."""
    return (
        _sold(_HOLDS, where),
        _sold(_LINES, where),
        _sold(_ROOMS, where),
    )


# a voucher without any limited place had no hold yet
_HOLDS = """
INSERT INTO scenic_hold (token, site_id, company_id, channel_id, expires_at, state, create_uid,
                         create_date, write_uid, write_date)
SELECT 'voucher:' || w.hold_token, s.id, s.company_id, w.channel_id,
       COALESCE(w.held_until,
                (w.valid_until + 1)::timestamp AT TIME ZONE s.tz AT TIME ZONE 'UTC'),
       'held', 1, now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC'
  FROM waiting w JOIN scenic_site s ON s.id = %(site)s
 WHERE w.hold_id IS NULL
"""

_LINES = """
, taken AS (
    INSERT INTO scenic_hold_line (hold_id, slot_id, persons)
    SELECT w.hold_id, d.id, w.pax FROM waiting w JOIN day d ON d.date = w.visit_date
     WHERE w.hold_id IS NOT NULL
    RETURNING slot_id, persons
)
UPDATE scenic_slot s
   SET taken = s.taken + n.persons,
       capacity = GREATEST(s.capacity, s.taken + n.persons + s.reserved - s.oversold)
  FROM (SELECT slot_id, sum(persons)::int AS persons FROM taken GROUP BY slot_id) n
 WHERE s.id = n.slot_id
"""

_ROOMS = """
, told AS (
    UPDATE scenic_ticket t
       SET room = CASE jsonb_typeof(t.room) WHEN 'array' THEN t.room ELSE '[]'::jsonb END
                  || jsonb_build_array(jsonb_build_array(d.id, o.channel_id, o.pax))
      FROM open o JOIN day d ON d.date = o.visit_date
     WHERE t.id = o.id
    RETURNING d.id AS slot_id, o.pax
)
UPDATE scenic_slot s
   SET taken = s.taken + n.persons,
       capacity = GREATEST(s.capacity, s.taken + n.persons + s.reserved - s.oversold)
  FROM (SELECT slot_id, sum(pax)::int AS persons FROM told GROUP BY slot_id) n
 WHERE s.id = n.slot_id
"""
