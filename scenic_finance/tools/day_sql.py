"""The statements of the day close. A day is one on the clock of the site where it happened."""

from odoo.tools import SQL

# A use is sold when its ticket came out of a sale that still exists, or was given away for a named
# reason; it is paid when that sale is paid at a window, or stands in an invoice or with a channel.
_USES = """
SELECT z.site_id, CASE WHEN r.how = 'gate' THEN r.lane_code END AS lane, r.how,
       EXTRACT(hour FROM r.happened_at AT TIME ZONE 'UTC' AT TIME ZONE s.tz)::int AS hour,
       SUM(r.sign)::int AS used,
       SUM(r.sign) FILTER (WHERE t.free_reason_id IS NOT NULL OR l.id IS NOT NULL
                               OR t.sale_line_id IS NOT NULL OR t.invoice_line_id IS NOT NULL
                               OR t.voucher_item_id IS NOT NULL)::int AS sold,
       SUM(r.sign) FILTER (WHERE t.free_reason_id IS NOT NULL OR o.state IN ('paid', 'done')
                               OR t.origin_aml_id IS NOT NULL OR t.invoice_line_id IS NOT NULL
                               OR t.voucher_item_id IS NOT NULL)::int AS paid,
       COALESCE(SUM(e.amount), 0) AS value
  FROM (SELECT u.id, u.ticket_id, u.zone_id, u.lane_code, u.how, u.happened_at,
               CASE u.kind WHEN 'use' THEN 1 ELSE -1 END AS sign
          FROM scenic_redemption u
         WHERE u.company_id = %(company)s AND u.happened_at >= %(start)s
           AND u.happened_at < %(end)s) r
  JOIN scenic_zone z ON z.id = r.zone_id
  JOIN scenic_site s ON s.id = z.site_id
  JOIN scenic_ticket t ON t.id = r.ticket_id
  LEFT JOIN pos_order_line l ON l.id = t.pos_order_line_id
  LEFT JOIN pos_order o ON o.id = l.order_id
  LEFT JOIN scenic_revenue_event e ON e.redemption_id = r.id
 WHERE (r.happened_at AT TIME ZONE 'UTC' AT TIME ZONE s.tz)::date = %(day)s
 GROUP BY 1, 2, 3, 4
"""

# What a window sold and what it was paid, by its hour; the clock is that of the first site.
_WINDOWS = """
WITH o AS (
    SELECT o.id, o.config_id, o.amount_total,
           COALESCE(NULLIF(o.currency_rate, 0), 1)::numeric AS rate,
           EXTRACT(hour FROM o.date_order AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::int AS hour
      FROM pos_order o
     WHERE o.company_id = %(company)s AND o.state NOT IN ('draft', 'cancel')
       AND o.date_order >= %(begin)s AND o.date_order < %(finish)s
), paid AS (
    SELECT p.pos_order_id, SUM(p.amount) AS amount FROM pos_payment p
      JOIN o ON o.id = p.pos_order_id GROUP BY 1
), tickets AS (
    SELECT t.pos_order_id, SUM(t.pax) AS persons FROM scenic_ticket t
      JOIN o ON o.id = t.pos_order_id GROUP BY 1
)
SELECT o.config_id, o.hour, COALESCE(SUM(t.persons), 0)::int AS sold,
       COALESCE(SUM(t.persons) FILTER (WHERE p.amount > o.amount_total - 0.005), 0)::int AS paid,
       SUM(o.amount_total / o.rate) AS sold_amount,
       COALESCE(SUM(p.amount / o.rate), 0) AS paid_amount
  FROM o LEFT JOIN paid p ON p.pos_order_id = o.id LEFT JOIN tickets t ON t.pos_order_id = o.id
 GROUP BY 1, 2
"""

