"""The statements of a recognition run: claim events once, and add them up."""

# An event is ready when the ledger has the sale that it releases. Both dates count: a batch that
# is posted for a day must not release what came into the ledger only after that day.
_READY = """
   AND e.company_id = %(company)s AND e.recognition_id IS NULL AND e.day <= %(day)s
   AND ((e.amount = 0 AND COALESCE(t.vat_value, 0) = 0)
        OR (o.parent_state = 'posted' AND o.date <= %(day)s AND a.scenic_liability))
"""

_SOURCES = """
  FROM scenic_ticket t
  LEFT JOIN account_move_line o ON o.id = t.origin_aml_id
  LEFT JOIN account_account a ON a.id = o.account_id
"""

CLAIM = f"""
UPDATE scenic_revenue_event e SET recognition_id = %(batch)s
{_SOURCES}
 WHERE t.id = e.ticket_id {_READY}
"""

# the days of what is ready: on which it happened, or its sale came into the ledger
DAYS = f"""
SELECT DISTINCT GREATEST(e.day, CASE WHEN e.amount <> 0 OR s.taxed THEN s.date END)
  FROM scenic_revenue_event e JOIN (
    SELECT t.id AS tid, o.parent_state, o.date, a.scenic_liability,
           COALESCE(t.vat_value, 0) <> 0 AS taxed {_SOURCES}
) s ON s.tid = e.ticket_id
 WHERE e.company_id = %(company)s AND e.recognition_id IS NULL AND e.day <= %(day)s
   AND ((e.amount = 0 AND NOT s.taxed)
        OR (s.parent_state = 'posted' AND s.date <= %(day)s AND s.scenic_liability))
"""

# one row for each sale, product, zone and reason; a cent more or less nets out within its row
TOTALS = """
SELECT t.origin_aml_id AS origin, o.account_id AS account, t.product_id AS product,
       COALESCE(r.zone_id, e.unused_zone_id) AS zone,
       CASE WHEN e.kind IN ('use', 'rounding', 'adjust') THEN 'use' ELSE e.kind END AS kind,
       e.amount < 0 AS back, COALESCE(p.fiscal_position_id, m.fiscal_position_id) AS position,
       SUM(e.amount) AS amount, COUNT(*) AS events
  FROM scenic_revenue_event e
  JOIN scenic_ticket t ON t.id = e.ticket_id
  JOIN account_move_line o ON o.id = t.origin_aml_id
  JOIN account_move m ON m.id = o.move_id
  LEFT JOIN pos_order p ON p.id = t.pos_order_id
  LEFT JOIN scenic_redemption r ON r.id = e.redemption_id
 WHERE e.recognition_id = %s AND e.amount <> 0
 GROUP BY 1, 2, 3, 4, 5, 6, 7
 ORDER BY 3, 1, 4, 5, 6, 7
"""
