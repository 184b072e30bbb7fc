"""The statements of the balance proof.

One aggregate answers the whole question. Every journal item on a liability account is explained
by the tickets that it sold or gave back, or by the recognition that it belongs to; what is not
explained, and what tickets say but no journal item does, comes back as a row of its own.

Amounts are credits: positive is a value that the park still owes.
"""

from odoo.tools import SQL

_SOLD_NOW = SQL("SUM(net_value)")
_REFUNDED_NOW = SQL("SUM(refund_value)")
_RELEASED_NOW = SQL("SUM(amount)")


def balance(company_id, account_ids, day=None):
    """Return the statement whose rows are ``(section, id, amount, amount of the tickets)``.

    Sections: ``ledger``, ``sold``, ``refunded``, ``released`` are totals; ``entry`` and ``batch``
    are journal items and recognitions that do not hold what they should; ``sold_open``,
    ``refund_open`` and ``release_open`` are values that no posted item holds (yet), by the item
    or recognition that should.
    """
    upto = SQL("AND l.date <= %s", day) if day else SQL()
    sold = SQL("SUM(net_value) FILTER (WHERE sale_day <= %s)", day) if day else _SOLD_NOW
    refunded = (
        SQL("SUM(refund_value) FILTER (WHERE refund_day <= %s)", day) if day else _REFUNDED_NOW
    )
    released = SQL("SUM(amount) FILTER (WHERE day <= %s)", day) if day else _RELEASED_NOW
    return SQL(
        """
WITH ledger AS MATERIALIZED (
    -- a line of tickets together with what discounts take off it
    SELECT COALESCE(l.scenic_discount_of_id, l.id) AS id, SUM(l.balance) AS balance,
           MAX(l.scenic_recognition_id) AS batch, MAX(l.scenic_pos_line_id) AS pos_line,
           COALESCE(MAX(l.scenic_reversed_line_id),
                    COALESCE(l.scenic_discount_of_id, l.id)) AS chain
      FROM account_move_line l
     WHERE l.company_id = %(company)s AND l.account_id = ANY(%(accounts)s)
       AND l.parent_state = 'posted' %(upto)s
     GROUP BY COALESCE(l.scenic_discount_of_id, l.id)
), sold AS MATERIALIZED (
    SELECT origin_aml_id AS aml, SUM(net_value) AS amount, COALESCE(%(sold)s, 0) AS counted
      FROM scenic_ticket WHERE company_id = %(company)s AND deferred GROUP BY origin_aml_id
), refunded AS MATERIALIZED (
    SELECT refund_aml_id AS aml, SUM(refund_value) AS amount, COALESCE(%(refunded)s, 0) AS counted
      FROM scenic_ticket WHERE company_id = %(company)s AND deferred AND refund_day IS NOT NULL
     GROUP BY refund_aml_id
), released AS MATERIALIZED (
    SELECT recognition_id AS batch, SUM(amount) AS amount, COALESCE(%(released)s, 0) AS counted
      FROM scenic_revenue_event WHERE company_id = %(company)s GROUP BY recognition_id
), booked AS (
    SELECT l.id, l.pos_line, l.chain, -l.balance AS credit,
           COALESCE(s.amount, 0) - COALESCE(r.amount, 0) AS expected,
           s.aml IS NULL AND r.aml IS NULL AS stray
      FROM ledger l LEFT JOIN sold s ON s.aml = l.id LEFT JOIN refunded r ON r.aml = l.id
     WHERE l.batch IS NULL
), moved AS (
    -- invoiced after the session was closed: out of the closing entry, into the invoice
    SELECT pos_line FROM booked WHERE stray AND pos_line IS NOT NULL
     GROUP BY pos_line HAVING SUM(credit) = 0
), exchanged AS (
    -- credited and invoiced anew: the tickets are in the new invoice, these two cancel out
    SELECT chain FROM booked WHERE stray GROUP BY chain HAVING SUM(credit) = 0
), batches AS (
    SELECT batch, -SUM(balance) AS credit FROM ledger WHERE batch IS NOT NULL GROUP BY batch
)
SELECT 'ledger' AS section, NULL::int AS id, COALESCE(-SUM(balance), 0) AS amount,
       0 AS expected FROM ledger
UNION ALL SELECT 'sold', NULL, COALESCE(SUM(counted), 0), 0 FROM sold
UNION ALL SELECT 'refunded', NULL, COALESCE(SUM(counted), 0), 0 FROM refunded
UNION ALL SELECT 'released', NULL, COALESCE(SUM(counted), 0), 0 FROM released
UNION ALL
SELECT 'entry', id, credit, expected FROM booked
 WHERE credit <> expected
   AND NOT (stray AND pos_line IS NOT NULL AND pos_line IN (SELECT pos_line FROM moved))
   AND NOT (stray AND chain IN (SELECT chain FROM exchanged))
UNION ALL
SELECT 'batch', b.batch, b.credit, -COALESCE(r.amount, 0)
  FROM batches b LEFT JOIN released r ON r.batch = b.batch
 WHERE b.credit <> -COALESCE(r.amount, 0)
UNION ALL
SELECT 'sold_open', s.aml, s.counted - CASE WHEN l.id IS NULL THEN 0 ELSE s.amount END, 0
  FROM sold s LEFT JOIN ledger l ON l.id = s.aml
 WHERE s.counted <> CASE WHEN l.id IS NULL THEN 0 ELSE s.amount END
UNION ALL
SELECT 'refund_open', r.aml, r.counted - CASE WHEN l.id IS NULL THEN 0 ELSE r.amount END, 0
  FROM refunded r LEFT JOIN ledger l ON l.id = r.aml
 WHERE r.counted <> CASE WHEN l.id IS NULL THEN 0 ELSE r.amount END
UNION ALL
SELECT 'release_open', r.batch, r.counted - CASE WHEN b.batch IS NULL THEN 0 ELSE r.amount END, 0
  FROM released r LEFT JOIN batches b ON b.batch = r.batch
 WHERE r.counted <> CASE WHEN b.batch IS NULL THEN 0 ELSE r.amount END
""",
        company=company_id,
        accounts=account_ids,
        upto=upto,
        sold=sold,
        refunded=refunded,
        released=released,
    )


