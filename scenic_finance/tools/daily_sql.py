"""The statement of the daily sheet, and the part of it that windows sold and took back."""

from odoo.tools import SQL

from . import daily_account_sql, report_sql

_ZERO = SQL("0.0")
_NO_ID = SQL("NULL::int")
_COLUMNS = {
    "id": SQL("NULL::bigint"),
    "day": SQL("NULL::date"),
    "kind": SQL("NULL::varchar"),
    "path": SQL("NULL::varchar"),
    "posted": SQL("FALSE"),
    "company_id": _NO_ID,
    "currency_id": _NO_ID,
    "site_id": _NO_ID,
    "channel_id": _NO_ID,
    "product_id": _NO_ID,
    "payment_method_id": _NO_ID,
    "config_id": _NO_ID,
    "session_id": _NO_ID,
    "user_id": _NO_ID,
    "pos_order_id": _NO_ID,
    "ticket_id": _NO_ID,
    "move_id": _NO_ID,
    "quantity": _ZERO,
    "persons": _ZERO,
    "gross": _ZERO,
    "tax": _ZERO,
    "net": _ZERO,
    "refund_quantity": _ZERO,
    "refund_gross": _ZERO,
    "refund_tax": _ZERO,
    "refund_net": _ZERO,
    "fee": _ZERO,
    "received": _ZERO,
    "on_account": _ZERO,
}


def _signed(amount):
    """Return a stored amount with the sign of quantity and price."""
    return SQL("abs(%s) * sign(l.qty * l.price_unit)", SQL.identifier("l", amount))


_AMOUNTS = {
    "net": _signed("price_subtotal"),
    "gross": _signed("price_subtotal_incl"),
    "tickets": SQL("COALESCE(t.net, -r.net)"),
    "discount": SQL("g.off <> 0 AND l.price_unit < 0"),
}


def query():
    """Return all rows of the daily sheet."""
    accounts = daily_account_sql.parts(_COLUMNS)
    return report_sql.union(_window_rows(), _odd_payment_rows(), *accounts)


def _window_rows():
    """Return what windows sold and took back: a row for each line and payment method.

    An order that pays out has its amounts with either sign, depending on who stored them: the
    sign is that of quantity and price. Counts are not divided: they go to the method that paid
    most of the order. A discount that is a line of its own has lowered the tickets already, so its
    line has only what it took off the rest.
    """
    part, taken = SQL("COALESCE(p.part, 1)"), SQL("COALESCE(p.taken, 0)")
    sold, main = SQL("l.qty >= 0"), SQL("COALESCE(p.no, 1) = 1")
    net = SQL(
        """COALESCE(%(tickets)s,
                    (%(net)s + CASE WHEN %(discount)s THEN COALESCE(d.net, 0) * %(gross)s / g.off
                                    ELSE 0 END) / o.currency_rate)""",
        **_AMOUNTS,
    )
    gross = SQL(
        """CASE WHEN g.off <> 0 AND %(net)s <> 0
                THEN %(gross)s * COALESCE(%(tickets)s * o.currency_rate / %(net)s, 1)
                ELSE %(gross)s END / o.currency_rate
           + CASE WHEN %(discount)s THEN COALESCE(d.gross, 0) * %(gross)s / g.off ELSE 0 END
             / o.currency_rate""",
        **_AMOUNTS,
    )
    gross = SQL("(%s)", gross)
    values = {
        "id": SQL("(l.id::bigint * 1000 + COALESCE(p.no, 0)) * 8"),
        **_order_values(),
        "site_id": SQL("COALESCE(pt.scenic_site_id, z.id)"),
        "channel_id": SQL("COALESCE(t.channel_id, r.channel_id, w.scenic_channel_id)"),
        "product_id": SQL("l.product_id"),
        "payment_method_id": SQL("p.payment_method_id"),
        "kind": SQL(
            "CASE WHEN pt.service_tracking = 'scenic_ticket' THEN 'ticket' "
            "WHEN pt.scenic_deposit THEN 'deposit' ELSE 'goods' END"
        ),
        "quantity": SQL(
            "CASE WHEN %s AND %s AND l.price_unit >= 0 THEN l.qty ELSE 0 END", main, sold
        ),
        "persons": SQL("CASE WHEN %s AND %s THEN COALESCE(t.persons, 0) ELSE 0 END", main, sold),
        "refund_quantity": SQL("CASE WHEN %s AND NOT %s THEN -l.qty ELSE 0 END", main, sold),
        "received": SQL("%s * %s", gross, taken),
    }
    for name, amount in (("net", net), ("gross", gross), ("tax", SQL("(%s - %s)", gross, net))):
        case = SQL("CASE WHEN %s THEN %s * %s ELSE 0 END", sold, amount, part)
        values[name] = case
        values[f"refund_{name}"] = SQL("CASE WHEN %s THEN 0 ELSE -%s * %s END", sold, amount, part)
    return report_sql.select(_COLUMNS, values, _window_source())


