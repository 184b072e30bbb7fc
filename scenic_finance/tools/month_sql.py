"""The statement of the month close: how the contract liability moved, by the month of the sale."""

from odoo.tools import SQL

# what a movement belongs to; a cent of rounding goes with the refund it comes from
_ROLL = """
WITH sold AS (
    SELECT date_trunc('month', t.sale_day)::date AS month,
           SUM(t.net_value) FILTER (WHERE t.sale_day < %(since)s) AS before,
           SUM(t.net_value) FILTER (WHERE t.sale_day >= %(since)s) AS sold,
           COUNT(*) FILTER (WHERE t.sale_day >= %(since)s)::int AS tickets
      FROM scenic_ticket t
     WHERE t.company_id = %(company)s AND t.deferred AND t.sale_day <= %(until)s
     GROUP BY 1
), refunded AS (
    SELECT date_trunc('month', t.sale_day)::date AS month,
           SUM(t.refund_value) FILTER (WHERE t.refund_day < %(since)s) AS before,
           SUM(t.refund_value) FILTER (WHERE t.refund_day >= %(since)s) AS refunded
      FROM scenic_ticket t
     WHERE t.company_id = %(company)s AND t.deferred AND t.refund_day IS NOT NULL
       AND t.refund_day <= %(until)s
     GROUP BY 1
), released AS (
    SELECT date_trunc('month', t.sale_day)::date AS month,
           SUM(e.amount) FILTER (WHERE e.day < %(since)s) AS before,
           SUM(e.amount) FILTER (WHERE e.day >= %(since)s
                                   AND e.kind IN ('use', 'reversal', 'adjust')) AS used,
           SUM(e.amount) FILTER (WHERE e.day >= %(since)s AND e.kind = 'expire') AS expired,
           SUM(e.amount) FILTER (WHERE e.day >= %(since)s
                                   AND e.kind NOT IN ('use', 'reversal', 'adjust', 'expire'))
               AS kept
      FROM scenic_revenue_event e JOIN scenic_ticket t ON t.id = e.ticket_id
     WHERE e.company_id = %(company)s AND e.day <= %(until)s AND e.amount <> 0
     GROUP BY 1
)
SELECT month AS sale_month,
       COALESCE(s.before, 0) - COALESCE(r.before, 0) - COALESCE(e.before, 0) AS before,
       COALESCE(s.sold, 0) AS sold, COALESCE(s.tickets, 0) AS tickets,
       COALESCE(e.used, 0) AS used, COALESCE(r.refunded, 0) AS refunded,
       COALESCE(e.expired, 0) AS expired, COALESCE(e.kept, 0) AS kept
  FROM sold s FULL JOIN refunded r USING (month) FULL JOIN released e USING (month)
 WHERE month IS NOT NULL
 ORDER BY month
"""


def roll(company, since, until):
    """Return the statement; ``before`` is what was owed before ``since``."""
    return SQL(_ROLL, company=company, since=since, until=until)
