"""The statements about channels: what they owe, and what of their orders is due."""

from odoo.tools import SQL


def money(partner_of, company_id, today):
    """Return the statement of what channels owe a company; ``partner_of``: {channel: partner}."""
    return SQL(
        """
SELECT c.channel_id, COALESCE(r.receivable, 0)::float AS receivable,
       COALESCE(r.overdue, 0)::float AS overdue, r.overdue_since,
       COALESCE((SELECT SUM(i.settlement_amount) FROM scenic_voucher_item i
                  WHERE i.channel_id = c.channel_id AND i.company_id = %(company)s
                    AND i.is_owed), 0)::float AS owed
  FROM unnest(%(channels)s, %(partners)s) AS c(channel_id, partner_id)
  LEFT JOIN LATERAL (
       SELECT SUM(l.amount_residual) AS receivable,
              SUM(l.amount_residual) FILTER (
                  WHERE l.date_maturity < %(today)s AND l.amount_residual > 0) AS overdue,
              MIN(l.date_maturity) FILTER (
                  WHERE l.date_maturity < %(today)s AND l.amount_residual > 0) AS overdue_since
         FROM account_move_line l
         JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
        WHERE l.partner_id = c.partner_id AND l.company_id = %(company)s
          AND l.parent_state = 'posted' AND l.reconciled IS NOT TRUE) r ON TRUE
""",
        channels=list(partner_of),
        partners=list(partner_of.values()),
        company=company_id,
        today=today,
    )


def touch(cr, channel_id, company_id):
    """Make two orders of a channel, which both see the money that is left, exclude each other.

    The second one waits for the first; then its snapshot is too old, and Odoo runs it again.
    """
    cr.execute(
        "INSERT INTO scenic_channel_account (channel_id, company_id, orders) VALUES (%s, %s, 1)"
        " ON CONFLICT (channel_id, company_id)"
        " DO UPDATE SET orders = scenic_channel_account.orders + 1",
        [channel_id, company_id],
    )


def used(channel_id, company_id, upto):
    """Return the statement of exchanged vouchers whose ticket was used by the end of a day."""
    return SQL(
        """
SELECT i.id FROM scenic_voucher_item i
 WHERE i.channel_id = %s AND i.company_id = %s AND i.is_owed
   AND EXISTS (SELECT FROM scenic_ticket t JOIN scenic_revenue_event e ON e.ticket_id = t.id
                WHERE t.voucher_item_id = i.id AND t.used_count > 0 AND e.kind = 'use'
                  AND e.day <= %s)
 ORDER BY i.id
""",
        channel_id,
        company_id,
        upto,
    )


def exchanged(channel_id, company_id, upto):
    """Return the statement of vouchers that were exchanged by the end of a day, not invoiced."""
    return SQL(
        """
SELECT i.id FROM scenic_voucher_item i JOIN scenic_site s ON s.id = i.site_id
 WHERE i.channel_id = %s AND i.company_id = %s AND i.is_owed AND i.consumed_at IS NOT NULL
   AND (i.consumed_at AT TIME ZONE 'UTC' AT TIME ZONE s.tz)::date <= %s
 ORDER BY i.id
""",
        channel_id,
        company_id,
        upto,
    )


def ours(channel_id, company_id, statement_id, numbers, days, by_use):
    """Return the statement of our vouchers for a statement of a channel.

    One row for each voucher: those of the orders that it names, those whose day of settlement is
    within ``days``, and those that an earlier statement left for this one.
    """
    settled = (
        # a use that was taken back is none
        SQL("CASE WHEN u.used THEN u.first_use END")
        if by_use
        else SQL("(i.consumed_at AT TIME ZONE 'UTC' AT TIME ZONE s.tz)::date")
    )
    return SQL(
        """
SELECT i.id, o.number, i.number, i.state, i.settlement_amount,
       COALESCE(u.used, FALSE) AS used, i.statement_line_id IS NOT NULL AS settled,
       %(settled)s IS NOT NULL
       AND (%(settled)s BETWEEN %(first)s AND %(last)s
            OR (i.statement_waits AND %(settled)s <= %(last)s)) AS due,
       EXISTS (SELECT FROM scenic_ticket t WHERE t.voucher_item_id = i.id
                  AND t.refund_aml_id IS NOT NULL) AS credited
  FROM scenic_voucher_item i
  JOIN scenic_voucher_order o ON o.id = i.order_id
  JOIN scenic_site s ON s.id = i.site_id
  LEFT JOIN LATERAL (
       SELECT bool_or(t.used_count > 0) AS used,
              (SELECT MIN(e.day) FROM scenic_revenue_event e JOIN scenic_ticket x
                   ON x.id = e.ticket_id WHERE x.voucher_item_id = i.id AND e.kind = 'use'
              ) AS first_use
         FROM scenic_ticket t WHERE t.voucher_item_id = i.id) u ON i.consumed_at IS NOT NULL
 WHERE i.channel_id = %(channel)s AND i.company_id = %(company)s
   AND (o.number = ANY(%(numbers)s)
        OR (i.statement_line_id IS NULL AND i.consumed_at IS NOT NULL
            AND (i.statement_waits OR %(settled)s BETWEEN %(first)s AND %(last)s)))
 ORDER BY i.order_id, i.id
""",
        settled=settled,
        first=days[0],
        last=days[1],
        channel=channel_id,
        company=company_id,
        numbers=numbers,
    )


def listed(table, statement, numbers):
    """Return the statement of the keys that earlier statements of this channel have."""
    return SQL(
        """
SELECT l.order_no, COALESCE(l.item_no, ''), l.kind FROM %s l
 WHERE l.channel_id = %s AND l.company_id = %s AND l.is_key AND l.statement_id <> %s
   AND COALESCE(l.resolution, '') <> 'wait'
   AND l.order_no = ANY(%s)
""",
        SQL.identifier(table),
        statement.channel_id.id,
        statement.company_id.id,
        statement.id,
        numbers,
    )


def claim(cr, pairs):
    """Note in vouchers which line of a statement settles them; lists ``(line, voucher)``."""
    if pairs:
        lines, items = zip(*pairs, strict=True)
        cr.execute(
            "UPDATE scenic_voucher_item i SET statement_line_id = v.line, statement_waits = FALSE"
            " FROM unnest(%s, %s) AS v(line, item)"
            # a refund settles no voucher: its sale does
            " JOIN scenic_channel_statement_line l ON l.id = v.line AND l.kind = 'sale'"
            " WHERE i.id = v.item",
            [list(lines), list(items)],
        )


def release(cr, statement_id, waits=False):
    """Take vouchers out of a statement: all, or with ``waits`` those that wait for the next."""
    cr.execute(
        "UPDATE scenic_voucher_item i SET statement_line_id = NULL, statement_waits = %s"
        " FROM scenic_channel_statement_line l"
        " WHERE l.id = i.statement_line_id AND l.statement_id = %s"
        " AND (NOT %s OR l.resolution = 'wait')",
        [waits, statement_id, waits],
    )


def undecided(company_id, upto):
    """Return the statement of open differences by statement, of those that end by a day."""
    return SQL(
        """
SELECT s.id, COUNT(*), SUM(ABS(l.difference)), COUNT(*) FILTER (WHERE l.code = 'double')
  FROM scenic_channel_statement s
  JOIN scenic_channel_statement_line l ON l.statement_id = s.id AND l.resolution = 'open'
 WHERE s.company_id = %s AND s.date_to <= %s AND s.state <> 'confirmed'
 GROUP BY s.id ORDER BY s.id
""",
        company_id,
        upto,
    )
