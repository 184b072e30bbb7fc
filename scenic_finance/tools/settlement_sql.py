"""The statements of settlements and of the list of passages behind them."""

from odoo.tools import SQL

TOTALS = """
SELECT COUNT(*), COALESCE(SUM(amount), 0), COALESCE(SUM(base), 0),
       COUNT(*) FILTER (WHERE day < %s), COALESCE(SUM(amount) FILTER (WHERE day < %s), 0)
  FROM scenic_share_line WHERE settlement_id = %s
"""


def summary(condition):
    """Return the statement of what lines add up to; `l` are the lines in `condition`."""
    return SQL(
        """
SELECT l.share_id, t.product_id, l.zone_id, l.kind, COUNT(*) AS count, SUM(l.base) AS base,
       SUM(l.amount) AS amount
  FROM scenic_share_line l
  JOIN scenic_revenue_event e ON e.id = l.event_id
  JOIN scenic_ticket t ON t.id = e.ticket_id
 WHERE %s
 GROUP BY 1, 2, 3, 4 ORDER BY 1, 3, 2, 4
""",
        condition,
    )


def passages(condition, limit=None, offset=0):
    """Return the statement of the list of passages, in the order in which they happened.

    A partner needs no ticket code: the number of the passage and the end of the ticket number
    are enough to ask about one of them, and open no gate.
    """
    page = SQL("LIMIT %s OFFSET %s", limit, offset) if limit else SQL()
    return SQL(
        """
SELECT l.id, l.day, e.happened_at AT TIME ZONE 'UTC' AT TIME ZONE s.tz AS happened,
       e.received_at AT TIME ZONE 'UTC' AT TIME ZONE s.tz AS received,
       l.zone_id, t.product_id, l.kind, l.share_id, e.redemption_id AS passage,
       right(t.alias, 4) AS ticket, l.base, l.amount, l.settlement_id
  FROM scenic_share_line l
  JOIN scenic_revenue_event e ON e.id = l.event_id
  JOIN scenic_ticket t ON t.id = e.ticket_id
  JOIN scenic_site s ON s.id = t.site_id
 WHERE %s
 ORDER BY l.day, l.id %s
""",
        condition,
        page,
    )


def of_partner(company_ids, partner_id, first=None, last=None):
    """Return the condition of the lines that one partner may see: its own."""
    since = SQL("AND l.day >= %s", first) if first else SQL()
    until = SQL("AND l.day <= %s", last) if last else SQL()
    return SQL(
        "l.partner_id = %s AND l.company_id = ANY(%s) %s %s",
        partner_id,
        list(company_ids),
        since,
        until,
    )
