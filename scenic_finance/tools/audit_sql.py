"""Numbers without gaps, and laws of tables that are still there: what the audit check asks."""

from odoo.tools import SQL

# Which numbers of a series are missing between its first and last one, and which came twice. The
# gaps are told as spans; a series of a million numbers is one pass over them.
_GAPS = """
WITH numbered AS (%s), once AS (
    SELECT series, number, COUNT(*) AS times FROM numbered GROUP BY 1, 2
), steps AS (
    SELECT series, number, times,
           LEAD(number) OVER (PARTITION BY series ORDER BY number) AS next FROM once
)
SELECT series, MIN(number) AS first, MAX(number) AS last, SUM(times) AS count,
       COALESCE(SUM(next - number - 1) FILTER (WHERE next > number + 1), 0) AS missing,
       (ARRAY_AGG(ARRAY[number + 1, next - 1] ORDER BY number)
            FILTER (WHERE next > number + 1))[1:20] AS gaps,
       (ARRAY_AGG(number ORDER BY number) FILTER (WHERE times > 1))[1:20] AS twice
  FROM steps GROUP BY series ORDER BY series
"""

# a table keeps its rows when triggers that nobody switched off stand before every change
_LAWS = """
SELECT c.relname, bit_or(t.tgtype::int) AS guarded
  FROM pg_class c
  LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
   AND t.tgtype & 2 > 0 AND t.tgname LIKE 'scenic%%'
 WHERE c.relkind IN ('r', 'p') AND c.relname = ANY(%s)
   AND c.relnamespace = current_schema::regnamespace
 GROUP BY 1
"""
# bits of pg_trigger.tgtype
DELETE, UPDATE, TRUNCATE = 8, 16, 32


def gaps(numbered):
    """Return the statement about the series of ``numbered``, rows of ``(series, number)``."""
    return SQL(_GAPS, numbered)


def laws(tables):
    """Return the statement of ``(table, bits of what its triggers stand before)``."""
    return SQL(_LAWS, list(tables))


def orders(company_id):
    """Number the orders of each window, as the server numbered them."""
    return SQL(
        """SELECT c.name AS series, o.sequence_number AS number
             FROM pos_order o JOIN pos_session s ON s.id = o.session_id
             JOIN pos_config c ON c.id = s.config_id
            WHERE o.company_id = %s AND o.sequence_number > 0""",
        company_id,
    )


def entries(company_id):
    """Number the posted entries and invoices of each journal and period."""
    return SQL(
        """SELECT sequence_prefix AS series, sequence_number AS number FROM account_move
            WHERE company_id = %s AND state IN ('posted', 'cancel') AND name <> '/'
              AND sequence_number > 0""",
        company_id,
    )


def named(table, company_id):
    """Number the records of a table by the digits at the end of their names."""
    return SQL(
        r"""SELECT regexp_replace(name, '\d+$', '') AS series,
                   substring(name FROM '\d+$')::bigint AS number
              FROM %s WHERE company_id = %s AND name ~ '\d$'""",
        SQL.identifier(table),
        company_id,
    )


def counted(table, company_id):
    """Number the records of a table by their field ``number``."""
    return SQL(
        "SELECT '' AS series, number FROM %s WHERE company_id = %s AND number > 0",
        SQL.identifier(table),
        company_id,
    )