def _order_values():
    return {
        "day": report_sql.ORDER_DAY,
        "path": SQL("'window'"),
        "posted": report_sql.ORDER_POSTED,
        "company_id": SQL("o.company_id"),
        "currency_id": SQL("c.currency_id"),
        "config_id": SQL("o.config_id"),
        "session_id": SQL("o.session_id"),
        "user_id": SQL("o.user_id"),
        "pos_order_id": SQL("o.id"),
        "move_id": SQL("COALESCE(o.account_move, s.move_id)"),
    }


def _order_source():
    """Return the paid orders, with the sum of their lines and of their discount lines."""
    return SQL(
        """
  FROM pos_order o
  JOIN res_company c ON c.id = o.company_id
  JOIN pos_config w ON w.id = o.config_id
  LEFT JOIN pos_session s ON s.id = o.session_id
  LEFT JOIN %s z ON z.company_id = o.company_id
  JOIN LATERAL (SELECT SUM(%s) AS total,
                       COALESCE(SUM(%s) FILTER (WHERE l.price_unit < 0), 0) AS off
                  FROM pos_order_line l WHERE l.order_id = o.id) g ON TRUE
""",
        report_sql.FIRST_SITE,
        _AMOUNTS["gross"],
        _AMOUNTS["gross"],
    )


def _window_source():
    """Return the lines of orders, each with its tickets, for each method that paid the order.

    ``part`` is the method's part of the payments, ``taken`` of the lines: they differ where cash is
    rounded. Both are missing when either sum is nothing.
    """
    return SQL(
        """%s
  LEFT JOIN LATERAL (
       SELECT m.payment_method_id, m.amount / SUM(m.amount) OVER () AS part,
              m.amount / g.total AS taken,
              row_number() OVER (ORDER BY abs(m.amount) DESC, m.payment_method_id) AS no
         FROM (SELECT payment_method_id, SUM(amount) AS amount,
                      SUM(SUM(amount)) OVER () AS total
                 FROM pos_payment WHERE pos_order_id = o.id GROUP BY payment_method_id) m
        WHERE g.total <> 0 AND m.total <> 0 AND m.amount <> 0) p ON TRUE
  LEFT JOIN LATERAL (%s) d ON g.off <> 0
  JOIN pos_order_line l ON l.order_id = o.id
%s
 WHERE o.state NOT IN ('draft', 'cancel')
""",
        _order_source(),
        _handed_down(),
        _line_source(),
    )


def _line_source():
    """Return the product of a line, and what its tickets come to."""
    return SQL(
        """
  JOIN product_product pp ON pp.id = l.product_id
  JOIN product_template pt ON pt.id = pp.product_tmpl_id
  LEFT JOIN LATERAL (
       SELECT SUM(net_value) AS net, SUM(pax) AS persons, MAX(channel_id) AS channel_id
         FROM scenic_ticket
        WHERE pos_order_line_id = l.id AND l.qty > 0
          AND pt.service_tracking = 'scenic_ticket') t ON TRUE
  LEFT JOIN LATERAL (
       SELECT SUM(refund_value) FILTER (WHERE deferred) AS net, MAX(channel_id) AS channel_id
         FROM scenic_ticket
        WHERE refund_line_id = l.id AND l.qty < 0
          AND pt.service_tracking = 'scenic_ticket') r ON TRUE
"""
    )


def _handed_down():
    """Return what the discount lines of an order took off its tickets."""
    return SQL(
        """
SELECT SUM(%(net)s - %(tickets)s * o.currency_rate) AS net,
       SUM(%(gross)s * (1 - %(tickets)s * o.currency_rate / NULLIF(%(net)s, 0))) AS gross
  FROM pos_order_line l
%(lines)s
 WHERE l.order_id = o.id AND g.off <> 0 AND %(tickets)s IS NOT NULL AND %(net)s <> 0
""",
        lines=_line_source(),
        **_AMOUNTS,
    )


def _odd_payment_rows():
    """Return payments of orders whose lines or payments add up to nothing.

    An exchange of equal value, or money back to another card: no part can be named.
    """
    values = {
        "id": SQL("(p.id::bigint * 1000) * 8 + 1"),
        **_order_values(),
        "site_id": SQL("z.id"),
        "channel_id": SQL("w.scenic_channel_id"),
        "kind": SQL("'balance'"),
        "payment_method_id": SQL("p.payment_method_id"),
        "received": SQL("p.amount / o.currency_rate"),
    }
    source = SQL(
        """%s
  JOIN pos_payment p ON p.pos_order_id = o.id
 WHERE o.state NOT IN ('draft', 'cancel') AND p.amount <> 0
   AND (abs(o.amount_total) < 1 OR o.amount_paid = 0)
   AND (g.total = 0
    OR (SELECT SUM(amount) FROM pos_payment WHERE pos_order_id = o.id) = 0)
""",
        _order_source(),
    )
    return report_sql.select(_COLUMNS, values, source)