def open_sales(company_id, day=None):
    """Return the statement of sold tickets without a journal item, by where they were sold."""
    upto = SQL("AND t.sale_day <= %s", day) if day else SQL()
    return SQL(
        """
SELECT s.id AS session_id, s.state = 'closed' AS closed, SUM(t.net_value) AS amount,
       COUNT(*) AS tickets, MIN(t.id) AS ticket_id, t.sale_order_id,
       v.channel_id AS voucher_channel_id
  FROM scenic_ticket t
  LEFT JOIN scenic_voucher_item v ON v.id = t.voucher_item_id
  LEFT JOIN pos_order o ON o.id = t.pos_order_id
  LEFT JOIN pos_session s ON s.id = o.session_id
 WHERE t.company_id = %s AND t.deferred AND t.origin_aml_id IS NULL AND t.net_value <> 0 %s
 GROUP BY s.id, t.sale_order_id, v.channel_id ORDER BY s.id, t.sale_order_id, v.channel_id
""",
        company_id,
        upto,
    )


def open_refunds(company_id, day=None):
    """Return the statement of refunded tickets without a journal item, by session."""
    upto = SQL("AND t.refund_day <= %s", day) if day else SQL()
    return SQL(
        """
SELECT s.id AS session_id, s.state = 'closed' AS closed, SUM(t.refund_value) AS amount,
       COUNT(*) AS tickets, MIN(t.id) AS ticket_id
  FROM scenic_ticket t
  LEFT JOIN pos_order_line l ON l.id = t.refund_line_id
  LEFT JOIN pos_order o ON o.id = l.order_id
  LEFT JOIN pos_session s ON s.id = o.session_id
 WHERE t.company_id = %s AND t.deferred AND t.refund_day IS NOT NULL
   AND t.refund_aml_id IS NULL AND t.refund_value <> 0 %s
 GROUP BY s.id ORDER BY s.id
""",
        company_id,
        upto,
    )


def open_releases(company_id, day=None):
    """Return the statement of released values that no recognition took yet, by day."""
    upto = SQL("AND day <= %s", day) if day else SQL()
    return SQL(
        """
SELECT day, SUM(amount) AS amount, COUNT(*) AS events FROM scenic_revenue_event
 WHERE company_id = %s AND recognition_id IS NULL AND amount <> 0 %s
 GROUP BY day ORDER BY day
""",
        company_id,
        upto,
    )


def odd_tickets(company_id, limit):
    """Return the statement of tickets whose own value does not add up."""
    return SQL(
        """
SELECT t.id, t.state, t.net_value - t.refund_value - COALESCE(e.amount, 0) AS amount
  FROM scenic_ticket t
  LEFT JOIN (SELECT ticket_id, SUM(amount) AS amount FROM scenic_revenue_event
              WHERE company_id = %(company)s GROUP BY ticket_id) e ON e.ticket_id = t.id
 WHERE t.company_id = %(company)s AND t.deferred
   AND (t.net_value - t.refund_value - COALESCE(e.amount, 0) < 0
        OR (t.state IN ('used', 'expired')
            AND t.net_value - t.refund_value - COALESCE(e.amount, 0) <> 0)
        OR (t.refund_day IS NOT NULL
            AND t.net_value - t.refund_value - COALESCE(e.amount, 0) <> 0))
 ORDER BY t.id LIMIT %(limit)s
""",
        company=company_id,
        limit=limit,
    )


def uses_without_value(company_id, limit):
    """Return the statement of redemptions that have no revenue event."""
    return SQL(
        """
SELECT r.id, r.ticket_id FROM scenic_redemption r
  JOIN scenic_ticket t ON t.id = r.ticket_id AND t.deferred
 WHERE r.company_id = %s
   AND NOT EXISTS (SELECT FROM scenic_revenue_event e WHERE e.redemption_id = r.id)
 ORDER BY r.id LIMIT %s
""",
        company_id,
        limit,
    )
