"""What the read-only views of the reports have in common."""

from odoo.tools import SQL

# the first site of a company says in which time zone its windows count their days
FIRST_SITE = SQL(
    """(SELECT DISTINCT ON (company_id) company_id, id, tz
          FROM scenic_site ORDER BY company_id, id)"""
)

# day of an order of a window, on the clocks of the site
ORDER_DAY = SQL("(o.date_order AT TIME ZONE 'UTC' AT TIME ZONE COALESCE(z.tz, 'UTC'))::date")

# what reached the ledger of an order of a window: with its session, or with its own invoice
ORDER_POSTED = SQL("(o.state = 'done' OR o.account_move IS NOT NULL)")

# what an invoice line is with tax, for each unit of its balance: that is rounded with the document
HAS_GROSS = SQL("a.price_subtotal <> 0 AND a.amount_currency <> 0")
GROSS_OF_NET = SQL("abs(a.price_total / a.amount_currency)")


def select(columns, values, source):
    """Return a SELECT of all ``columns``; those that ``values`` does not name are empty.

    ``columns`` maps a name to its empty value, so that every part of a UNION has the same types.
    """
    unknown = values.keys() - columns.keys()
    if unknown:
        raise ValueError(f"unknown columns: {sorted(unknown)}")
    parts = [
        SQL("%s AS %s", values.get(name, empty), SQL.identifier(name))
        for name, empty in columns.items()
    ]
    return SQL("SELECT %s %s", SQL(", ").join(parts), source)


def union(*parts):
    """Return all rows of these statements."""
    return SQL(" UNION ALL ").join(parts)


def bucket(days, limits):
    """Return the code of the age group of ``days``; the last one has no limit.

    ``limits`` maps a code to the last day that belongs to it.
    """
    cases = [
        SQL("WHEN %s <= %s THEN %s", days, limit, code)
        for code, limit in limits.items()
        if limit is not None
    ]
    [last] = [code for code, limit in limits.items() if limit is None]
    return SQL("CASE %s ELSE %s END", SQL(" ").join(cases), last)
