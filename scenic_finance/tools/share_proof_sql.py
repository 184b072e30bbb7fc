"""The statements of the proof over partner shares.

events x shares = accrued lines = journal items of the accrual = open lines + settled lines
"""

from odoo.tools import SQL

from . import share_sql

# batches whose lines can still go wrong unnoticed: those that no settlement closed, and recent ones
BATCHES = """
SELECT b.id FROM scenic_recognition b
 WHERE b.company_id = %(company)s AND (b.day > %(since)s OR EXISTS (
       SELECT FROM scenic_share_line l WHERE l.recognition_id = b.id AND l.settlement_id IS NULL))
"""

# what the rules give, once more from the beginning, beside what was stored
RULES = f"""
WITH wanted AS ({share_sql._PARTS}), sums AS (
    SELECT batch, share_id, SUM(amount) AS wanted, 0 AS stored FROM wanted GROUP BY 1, 2
    UNION ALL
    SELECT GREATEST(e.recognition_id, u.recognition_id), l.share_id, -SUM(l.amount), 0
      FROM scenic_revenue_event e
      JOIN scenic_redemption d ON d.id = e.redemption_id
      JOIN scenic_revenue_event u ON u.redemption_id = d.reverses_id
      JOIN scenic_share_line l ON l.event_id = u.id AND l.kind = 'use'
     WHERE e.kind = 'reversal' AND e.amount <> 0
       AND e.recognition_id IS NOT NULL AND u.recognition_id IS NOT NULL
       AND (e.recognition_id = ANY(%(batches)s) OR u.recognition_id = ANY(%(batches)s))
     GROUP BY 1, 2
    UNION ALL
    SELECT l.recognition_id, l.share_id, 0, SUM(l.amount)
      FROM scenic_share_line l JOIN scenic_revenue_event e ON e.id = l.event_id
     WHERE l.recognition_id = ANY(%(batches)s) AND (e.kind IN ('use', 'reversal')
           OR (e.kind = 'expire' AND e.amount > 0))
     GROUP BY 1, 2
)
SELECT batch, share_id, SUM(wanted) AS wanted, SUM(stored) AS stored FROM sums
 WHERE batch = ANY(%(batches)s)
 GROUP BY 1, 2 HAVING SUM(wanted) <> SUM(stored) ORDER BY 1, 2
"""

# the first passage whose line is not what the rule gives: where to look
CULPRIT = f"""
WITH wanted AS ({share_sql._PARTS})
SELECT e.ticket_id FROM (SELECT * FROM wanted WHERE share_id = %(share)s) w
  FULL JOIN (SELECT * FROM scenic_share_line WHERE recognition_id = ANY(%(batches)s)
              AND share_id = %(share)s AND kind IN ('use', 'expire')) l
       ON l.event_id = w.event_id AND COALESCE(l.zone_id, 0) = COALESCE(w.zone_id, 0)
  JOIN scenic_revenue_event e ON e.id = COALESCE(w.event_id, l.event_id) AND e.amount > 0
 WHERE w.amount IS DISTINCT FROM l.amount ORDER BY e.id LIMIT 1
"""


def ledger(company_id, account_ids):
    """Return the statement ``(batch, share, lines, items)`` of accruals the ledger has not so."""
    return SQL(
        """
SELECT batch, share_id, SUM(accrued), SUM(booked) FROM (
    SELECT l.recognition_id AS batch, l.share_id, l.day, SUM(l.amount) AS accrued, 0 AS booked
      FROM scenic_share_line l WHERE l.company_id = %(company)s GROUP BY 1, 2, 3
    UNION ALL
    SELECT a.scenic_recognition_id, a.scenic_share_id, a.scenic_share_day, 0, -SUM(a.balance)
      FROM account_move_line a
      LEFT JOIN scenic_share s ON s.id = a.scenic_share_id
     WHERE a.company_id = %(company)s AND a.parent_state = 'posted'
       AND a.account_id = ANY(%(accounts)s) AND a.scenic_recognition_id IS NOT NULL
       AND a.scenic_settlement_id IS NULL AND a.partner_id = s.partner_id
     GROUP BY 1, 2, 3
) x GROUP BY batch, share_id, day HAVING SUM(accrued) <> SUM(booked) ORDER BY 1, 2
""",
        company=company_id,
        accounts=account_ids,
    )


def settled(company_id, account_ids):
    """Return the statement ``(settlement, agreed, its lines, its bill)`` of those that differ."""
    return SQL(
        """
SELECT s.id, s.amount, COALESCE(l.amount, 0), COALESCE(b.amount, 0)
  FROM scenic_settlement s
  LEFT JOIN (SELECT settlement_id, SUM(amount) AS amount FROM scenic_share_line
              WHERE company_id = %(company)s AND settlement_id IS NOT NULL GROUP BY 1) l
       ON l.settlement_id = s.id
  LEFT JOIN (SELECT scenic_settlement_id, SUM(balance) AS amount FROM account_move_line
              WHERE company_id = %(company)s AND parent_state = 'posted'
                AND account_id = ANY(%(accounts)s) AND scenic_settlement_id IS NOT NULL
              GROUP BY 1) b ON b.scenic_settlement_id = s.id
 WHERE s.company_id = %(company)s AND (
       (s.state <> 'cancelled' AND s.amount <> COALESCE(l.amount, 0))
       OR COALESCE(b.amount, 0) <> CASE s.state WHEN 'billed' THEN s.amount ELSE 0 END)
 ORDER BY s.id
""",
        company=company_id,
        accounts=account_ids,
    )


def strays(company_id, account_ids, limit):
    """Return the statement of posted items on accrual accounts that nothing explains."""
    return SQL(
        """
SELECT a.id, a.balance FROM account_move_line a
  LEFT JOIN scenic_share s ON s.id = a.scenic_share_id
 WHERE a.company_id = %s AND a.account_id = ANY(%s) AND a.parent_state = 'posted'
   AND a.balance <> 0 AND a.scenic_settlement_id IS NULL
   AND (a.scenic_recognition_id IS NULL OR s.id IS NULL OR a.partner_id <> s.partner_id)
 ORDER BY a.id LIMIT %s
""",
        company_id,
        account_ids,
        limit,
    )


def totals(company_id, account_ids):
    """Return the statement ``(accrued, settled with a posted bill, balance of the accounts)``."""
    return SQL(
        """
SELECT (SELECT COALESCE(SUM(amount), 0) FROM scenic_share_line WHERE company_id = %(company)s),
       (SELECT COALESCE(SUM(amount), 0) FROM scenic_settlement
         WHERE company_id = %(company)s AND state = 'billed'),
       (SELECT COALESCE(-SUM(balance), 0) FROM account_move_line
         WHERE company_id = %(company)s AND account_id = ANY(%(accounts)s)
           AND parent_state = 'posted')
""",
        company=company_id,
        accounts=account_ids,
    )
