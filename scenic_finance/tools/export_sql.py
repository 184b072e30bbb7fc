"""What the export of a day reads: one statement a file, ordered, without any personal data.

Amounts are whole numbers of the smallest unit of the currency (``scale`` of them are one), and
moments are UTC. ``sums`` add up to zero by their keys over all files, and no key of ``once`` comes
twice: that is how an outsider finds what does not fit.
"""

from odoo.tools import SQL

# Journal items on the ticket liability that the day brought, each with what explains it: the
# tickets that it sold or gave back, the recognition that it belongs to, or the item that it
# cancels out with, which may be one of another day.
_ITEMS = """
items AS MATERIALIZED (
    SELECT l.id, l.move_id, l.date, l.scenic_recognition_id AS batch,
           CASE WHEN l.scenic_pos_line_id IS NOT NULL THEN 'p' || l.scenic_pos_line_id
                ELSE 'c' || COALESCE(l.scenic_reversed_line_id, l.id) END AS pair,
           l.scenic_recognition_id IS NULL AND NOT EXISTS (
               SELECT FROM scenic_ticket t
                WHERE t.origin_aml_id = l.id AND t.company_id = l.company_id AND t.deferred)
           AND NOT EXISTS (
               SELECT FROM scenic_ticket t WHERE t.refund_aml_id = l.id AND t.deferred) AS stray
      FROM account_move_line l
     WHERE l.company_id = %(company)s AND l.account_id = ANY(%(accounts)s)
       AND l.parent_state = 'posted' AND %(when)s
)
"""


def _items(company_id, account_ids, day):
    return SQL(_ITEMS, company=company_id, accounts=account_ids, when=SQL("l.date = %s", day))


def _span(site_days):
    """Return the condition that a use happened in the day of its site."""
    return SQL(" OR ").join(
        SQL("(s.id = %s AND r.happened_at >= %s AND r.happened_at < %s)", site_id, begin, end)
        for site_id, begin, end in site_days
    )


def redemptions(site_days, facts):
    """Return the statement of the uses of the day and of what took uses back.

    ``facts``: whether the facts of the gates are exported, too, so that each use has its own.
    """
    return SQL(
        """
SELECT r.id, t.uid, z.code AS zone, r.use_no, r.kind, r.reverses_id AS reverses,
       to_char(r.happened_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS happened_at,
       to_char(r.received_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS received_at,
       r.how, r.mode, r.source_ref AS source,
       ARRAY['redemption ' || r.id,
             CASE r.kind WHEN 'use' THEN 'use ' || t.uid || ' ' || z.code || ' ' || r.use_no
                  ELSE 'taking back ' || r.reverses_id END] AS once,
       CASE WHEN %(facts)s AND r.how = 'gate' AND r.source_ref ~ '^[0-9]+:[^:]+:[0-9]+:'
            THEN ARRAY['fact ' || substring(r.source_ref FROM '^[0-9]+:[^:]+:[0-9]+')]
            ELSE ARRAY[]::text[] END AS needs,
       CASE WHEN t.deferred THEN jsonb_build_object('value of redemption ' || r.id, 1)
            ELSE '{}' END AS sums
  FROM scenic_redemption r
  JOIN scenic_zone z ON z.id = r.zone_id
  JOIN scenic_site s ON s.id = z.site_id
  JOIN scenic_ticket t ON t.id = r.ticket_id
 WHERE %(span)s
 ORDER BY r.id
""",
        facts=facts,
        span=_span(site_days),
    )


def _chosen_events(company_id, day):
    return SQL(
        """e.company_id = %s AND (e.day = %s OR e.recognition_id IN (
            SELECT b.id FROM scenic_recognition b JOIN account_move m ON m.id = b.move_id
             WHERE b.company_id = %s AND m.date = %s))""",
        company_id,
        day,
        company_id,
        day,
    )


def events(company_id, day, site_days, scale):
    """Return the statement of what was released on the day, or posted on it."""
    return SQL(
        """
SELECT e.id, t.uid, e.redemption_id AS redemption, e.kind, e.day::text AS day,
       round(e.amount * %(scale)s)::bigint AS amount, e.recognition_id AS release,
       ARRAY['event ' || e.id] AS once,
       CASE WHEN t.deferred AND r.id IS NOT NULL AND %(span)s
            THEN jsonb_build_object('value of redemption ' || r.id, -1) ELSE '{}' END
       || CASE WHEN m.date = %(day)s
            THEN jsonb_build_object('release ' || b.id, round(e.amount * %(scale)s)::bigint)
            ELSE '{}' END AS sums
  FROM scenic_revenue_event e
  JOIN scenic_ticket t ON t.id = e.ticket_id
  LEFT JOIN scenic_redemption r ON r.id = e.redemption_id
  LEFT JOIN scenic_zone z ON z.id = r.zone_id
  LEFT JOIN scenic_site s ON s.id = z.site_id
  LEFT JOIN scenic_recognition b ON b.id = e.recognition_id
  LEFT JOIN account_move m ON m.id = b.move_id
 WHERE %(chosen)s
 ORDER BY e.id
""",
        chosen=_chosen_events(company_id, day),
        span=_span(site_days),
        day=day,
        scale=scale,
    )


