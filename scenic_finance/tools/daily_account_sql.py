"""The daily sheet without windows: invoices, orders of groups, channels, and kept fees."""

from odoo.tools import SQL

from . import daily_goods_sql, report_sql


def parts(columns):
    """Return a statement for each source, all with these columns."""
    return [
        report_sql.select(columns, values, source)
        for values, source in (
            _sold_rows(),
            _refunded_rows(),
            _group_deposit_rows(),
            _fee_rows(),
            daily_goods_sql.rows(),
        )
    ]


def _ticket_values(line):
    """Return what rows of single tickets have in common; ``line``: their journal item."""
    return {
        "kind": SQL("'ticket'"),
        "path": SQL("'invoice'"),
        "posted": SQL("COALESCE(%s.parent_state = 'posted', FALSE)", line),
        "company_id": SQL("t.company_id"),
        "currency_id": SQL("c.currency_id"),
        "site_id": SQL("t.site_id"),
        "channel_id": SQL("t.channel_id"),
        "product_id": SQL("t.product_id"),
        "ticket_id": SQL("t.id"),
        "move_id": SQL("%s.move_id", line),
    }


def _sold_rows():
    """Return tickets that no window sold.

    The tax is that of the invoice; before it is posted, of the order or voucher.
    """
    gross = SQL(
        """CASE WHEN %s THEN t.net_value * %s
                WHEN sl.price_subtotal <> 0
                THEN t.net_value * sl.price_total / sl.price_subtotal
                WHEN v.id IS NOT NULL
                THEN COALESCE(NULLIF(v.settlement_price, 0), NULLIF(v.price_paid, 0),
                              t.net_value)
                ELSE t.net_value END""",
        report_sql.HAS_GROSS,
        report_sql.GROSS_OF_NET,
    )
    values = {
        "id": SQL("(t.id::bigint * 1000) * 8 + 2"),
        **_ticket_values(SQL("a")),
        "day": SQL("t.sale_day"),
        "quantity": SQL("t.pax / GREATEST(COALESCE(pt.scenic_pax, 1), 1)::numeric"),
        "persons": SQL("t.pax"),
        "gross": gross,
        "net": SQL("t.net_value"),
        "tax": SQL("%s - t.net_value", gross),
        "on_account": gross,
    }
    source = SQL(
        """
  FROM scenic_ticket t
  JOIN res_company c ON c.id = t.company_id
  JOIN product_template pt ON pt.id = t.product_tmpl_id
  LEFT JOIN account_move_line a ON a.id = t.origin_aml_id
  LEFT JOIN sale_order_line sl ON sl.id = t.sale_line_id
  LEFT JOIN scenic_voucher_item v ON v.id = t.voucher_item_id
 WHERE t.pos_order_id IS NULL
   AND NOT (t.state = 'void' AND t.origin_aml_id IS NULL AND t.net_value = 0)
"""
    )
    return values, source


def _refunded_rows():
    """Return tickets that a credit note gave back, wherever they were sold."""
    gross = SQL(
        "CASE WHEN %s THEN t.refund_value * %s ELSE t.refund_value END",
        report_sql.HAS_GROSS,
        report_sql.GROSS_OF_NET,
    )
    values = {
        "id": SQL("(t.id::bigint * 1000) * 8 + 3"),
        **_ticket_values(SQL("a")),
        "day": SQL("t.refund_day"),
        "config_id": SQL("o.config_id"),
        "refund_quantity": SQL("t.pax / GREATEST(COALESCE(pt.scenic_pax, 1), 1)::numeric"),
        "refund_gross": gross,
        "refund_net": SQL("t.refund_value"),
        "refund_tax": SQL("%s - t.refund_value", gross),
        "on_account": SQL("-(%s)", gross),
    }
    source = SQL(
        """
  FROM scenic_ticket t
  JOIN res_company c ON c.id = t.company_id
  JOIN product_template pt ON pt.id = t.product_tmpl_id
  LEFT JOIN account_move_line a ON a.id = t.refund_aml_id
  LEFT JOIN pos_order o ON o.id = t.pos_order_id
 WHERE t.refund_day IS NOT NULL AND t.refund_line_id IS NULL
"""
    )
    return values, source


def _group_deposit_rows():
    """Return deposits that groups were invoiced, and what final invoices take off again."""
    gross = SQL(
        "CASE WHEN %s THEN -a.balance * %s ELSE -a.balance END",
        report_sql.HAS_GROSS,
        report_sql.GROSS_OF_NET,
    )
    values = {
        "id": SQL("(a.id::bigint * 1000) * 8 + 4"),
        "day": SQL("COALESCE(m.invoice_date, m.date)"),
        "kind": SQL("'group_deposit'"),
        "path": SQL("'invoice'"),
        "posted": SQL("TRUE"),
        "company_id": SQL("a.company_id"),
        "currency_id": SQL("c.currency_id"),
        "channel_id": SQL("so.scenic_channel_id"),
        "product_id": SQL("a.product_id"),
        "move_id": SQL("a.move_id"),
        "gross": gross,
        "net": SQL("-a.balance"),
        "tax": SQL("%s + a.balance", gross),
        "on_account": gross,
    }
    source = SQL(
        """
  FROM account_move_line a
  JOIN account_move m ON m.id = a.move_id
  JOIN res_company c ON c.id = a.company_id
  LEFT JOIN LATERAL (
   SELECT x.scenic_channel_id
     FROM sale_order_line_invoice_rel i
     JOIN sale_order_line y ON y.id = i.order_line_id
     JOIN sale_order x ON x.id = y.order_id
    WHERE i.invoice_line_id = a.id LIMIT 1) so ON TRUE
 WHERE a.account_id IN (SELECT scenic_deposit_account_id FROM res_company)
   AND a.parent_state = 'posted' AND m.move_type IN ('out_invoice', 'out_refund')
   AND a.display_type = 'product'
"""
    )
    return values, source


def _fee_rows():
    """Return what refunds kept."""
    values = {
        "id": SQL("(e.id::bigint * 1000) * 8 + 5"),
        **_ticket_values(SQL("b")),
        "posted": SQL("e.recognition_id IS NOT NULL"),
        "day": SQL("e.day"),
        "path": SQL("CASE WHEN l.id IS NULL THEN 'invoice' ELSE 'window' END"),
        "config_id": SQL("o.config_id"),
        "session_id": SQL("o.session_id"),
        "user_id": SQL("o.user_id"),
        "move_id": SQL("b.move_id"),
        "fee": SQL("e.amount"),
    }
    source = SQL(
        """
  FROM scenic_revenue_event e
  JOIN scenic_ticket t ON t.id = e.ticket_id
  JOIN res_company c ON c.id = t.company_id
  LEFT JOIN pos_order_line l ON l.id = t.refund_line_id
  LEFT JOIN pos_order o ON o.id = l.order_id
  LEFT JOIN scenic_recognition b ON b.id = e.recognition_id
 WHERE e.kind = 'fee'
"""
    )
    return values, source