# Orders that do not hold together: what was charged, its lines, its payments, its tickets and its
# session. The closing of a session rounds cash to the coins there are.
_ORDERS = """
WITH o AS (
    SELECT o.id, o.config_id, o.amount_total, o.session_id, o.user_id,
           CASE WHEN c.cash_rounding THEN r.rounding ELSE 0 END AS slack,
           EXTRACT(hour FROM o.date_order AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::int AS hour
      FROM pos_order o
      LEFT JOIN pos_config c ON c.id = o.config_id
      LEFT JOIN account_cash_rounding r ON r.id = c.rounding_method
     WHERE o.company_id = %(company)s AND o.state NOT IN ('draft', 'cancel')
       AND o.date_order >= %(begin)s AND o.date_order < %(finish)s
), paid AS (
    SELECT p.pos_order_id, SUM(p.amount) AS amount FROM pos_payment p
      JOIN o ON o.id = p.pos_order_id GROUP BY 1
), lines AS (
    SELECT l.order_id, SUM(l.price_subtotal_incl) AS amount FROM pos_order_line l
      JOIN o ON o.id = l.order_id GROUP BY 1
), missing AS (
    SELECT l.order_id, SUM(GREATEST(0, CASE WHEN k.last IS NULL THEN 1 ELSE k.last - k.number END))
           AS tickets
      FROM pos_order_line l
      JOIN o ON o.id = l.order_id
      JOIN product_product p ON p.id = l.product_id
      JOIN product_template m ON m.id = p.product_tmpl_id
      LEFT JOIN LATERAL (SELECT MAX(t.seq) AS last, COUNT(*) AS number FROM scenic_ticket t
                          WHERE t.pos_order_line_id = l.id) k ON TRUE
     WHERE m.service_tracking = 'scenic_ticket' AND l.qty > 0
     GROUP BY 1
), found AS (
    SELECT o.*, o.amount_total - COALESCE(l.amount, 0) AS lines_gap,
           o.amount_total - COALESCE(p.amount, 0) AS paid_gap,
           COALESCE(m.tickets, 0)::int AS missing, s.id IS NULL AS no_session
      FROM o LEFT JOIN lines l ON l.order_id = o.id LEFT JOIN paid p ON p.pos_order_id = o.id
      LEFT JOIN missing m ON m.order_id = o.id LEFT JOIN pos_session s ON s.id = o.session_id
)
SELECT id, config_id, user_id, hour, missing, no_session, lines_gap, paid_gap FROM found
 WHERE ABS(lines_gap) > slack + 0.004 OR ABS(paid_gap) > slack + 0.004 OR missing > 0 OR no_session
 ORDER BY id LIMIT 500
"""

# what was sold without a window: group orders, invoices, vouchers of channels
_OFFICE = """
SELECT t.site_id, EXTRACT(hour FROM t.issued_at AT TIME ZONE 'UTC' AT TIME ZONE s.tz)::int AS hour,
       SUM(t.pax)::int AS sold, SUM(t.net_value) AS sold_amount,
       COALESCE(SUM(t.pax) FILTER (WHERE t.origin_aml_id IS NOT NULL), 0)::int AS paid,
       COALESCE(SUM(t.net_value) FILTER (WHERE t.origin_aml_id IS NOT NULL), 0) AS paid_amount
  FROM scenic_ticket t JOIN scenic_site s ON s.id = t.site_id
 WHERE t.company_id = %(company)s AND t.sale_day = %(day)s AND t.pos_order_id IS NULL
   AND (t.sale_line_id IS NOT NULL OR t.invoice_line_id IS NOT NULL
        OR t.voucher_item_id IS NOT NULL)
 GROUP BY 1, 2
"""

