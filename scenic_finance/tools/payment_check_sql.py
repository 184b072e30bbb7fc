"""What is wrong between the payments of the windows and the ledger."""

from odoo.tools import SQL


def unbooked(company_id, since, until):
    """Return (session, method, taken, booked) of closed sessions whose money is not in the ledger.

    What a session took through a method must have left its receivable: by a payment of the bank,
    or by a line of the cash book.
    """
    return SQL(
        """
        WITH session AS (
            SELECT s.id FROM pos_session s JOIN pos_config c ON c.id = s.config_id
             WHERE c.company_id = %(company)s AND s.state = 'closed'
               AND s.stop_at >= %(since)s AND s.stop_at < %(until)s
        ), taken AS (
            SELECT p.session_id, p.payment_method_id, SUM(p.amount) AS amount
              FROM pos_payment p
              JOIN session s ON s.id = p.session_id
              JOIN pos_payment_method m ON m.id = p.payment_method_id
             WHERE m.journal_id IS NOT NULL
             GROUP BY 1, 2
        ), item AS NOT MATERIALIZED (
            SELECT l.move_id, -l.amount_currency AS amount
              FROM account_move_line l
              JOIN account_account a ON a.id = l.account_id
             WHERE l.parent_state = 'posted' AND a.account_type = 'asset_receivable'
        ), booked AS (
            SELECT b.pos_session_id AS session_id, b.pos_payment_method_id AS payment_method_id,
                   i.amount
              FROM account_payment b
              JOIN session s ON s.id = b.pos_session_id
              JOIN item i ON i.move_id = b.move_id
            UNION ALL
            SELECT b.pos_session_id, m.id, i.amount
              FROM account_bank_statement_line b
              JOIN session s ON s.id = b.pos_session_id
              JOIN account_move v ON v.id = b.move_id
              JOIN pos_payment_method m ON m.journal_id = v.journal_id AND m.is_cash_count
              JOIN item i ON i.move_id = b.move_id
        )
        SELECT t.session_id, t.payment_method_id, t.amount, COALESCE(SUM(b.amount), 0)
          FROM taken t
          LEFT JOIN booked b USING (session_id, payment_method_id)
         GROUP BY 1, 2, 3
        HAVING ABS(t.amount - COALESCE(SUM(b.amount), 0)) >= 0.005
         ORDER BY 1, 2
        """,
        company=company_id,
        since=since,
        until=until,
    )


def orphans(company_id, since, until):
    """Return (what, id, name, amount) of payments, shifts and entries whose session is gone."""
    return SQL(
        """
        SELECT 'payment', p.id, COALESCE(o.name, p.name, p.uuid), p.amount
          FROM pos_payment p
          LEFT JOIN pos_order o ON o.id = p.pos_order_id
          LEFT JOIN pos_session s ON s.id = p.session_id
         WHERE p.company_id = %(company)s AND p.payment_date >= %(since)s
           AND p.payment_date < %(until)s AND (s.id IS NULL OR o.id IS NULL)
           AND p.payment_method_id IN (
               SELECT id FROM pos_payment_method WHERE company_id = %(company)s)
        UNION ALL
        SELECT 'shift', h.id, h.name, h.order_total
          FROM scenic_shift h LEFT JOIN pos_session s ON s.id = h.session_id
         WHERE h.company_id = %(company)s AND h.opened_at >= %(since)s
           AND h.opened_at < %(until)s AND s.id IS NULL
        UNION ALL
        SELECT 'move', v.id, v.name, b.amount
          FROM account_payment b
          JOIN account_move v ON v.id = b.move_id
          LEFT JOIN pos_session s ON s.id = b.pos_session_id
         WHERE v.company_id = %(company)s AND b.pos_session_id IS NOT NULL AND s.id IS NULL
           AND v.date >= %(since)s::date - 1 AND v.date <= %(until)s::date
         ORDER BY 1, 2
        """,
        company=company_id,
        since=since,
        until=until,
    )


def missing_numbers(company_id, since, until, shared):
    """Return the numbers that no session has, between those opened in a time.

    The numbers run through all windows of a company, or of all companies (``shared``).
    """
    return SQL(
        """
        WITH session AS (
            SELECT substring(s.name FROM '(\\d{1,9})$')::int AS number,
                   c.company_id = %(company)s AND s.start_at >= %(since)s
                   AND s.start_at < %(until)s AS chosen
              FROM pos_session s JOIN pos_config c ON c.id = s.config_id
             WHERE (c.company_id = %(company)s OR %(shared)s) AND s.name ~ '\\d$'
        ), ends AS (
            SELECT MIN(number) AS first, MAX(number) AS last FROM session WHERE chosen
        )
        SELECT n FROM ends, generate_series(first, LEAST(last, first + 100000)) n
        EXCEPT
        SELECT number FROM session
         ORDER BY 1 LIMIT 50
        """,
        company=company_id,
        since=since,
        until=until,
        shared=shared,
    )


def cash_differences(company_id, since, until):
    """Return (session, what its shifts counted as difference, what the ledger has)."""
    return SQL(
        """
        WITH session AS (
            SELECT s.id FROM pos_session s JOIN pos_config c ON c.id = s.config_id
             WHERE c.company_id = %(company)s AND s.state = 'closed'
               AND s.stop_at >= %(since)s AND s.stop_at < %(until)s
        ), counted AS (
            SELECT h.session_id,
                   SUM(l.counted - l.expected)
                   + SUM(CASE WHEN h.previous_id IS NULL THEN 0
                              ELSE h.opening_float - h.expected_float END) AS amount
              FROM scenic_shift h
              JOIN session s ON s.id = h.session_id
              JOIN scenic_shift_line l ON l.shift_id = h.id AND l.is_cash
             GROUP BY 1
        ), booked AS (
            SELECT b.pos_session_id AS session_id, SUM(b.amount) AS amount
              FROM account_bank_statement_line b
              JOIN session s ON s.id = b.pos_session_id
              JOIN account_move v ON v.id = b.move_id
              JOIN account_journal j ON j.id = v.journal_id
             WHERE EXISTS (
                   SELECT FROM account_move_line i WHERE i.move_id = b.move_id
                      AND i.account_id IN (j.profit_account_id, j.loss_account_id))
             GROUP BY 1
        )
        SELECT c.session_id, c.amount, COALESCE(b.amount, 0)
          FROM counted c LEFT JOIN booked b USING (session_id)
         WHERE ABS(c.amount - COALESCE(b.amount, 0)) >= 0.005
         ORDER BY 1
        """,
        company=company_id,
        since=since,
        until=until,
    )


def openings(company_id, since, until):
    """Return (session, expected, found) where a drawer was opened with another sum than was left.

    Odoo books nothing of it: what was put in or is missing is in no account.
    """
    return SQL(
        """
        SELECT h.session_id, h.expected_float, h.opening_float
          FROM scenic_shift h
         WHERE h.company_id = %s AND h.previous_id IS NULL
           AND h.opened_at >= %s AND h.opened_at < %s
           AND ABS(h.opening_float - h.expected_float) >= 0.005
         ORDER BY h.session_id
        """,
        company_id,
        since,
        until,
    )
