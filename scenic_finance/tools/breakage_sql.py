"""The statements of breakage: what the posted books know of the tickets of each sale month."""

from odoo.tools import SQL

# The tickets of a pool (product, channel, month of sale) whose sale the ledger has. What was given
# back, or is void and may be, is nobody's breakage. Of an either-or choice no zone has a value.
_COHORT = """
    SELECT t.id, t.product_id, t.channel_id, date_trunc('month', t.sale_day)::date AS month,
           t.sale_day, t.net_value,
           CASE WHEN COALESCE(jsonb_typeof(t.zone_choices), 'null') <> 'object'
                THEN t.zone_values END AS zone_values
      FROM scenic_ticket t
      JOIN account_move_line o ON o.id = t.origin_aml_id
      JOIN account_account a ON a.id = o.account_id
     WHERE t.company_id = %(company)s AND t.deferred AND t.refund_day IS NULL
       AND t.state <> 'void' AND t.net_value <> 0 AND o.parent_state = 'posted'
       AND o.date <= %(day)s AND a.scenic_liability
"""

# the pools that a batch moves, and those of which something is taken ahead
TOUCHED = """
SELECT DISTINCT t.product_id, t.channel_id, date_trunc('month', t.sale_day)::date
  FROM scenic_revenue_event e JOIN scenic_ticket t ON t.id = e.ticket_id
 WHERE e.recognition_id = %(batch)s AND e.amount <> 0
 UNION
SELECT product_id, channel_id, month FROM scenic_breakage_line
 WHERE company_id = %(company)s GROUP BY 1, 2, 3 HAVING SUM(amount) <> 0
"""

AHEAD = """
SELECT product_id, channel_id, month, SUM(amount) FROM scenic_breakage_line
 WHERE company_id = %s GROUP BY 1, 2, 3 HAVING SUM(amount) <> 0
"""


def pools(company, day, owed=(), wanted=None):
    """Return the statement of pools: product, channel, month, tickets, used, expired, open.

    Amounts are the park's own part: `owed` lists ``(product, zone or None, part)`` of unused value
    that belongs to others, which is nobody's breakage here. `wanted` lists the pools to look at,
    None: all of the company. Only what recognitions have posted counts.
    """
    products, zones, parts = [list(column) for column in zip(*owed, strict=True)] or [[]] * 3
    return SQL(
        """
WITH owed AS (
    SELECT * FROM unnest(%(products)s::int[], %(zones)s::int[], %(parts)s::numeric[])
        AS o(product_id, zone_id, part)
), owns AS (
    SELECT product_id, zone_id, GREATEST(1 - SUM(part), 0) AS own FROM owed GROUP BY 1, 2
), least AS (
    -- a value without a zone: as if it were in the zone that leaves the park least
    SELECT product_id, MIN(own) AS own FROM owns GROUP BY 1
), cohort AS MATERIALIZED ("""
        + _COHORT
        + """ %(filter)s
), sold AS (
    SELECT product_id, channel_id, month, zone_values, COUNT(*) AS tickets,
           SUM(net_value) AS amount
      FROM cohort GROUP BY 1, 2, 3, 4
), zoned AS (
    SELECT s.product_id, s.channel_id, s.month, z.key::int AS zone_id,
           z.value::numeric * %(unit)s * s.tickets AS amount
      FROM sold s CROSS JOIN LATERAL jsonb_each_text(s.zone_values) z
), moved AS (
    SELECT c.product_id, c.channel_id, c.month,
           CASE WHEN c.zone_values IS NOT NULL THEN COALESCE(r.zone_id, e.unused_zone_id) END
               AS zone_id,
           SUM(e.amount) FILTER (WHERE e.kind <> 'expire') AS used,
           SUM(e.amount) FILTER (WHERE e.kind = 'expire') AS expired
      FROM cohort c
      JOIN scenic_revenue_event e ON e.ticket_id = c.id
      JOIN scenic_recognition b ON b.id = e.recognition_id AND b.day <= %(day)s
      LEFT JOIN scenic_redemption r ON r.id = e.redemption_id
     WHERE e.amount <> 0
     GROUP BY 1, 2, 3, 4
), rows AS (
    SELECT product_id, channel_id, month, zone_id, 0 AS tickets, amount, 0 AS used, 0 AS expired
      FROM zoned
     UNION ALL
    SELECT product_id, channel_id, month, NULL, tickets, amount, 0, 0 FROM sold
     UNION ALL
    SELECT product_id, channel_id, month, NULL, 0, -amount, 0, 0 FROM zoned
     UNION ALL
    SELECT product_id, channel_id, month, zone_id, 0, 0, COALESCE(used, 0), COALESCE(expired, 0)
      FROM moved
)
SELECT r.product_id, r.channel_id, r.month, SUM(r.tickets)::int AS tickets,
       SUM(w.own * r.used) AS used, SUM(w.own * r.expired) AS expired,
       SUM(w.own * (r.amount - r.used - r.expired)) AS open
  FROM rows r
  LEFT JOIN owns o ON o.product_id = r.product_id AND o.zone_id = r.zone_id
  LEFT JOIN least l ON l.product_id = r.product_id AND r.zone_id IS NULL
 CROSS JOIN LATERAL (SELECT COALESCE(o.own, l.own, 1) AS own) w
 GROUP BY 1, 2, 3
 ORDER BY 1, 2, 3
""",
        company=company.id,
        day=day,
        products=products,
        zones=zones,
        parts=parts,
        unit=company.currency_id.rounding,
        filter=_wanted(wanted),
    )


def ages(company_id, day, product_id, channel_id, months):
    """Return the statement of what was used so many days after the sale: days, amount.

    Of the tickets of a product and channel that were sold in `months` (first days), whoever owns
    their value.
    """
    wanted = _wanted([(product_id, channel_id, month) for month in months])
    return SQL(
        "WITH cohort AS ("
        + _COHORT
        + """ %(filter)s)
SELECT GREATEST(e.day - c.sale_day, 0) AS age, SUM(e.amount)
  FROM cohort c
  JOIN scenic_revenue_event e ON e.ticket_id = c.id AND e.kind <> 'expire' AND e.amount <> 0
  JOIN scenic_recognition b ON b.id = e.recognition_id AND b.day <= %(day)s
 GROUP BY 1 ORDER BY 1
""",
        company=company_id,
        day=day,
        filter=wanted,
    )


def _wanted(wanted):
    if wanted is None:
        return SQL()
    if not wanted:
        return SQL("AND FALSE")
    products, channels, months = [list(column) for column in zip(*wanted, strict=True)]
    # the first two conditions say nothing new, but indexes answer them
    return SQL(
        """AND t.product_id = ANY(%(some)s) AND t.sale_day >= %(first)s
       AND (t.product_id, COALESCE(t.channel_id, 0), date_trunc('month', t.sale_day)::date) IN (
           SELECT * FROM unnest(%(products)s::int[], %(channels)s::int[], %(months)s::date[]))""",
        some=list(set(products)),
        first=min(months),
        products=products,
        channels=[channel or 0 for channel in channels],
        months=months,
    )
