"""The daily sheet without windows: goods that customers were invoiced, beside tickets or alone."""

from odoo.tools import SQL

from . import report_sql

_DESK = SQL(
    """(SELECT res_id FROM ir_model_data
         WHERE module = 'scenic_ticketing' AND name = 'channel_desk')"""
)
# a discount that is a line of its own has lowered the tickets already: only the rest is its own
_NET = SQL("(-a.balance + COALESCE(d.moved, 0))")
_GROSS = SQL(
    "(CASE WHEN %s THEN %s * %s ELSE %s END)",
    report_sql.HAS_GROSS,
    _NET,
    report_sql.GROSS_OF_NET,
    _NET,
)
# what sells tickets: the document itself, the one it gives back, the order that it invoices
_BESIDE_TICKETS = SQL(
    """(EXISTS (
           SELECT FROM account_move_line b
             JOIN product_product q ON q.id = b.product_id
             JOIN product_template u ON u.id = q.product_tmpl_id
            WHERE b.move_id IN (m.id, m.reversed_entry_id)
              AND u.service_tracking = 'scenic_ticket')
        OR EXISTS (
           SELECT FROM sale_order_line_invoice_rel i
             JOIN sale_order_line y ON y.id = i.order_line_id
             JOIN sale_order x ON x.id = y.order_id
            WHERE i.invoice_line_id = a.id AND x.is_scenic_order))"""
)


def rows():
    """Return ``(values, source)`` of goods on posted invoices and credit notes.

    Goods always; services, as a guide or a room, where they come with tickets. Not what windows
    invoiced (their orders are counted), and not what deposits of groups do (rows of their own).
    """
    values = {
        "id": SQL("(a.id::bigint * 1000) * 8 + 6"),
        "day": SQL("COALESCE(m.invoice_date, m.date)"),
        "kind": SQL("CASE WHEN pt.scenic_deposit THEN 'deposit' ELSE 'goods' END"),
        "path": SQL("'invoice'"),
        "posted": SQL("TRUE"),
        "company_id": SQL("a.company_id"),
        "currency_id": SQL("c.currency_id"),
        "site_id": SQL("z.id"),
        "channel_id": SQL("COALESCE(so.scenic_channel_id, %s)", _DESK),
        "product_id": SQL("a.product_id"),
        "move_id": SQL("a.move_id"),
        "on_account": _GROSS,
        **_split("quantity", SQL("CASE WHEN a.price_unit < 0 THEN 0 ELSE a.quantity END"), 1),
        **_split("net", _NET, -1),
        **_split("gross", _GROSS, -1),
        **_split("tax", SQL("(%s - %s)", _GROSS, _NET), -1),
    }
    return values, _source()


def _split(name, amount, sign):
    """Return a column of sales, and its twin of refunds, which count ``sign`` times as much."""
    back = SQL("m.move_type = 'out_refund'")
    return {
        name: SQL("CASE WHEN %s THEN 0 ELSE %s END", back, amount),
        f"refund_{name}": SQL("CASE WHEN %s THEN %s * %s ELSE 0 END", back, sign, amount),
    }


def _source():
    return SQL(
        """
  FROM account_move_line a
  JOIN account_move m ON m.id = a.move_id
  JOIN res_company c ON c.id = a.company_id
  JOIN product_product pp ON pp.id = a.product_id
  JOIN product_template pt ON pt.id = pp.product_tmpl_id
  LEFT JOIN %(site)s z ON z.company_id = a.company_id
  LEFT JOIN LATERAL (
       SELECT SUM(e.balance) AS moved FROM account_move_line e
        WHERE e.scenic_discount_line_id = a.id) d ON TRUE
  LEFT JOIN LATERAL (
       SELECT x.scenic_channel_id
         FROM sale_order_line_invoice_rel i
         JOIN sale_order_line y ON y.id = i.order_line_id
         JOIN sale_order x ON x.id = y.order_id
        WHERE i.invoice_line_id = a.id LIMIT 1) so ON TRUE
 WHERE a.parent_state = 'posted' AND a.display_type = 'product'
   AND m.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
   AND pt.service_tracking IS DISTINCT FROM 'scenic_ticket'
   AND (pt.type = 'consu' OR pt.scenic_deposit OR %(beside)s)
   AND NOT EXISTS (SELECT FROM res_company k WHERE k.scenic_deposit_account_id = a.account_id)
   AND NOT EXISTS (SELECT FROM pos_order o WHERE o.account_move = m.id)
""",
        site=report_sql.FIRST_SITE,
        beside=_BESIDE_TICKETS,
    )
