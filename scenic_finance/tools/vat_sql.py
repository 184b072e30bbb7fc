"""The statements of output VAT that waits for the use of its ticket."""

from odoo.tools import SQL

# what the tickets of these journal items say, less what the ledger holds for them already
MISSING = """
SELECT aml, account, SUM(amount) FROM (
    SELECT origin_aml_id AS aml, vat_account_id AS account, SUM(vat_value) AS amount
      FROM scenic_ticket WHERE origin_aml_id = ANY(%(amls)s) AND vat_value <> 0 GROUP BY 1, 2
    UNION ALL
    SELECT refund_aml_id, vat_account_id, -SUM(refund_vat)
      FROM scenic_ticket WHERE refund_aml_id = ANY(%(amls)s) AND refund_vat <> 0 GROUP BY 1, 2
    UNION ALL
    SELECT scenic_vat_line_id, account_id, -SUM(balance)
      FROM account_move_line
     WHERE scenic_vat_line_id = ANY(%(amls)s) AND parent_state <> 'cancel'
       AND account_id <> %(pending)s
     GROUP BY 1, 2
) v GROUP BY 1, 2 HAVING SUM(amount) <> 0 ORDER BY 1, 2
"""

# Of each ticket the part of its tax is due that was released of its price; with the last cent of
# the price also the last cent of the tax. What came before is taken off, so that no order of uses,
# reversals, expiries and refunds gains or loses anything.
RELEASE = """
INSERT INTO scenic_vat_release (recognition_id, ticket_id, account_id, amount)
SELECT %(batch)s, ticket_id, vat_account_id, due - before
  FROM (SELECT s.ticket_id, s.vat_account_id,
               CASE WHEN s.net = 0 THEN s.vat
                    ELSE round(s.vat * s.released / s.net / s.rounding) * s.rounding END AS due,
               COALESCE((SELECT SUM(amount) FROM scenic_vat_release r
                          WHERE r.ticket_id = s.ticket_id), 0) AS before
          FROM (SELECT t.id AS ticket_id, t.vat_account_id, c.rounding,
                       t.net_value - COALESCE(t.refund_value, 0) AS net,
                       t.vat_value - COALESCE(t.refund_vat, 0) AS vat, SUM(e.amount) AS released
                  FROM scenic_ticket t
                  JOIN res_company o ON o.id = t.company_id
                  JOIN res_currency c ON c.id = o.currency_id
                  JOIN scenic_revenue_event e ON e.ticket_id = t.id
                                             AND e.recognition_id IS NOT NULL
                 WHERE t.vat_value <> 0
                   AND t.id IN (SELECT x.ticket_id FROM scenic_revenue_event x
                                 WHERE x.recognition_id = %(batch)s)
                 GROUP BY t.id, c.rounding) s) v
 WHERE due <> before
"""

RELEASED = """
SELECT account_id, amount < 0 AS back, SUM(amount), COUNT(*) FROM scenic_vat_release
 WHERE recognition_id = %s GROUP BY 1, 2 ORDER BY 1, 2
"""


def proof(company_id, account_id, day=None):
    """Return the statement whose rows are ``(section, id, ledger, tickets)``.

    ``total`` has the sums, every other row is something that does not agree: ``item``, the journal
    item of a sale or refund whose tax does not wait as its tickets say; ``batch``, a recognition
    that moved another tax than it released; ``stray``, a journal item that nothing explains.
    Credits are positive.
    """
    upto = SQL("AND l.date <= %s", day) if day else SQL()
    return SQL(
        """
WITH ledger AS MATERIALIZED (
    SELECT l.id, -l.balance AS credit, l.scenic_vat_line_id AS aml, l.scenic_recognition_id AS batch
      FROM account_move_line l
     WHERE l.company_id = %(company)s AND l.account_id = %(account)s
       AND l.parent_state = 'posted' %(upto)s
), said AS (
    SELECT v.aml, SUM(v.amount) AS amount FROM (
        SELECT origin_aml_id AS aml, SUM(vat_value) AS amount FROM scenic_ticket
         WHERE company_id = %(company)s AND vat_value <> 0 GROUP BY 1
        UNION ALL
        SELECT refund_aml_id, -SUM(refund_vat) FROM scenic_ticket
         WHERE company_id = %(company)s AND refund_vat <> 0 GROUP BY 1) v
      JOIN account_move_line l ON l.id = v.aml AND l.parent_state = 'posted' %(upto)s
     GROUP BY 1
), released AS (
    SELECT r.recognition_id AS batch, -SUM(r.amount) AS amount FROM scenic_vat_release r
      JOIN scenic_recognition b ON b.id = r.recognition_id AND b.company_id = %(company)s
      JOIN account_move l ON l.id = b.move_id AND l.state = 'posted' %(upto)s
     GROUP BY 1
), items AS (
    SELECT aml, SUM(credit) AS credit FROM ledger
     WHERE aml IS NOT NULL AND batch IS NULL GROUP BY 1
), batches AS (
    SELECT batch, SUM(credit) AS credit FROM ledger WHERE batch IS NOT NULL GROUP BY 1
)
SELECT 'total' AS section, NULL::int AS id,
       COALESCE((SELECT SUM(credit) FROM ledger), 0) AS ledger,
       COALESCE((SELECT SUM(amount) FROM said), 0)
       + COALESCE((SELECT SUM(amount) FROM released), 0) AS tickets
UNION ALL
SELECT 'item', COALESCE(i.aml, s.aml), COALESCE(i.credit, 0), COALESCE(s.amount, 0)
  FROM items i FULL JOIN said s ON s.aml = i.aml
 WHERE COALESCE(i.credit, 0) <> COALESCE(s.amount, 0)
UNION ALL
SELECT 'batch', COALESCE(b.batch, r.batch), COALESCE(b.credit, 0), COALESCE(r.amount, 0)
  FROM batches b FULL JOIN released r ON r.batch = b.batch
 WHERE COALESCE(b.credit, 0) <> COALESCE(r.amount, 0)
UNION ALL
SELECT 'stray', id, credit, 0 FROM ledger WHERE aml IS NULL AND batch IS NULL AND credit <> 0
""",
        company=company_id,
        account=account_id,
        upto=upto,
    )
