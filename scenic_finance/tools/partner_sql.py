"""The statement of the partner balances: what is booked, and what waits to be billed."""

from odoo.tools import SQL

from . import report_sql

_NO_ID = SQL("NULL::int")
_COLUMNS = {
    "id": SQL("NULL::bigint"),
    "partner_id": _NO_ID,
    "side": SQL("NULL::varchar"),
    "kind": SQL("NULL::varchar"),
    "date": SQL("NULL::date"),
    "date_due": SQL("NULL::date"),
    "channel_id": _NO_ID,
    "product_id": _NO_ID,
    "account_id": _NO_ID,
    "move_id": _NO_ID,
    "voucher_item_id": _NO_ID,
    "company_id": _NO_ID,
    "currency_id": _NO_ID,
    "accrued": SQL("0.0"),
    "billed": SQL("0.0"),
    "paid": SQL("0.0"),
    "open_amount": SQL("0.0"),
}
# whoever sells tickets for the park, buys them for groups, or has a share in them
_PARTNERS = SQL(
    """
SELECT partner_id FROM scenic_channel WHERE partner_id IS NOT NULL
 UNION SELECT id FROM res_partner WHERE scenic_channel_id IS NOT NULL
 UNION SELECT partner_invoice_id FROM sale_order WHERE is_scenic_order AND state = 'sale'
 UNION SELECT partner_id FROM scenic_share
"""
)
_DOCUMENTS = SQL(
    "m.move_type IN ('out_invoice', 'out_refund', 'out_receipt', 'in_invoice', 'in_refund', "
    "'in_receipt')"
)
# the first one is not due yet
AGES = {"a": 0, "b30": 30, "c60": 60, "d90": 90, "e": None}


def query():
    """Return all rows."""
    return SQL(
        """
SELECT x.*, CASE WHEN x.side = 'payable' THEN -1 ELSE 1 END * (x.open_amount + x.accrued)
            AS net_position,
       CASE WHEN x.date_due < x.today THEN x.open_amount ELSE 0 END AS overdue,
       CASE WHEN x.open_amount = 0 THEN NULL ELSE %s END AS age
  FROM (SELECT y.*, CURRENT_DATE AS today, GREATEST(CURRENT_DATE - y.date_due, 0) AS days_overdue
          FROM (%s) y) x
""",
        report_sql.bucket(SQL("x.days_overdue"), AGES),
        report_sql.union(_booked(), _sold_by_channels(), _shares()),
    )


def _booked():
    """Return the journal items of the partners' receivables and payables.

    Documents are billed, everything else on these accounts pays them.
    """
    amount = SQL("CASE t.side WHEN 'payable' THEN -1 ELSE 1 END")
    values = {
        "id": SQL("a.id::bigint * 4"),
        "partner_id": SQL("p.commercial_partner_id"),
        "side": SQL("t.side"),
        "kind": SQL("CASE WHEN %s THEN 'document' ELSE 'payment' END", _DOCUMENTS),
        "date": SQL("a.date"),
        "date_due": SQL("COALESCE(a.date_maturity, a.date)"),
        "account_id": SQL("a.account_id"),
        "move_id": SQL("a.move_id"),
        "company_id": SQL("a.company_id"),
        "currency_id": SQL("a.company_currency_id"),
        "billed": SQL("CASE WHEN %s THEN %s * a.balance ELSE 0 END", _DOCUMENTS, amount),
        "paid": SQL("CASE WHEN %s THEN 0 ELSE -%s * a.balance END", _DOCUMENTS, amount),
        "open_amount": SQL("%s * a.amount_residual", amount),
    }
    source = SQL(
        """
  FROM account_move_line a
  JOIN account_move m ON m.id = a.move_id
  JOIN account_account b ON b.id = a.account_id
  JOIN (VALUES ('asset_receivable', 'receivable'), ('liability_payable', 'payable'))
       AS t(type, side) ON t.type = b.account_type
  JOIN res_partner p ON p.id = a.partner_id
 WHERE a.parent_state = 'posted'
   AND p.commercial_partner_id IN (
       SELECT commercial_partner_id FROM res_partner WHERE id IN (%s))
""",
        _PARTNERS,
    )
    return report_sql.select(_COLUMNS, values, source)


def _sold_by_channels():
    """Return what channels sold and no invoice has yet: what counts for their limit, too."""
    values = {
        "id": SQL("v.id::bigint * 4 + 1"),
        "partner_id": SQL("p.commercial_partner_id"),
        "side": SQL("'receivable'"),
        "kind": SQL("'accrued'"),
        "date": SQL("COALESCE(v.consumed_at, v.create_date)::date"),
        "channel_id": SQL("v.channel_id"),
        "product_id": SQL("v.product_id"),
        "voucher_item_id": SQL("v.id"),
        "company_id": SQL("v.company_id"),
        "currency_id": SQL("c.currency_id"),
        "accrued": SQL("v.settlement_amount"),
    }
    source = SQL(
        """
  FROM scenic_voucher_item v
  JOIN scenic_channel n ON n.id = v.channel_id
  JOIN res_partner p ON p.id = n.partner_id
  JOIN res_company c ON c.id = v.company_id
 WHERE v.is_owed
"""
    )
    return report_sql.select(_COLUMNS, values, source)


def _shares():
    """Return what partners are owed for passages, less what settlements have billed."""
    values = {
        "id": SQL("a.id::bigint * 4 + 2"),
        "partner_id": SQL("p.commercial_partner_id"),
        "side": SQL("'payable'"),
        "kind": SQL("'accrued'"),
        "date": SQL("a.date"),
        "account_id": SQL("a.account_id"),
        "move_id": SQL("a.move_id"),
        "company_id": SQL("a.company_id"),
        "currency_id": SQL("a.company_currency_id"),
        "accrued": SQL("-a.balance"),
    }
    source = SQL(
        """
  FROM account_move_line a
  JOIN account_account b ON b.id = a.account_id AND b.scenic_share
  LEFT JOIN res_partner p ON p.id = a.partner_id
 WHERE a.parent_state = 'posted'
"""
    )
    return report_sql.select(_COLUMNS, values, source)