def moves(company_id, account_ids, day, scale):
    """Return the statement of the entries of the day that move the ticket liability, whole."""
    return SQL(
        """
WITH %(items)s, partners AS (
    SELECT l.id, l.date, l.balance, l.account_id, i.pair
      FROM (SELECT DISTINCT pair FROM items WHERE stray) i
      JOIN account_move_line l
        ON i.pair IN ('p' || l.scenic_pos_line_id, 'c' || COALESCE(l.scenic_reversed_line_id, l.id))
     WHERE l.company_id = %(company)s AND l.account_id = ANY(%(accounts)s)
       AND l.parent_state = 'posted' AND l.date <> %(day)s
       AND NOT EXISTS (SELECT FROM scenic_ticket t WHERE t.deferred
                        AND (t.origin_aml_id = l.id OR t.refund_aml_id = l.id))
), lines AS (
    SELECT l.id AS item, l.move_id AS entry, m.name, l.date, l.account_id,
           round(l.balance * %(scale)s)::bigint AS balance,
           CASE WHEN i.id IS NULL THEN NULL
                WHEN i.batch IS NOT NULL THEN 'release ' || i.batch
                WHEN i.stray THEN 'pair ' || i.pair
                ELSE 'item ' || i.id END AS explained_by
      FROM account_move_line l
      JOIN account_move m ON m.id = l.move_id
      LEFT JOIN items i ON i.id = l.id
     WHERE l.move_id IN (SELECT move_id FROM items) AND l.balance <> 0
     UNION ALL
    SELECT id, NULL, NULL, date, account_id, round(balance * %(scale)s)::bigint, 'pair ' || pair
      FROM partners
)
SELECT l.item, l.entry, l.name, l.date::text AS date, a.code_store ->> %(root)s AS account,
       l.balance, l.explained_by, ARRAY['line ' || l.item] AS once,
       CASE WHEN l.entry IS NULL THEN '{}'
            ELSE jsonb_build_object('entry ' || l.entry, l.balance) END
       || CASE WHEN l.explained_by IS NULL THEN '{}'
            ELSE jsonb_build_object(l.explained_by, -l.balance) END
       || CASE WHEN l.explained_by IS NULL OR l.entry IS NULL THEN '{}'
            ELSE jsonb_build_object('liability', -l.balance) END AS sums
  FROM lines l LEFT JOIN account_account a ON a.id = l.account_id
 ORDER BY l.item
""",
        items=_items(company_id, account_ids, day),
        company=company_id,
        accounts=account_ids,
        day=day,
        root=str(company_id),
        scale=scale,
    )


def tickets(company_id, account_ids, day, site_days, scale):
    """Return the statement of all tickets that the other files speak of, without their holders.

    The code itself is told only of tickets that open nothing any more; of the others its hash.
    """
    return SQL(
        """
WITH %(items)s, chosen AS (
    SELECT t.id FROM scenic_ticket t WHERE t.company_id = %(company)s
       AND (t.sale_day = %(day)s OR t.refund_day = %(day)s)
     UNION SELECT t.id FROM scenic_ticket t JOIN items i ON i.id = t.origin_aml_id
     UNION SELECT t.id FROM scenic_ticket t JOIN items i ON i.id = t.refund_aml_id
     UNION SELECT e.ticket_id FROM scenic_revenue_event e WHERE %(events)s
     UNION SELECT r.ticket_id FROM scenic_redemption r
             JOIN scenic_zone z ON z.id = r.zone_id JOIN scenic_site s ON s.id = z.site_id
            WHERE %(span)s
)
SELECT t.uid, t.gen, p.gate_product_code AS product, s.code AS site, t.state, t.pax,
       t.visit_date::text AS visit_date, t.valid_until::text AS valid_until,
       (SELECT jsonb_object_agg(z.code, n.value::int) FROM jsonb_each_text(t.rights) n
          JOIN scenic_zone z ON z.id = n.key::int) AS rights,
       t.sale_day::text AS sold_on, t.refund_day::text AS refunded_on,
       round(t.net_value * %(scale)s)::bigint AS net,
       round(COALESCE(t.refund_value, 0) * %(scale)s)::bigint AS refunded,
       CASE WHEN t.state IN ('used', 'void', 'expired') THEN t.code END AS code,
       encode(sha256(convert_to(t.code, 'UTF8')), 'hex') AS code_sha256,
       ARRAY['ticket ' || t.uid] AS once,
       CASE WHEN t.deferred AND i.id IS NOT NULL
            THEN jsonb_build_object('item ' || i.id, -round(t.net_value * %(scale)s)::bigint)
            ELSE '{}' END
       || CASE WHEN t.deferred AND b.id IS NOT NULL
            THEN jsonb_build_object('item ' || b.id, round(t.refund_value * %(scale)s)::bigint)
            ELSE '{}' END AS sums
  FROM chosen c
  JOIN scenic_ticket t ON t.id = c.id
  JOIN product_template p ON p.id = t.product_tmpl_id
  JOIN scenic_site s ON s.id = t.site_id
  LEFT JOIN items i ON i.id = t.origin_aml_id
  LEFT JOIN items b ON b.id = t.refund_aml_id
 ORDER BY t.id
""",
        items=_items(company_id, account_ids, day),
        company=company_id,
        day=day,
        events=_chosen_events(company_id, day),
        span=_span(site_days),
        scale=scale,
    )


def liability(company_id, account_ids, day, scale):
    """Return the statement of ``(balance before the day, balance after it)``, credit positive."""
    return SQL(
        """
SELECT round(COALESCE(-SUM(l.balance) FILTER (WHERE l.date < %(day)s), 0) * %(scale)s)::bigint,
       round(COALESCE(-SUM(l.balance), 0) * %(scale)s)::bigint
  FROM account_move_line l
 WHERE l.company_id = %(company)s AND l.account_id = ANY(%(accounts)s)
   AND l.parent_state = 'posted' AND l.date <= %(day)s
""",
        company=company_id,
        accounts=account_ids,
        day=day,
        scale=scale,
    )