# tickets of the day whose order is gone, and closed sessions whose entry is
_LOST_ORDERS = """
SELECT t.pos_order_id, COUNT(*)::int AS tickets, SUM(t.net_value) AS amount, MIN(t.id) AS ticket_id
  FROM scenic_ticket t LEFT JOIN pos_order o ON o.id = t.pos_order_id
 WHERE t.company_id = %(company)s AND t.sale_day = %(day)s
   AND t.pos_order_id IS NOT NULL AND o.id IS NULL
 GROUP BY 1 ORDER BY 1 LIMIT 200
"""
_LOST_ENTRIES = """
SELECT s.id, s.user_id, s.name, SUM(o.amount_total) AS amount
  FROM pos_session s
  JOIN pos_order o ON o.session_id = s.id AND o.state NOT IN ('draft', 'cancel')
  LEFT JOIN account_move m ON m.id = s.move_id AND m.state = 'posted'
 WHERE o.company_id = %(company)s AND o.date_order >= %(begin)s AND o.date_order < %(finish)s
   AND s.state = 'closed' AND m.id IS NULL
   AND (s.move_id IS NOT NULL OR o.account_move IS NULL)
 GROUP BY 1, 2, 3 HAVING SUM(ABS(o.amount_total)) > 0 ORDER BY 1
"""
_OPEN_SESSIONS = """
SELECT s.id, COALESCE(SUM(o.amount_total), 0) AS amount
  FROM pos_session s JOIN pos_config c ON c.id = s.config_id
  LEFT JOIN pos_order o ON o.session_id = s.id AND o.state NOT IN ('draft', 'cancel')
 WHERE c.company_id = %(company)s AND s.state <> 'closed'
   AND (s.start_at < %(finish)s OR o.date_order < %(finish)s)
 GROUP BY 1 ORDER BY 1
"""

# released value of the day that no entry holds: with `ready` what a run would take now
_UNPOSTED = """
SELECT e.day, SUM(e.amount) AS amount, COUNT(*) AS events,
       COALESCE(m.state = 'posted' AND m.date <= %(day)s, FALSE) AS ready
  FROM scenic_revenue_event e
  JOIN scenic_ticket t ON t.id = e.ticket_id
  LEFT JOIN account_move_line l ON l.id = t.origin_aml_id
  LEFT JOIN account_move m ON m.id = l.move_id
 WHERE e.company_id = %(company)s AND e.recognition_id IS NULL AND e.amount <> 0
   AND e.day <= %(day)s
 GROUP BY 1, 4
"""

# closed days that something reached after their close, or that a gate had not reported when they
# were closed: what it counted without a use shows nowhere else
_TOUCHED = """
SELECT c.id FROM scenic_day_close c
 WHERE c.company_id = %(company)s AND c.state = 'closed' AND NOT COALESCE(c.is_replaced, FALSE)
   AND c.day < %(day)s AND c.day >= %(since)s
   AND (EXISTS (SELECT FROM scenic_redemption r
                 WHERE r.company_id = c.company_id
                   AND r.happened_at >= c.day - interval '1 day'
                   AND r.happened_at < c.day + interval '2 days'
                   AND r.received_at >= c.closed_at - interval '15 minutes')
        OR EXISTS (SELECT FROM pos_order o
                    WHERE o.company_id = c.company_id
                      AND o.date_order >= c.day - interval '1 day'
                      AND o.date_order < c.day + interval '2 days'
                      AND o.create_date >= c.closed_at - interval '15 minutes')
        OR EXISTS (SELECT FROM scenic_day_difference d
                    WHERE d.close_id = c.id AND d.code = 'silent_box' AND d.state = 'explained'))
 ORDER BY c.day
"""


def uses(**scope):
    """Return the statement of what was used on a day, by lane and hour."""
    return SQL(_USES, **scope)


def windows(**scope):
    """Return the statement of what each window sold and was paid, by hour."""
    return SQL(_WINDOWS, **scope)


def orders(**scope):
    """Return the statement of the orders that do not hold together."""
    return SQL(_ORDERS, **scope)


def office(**scope):
    """Return the statement of what was sold on a day without a window."""
    return SQL(_OFFICE, **scope)


def lost_orders(**scope):
    """Return the statement of tickets whose order is gone."""
    return SQL(_LOST_ORDERS, **scope)


def lost_entries(**scope):
    """Return the statement of closed sessions without their posted entry."""
    return SQL(_LOST_ENTRIES, **scope)


def open_sessions(**scope):
    """Return the statement of sessions of the day that are not closed."""
    return SQL(_OPEN_SESSIONS, **scope)


def unposted(**scope):
    """Return the statement of released values of the day that no entry holds."""
    return SQL(_UNPOSTED, **scope)


def touched(**scope):
    """Return the statement of closed days that something reached later."""
    return SQL(_TOUCHED, **scope)
