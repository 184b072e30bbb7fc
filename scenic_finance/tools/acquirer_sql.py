"""What the windows took through an acquirer, as the database has it."""

from odoo.tools import SQL

_COLUMNS = {
    "place": "int4",
    "key": "varchar",
    "kind": "varchar",
    "ref": "varchar",
    "acquirer_ref": "varchar",
    "at": "timestamp",
    "amount": "numeric",
    "our_amount": "numeric",
    "fee": "numeric",
    "expected_fee": "numeric",
    "code": "varchar",
    "by_time": "bool",
    "pos_payment_id": "int4",
    "attempt_id": "int4",
    "session_id": "int4",
    "note": "varchar",
}


def payments(company_id, method_ids, since, until):
    """Return the payments that no statement has settled yet, with every number they are known by.

    ``settles`` lines of statements that are not cancelled took theirs out of the list for ever.
    """
    return SQL(
        """
        SELECT p.id, p.session_id, p.amount, p.payment_date, p.payment_ref_no, p.transaction_id,
               a.id AS attempt_id, a.ref, a.refund_ref, a.acquirer_ref, a.kind,
               EXISTS (
               SELECT FROM scenic_acquirer_statement_line l
                 JOIN scenic_acquirer_statement s ON s.id = l.statement_id
                WHERE l.pos_payment_id = p.id AND s.state <> 'cancelled') AS is_asked
          FROM pos_payment p
          LEFT JOIN scenic_pay_attempt a ON a.pos_payment_id = p.id
         WHERE p.company_id = %s AND p.payment_method_id = ANY(%s)
           AND p.payment_date >= %s AND p.payment_date < %s AND p.amount <> 0
           AND NOT EXISTS (
               SELECT FROM scenic_acquirer_statement_line l
                 JOIN scenic_acquirer_statement s ON s.id = l.statement_id
                WHERE l.pos_payment_id = p.id AND s.state <> 'cancelled'
                  AND (l.code NOT IN ('missing_there', 'status') OR l.resolution = 'book'))
         ORDER BY p.id
        """,
        company_id,
        list(method_ids),
        since,
        until,
    )


def known_numbers(company_id, numbers):
    """Return (number, payment id, attempt id, session id) of numbers that we gave at any time."""
    return SQL(
        """
        SELECT a.ref, p.id, a.id, a.session_id
          FROM scenic_pay_attempt a LEFT JOIN pos_payment p ON p.id = a.pos_payment_id
         WHERE a.company_id = %(company)s AND a.kind = 'pay' AND a.ref = ANY(%(numbers)s)
         UNION ALL
        SELECT a.acquirer_ref, p.id, a.id, a.session_id
          FROM scenic_pay_attempt a LEFT JOIN pos_payment p ON p.id = a.pos_payment_id
         WHERE a.company_id = %(company)s AND a.kind = 'pay' AND a.acquirer_ref = ANY(%(numbers)s)
         UNION ALL
        SELECT transaction_id, id, NULL, session_id FROM pos_payment
         WHERE company_id = %(company)s AND transaction_id = ANY(%(numbers)s)
         UNION ALL
        SELECT payment_ref_no, id, NULL, session_id FROM pos_payment
         WHERE company_id = %(company)s AND payment_ref_no = ANY(%(numbers)s)
        """,
        company=company_id,
        numbers=list(numbers),
    )


def listed_before(acquirer_id, keys):
    """Return the (key, kind) of rows that an earlier statement of the acquirer had."""
    return SQL(
        """
        SELECT DISTINCT l.key, l.kind
          FROM scenic_acquirer_statement_line l
          JOIN scenic_acquirer_statement s ON s.id = l.statement_id
         WHERE l.acquirer_id = %s AND l.key = ANY(%s) AND s.state <> 'cancelled'
           AND l.code NOT IN ('missing_there', 'ignored')
        """,
        acquirer_id,
        list(keys),
    )


def insert_lines(statement_id, acquirer_id, company_id, user_id, lines):
    """Store the rows of a statement, dicts of the columns above, at once: a day has 20,000."""
    names = SQL(", ").join(SQL.identifier(name) for name in _COLUMNS)
    arrays = SQL(", ").join(
        SQL(
            "%s::%s[]",
            # False is no value, but for the one column that is yes or no
            [line[name] if kind in ("bool", "numeric") else line[name] or None for line in lines],
            SQL.identifier(kind),
        )
        for name, kind in _COLUMNS.items()
    )
    return SQL(
        """
        INSERT INTO scenic_acquirer_statement_line (
               statement_id, acquirer_id, company_id, create_uid, create_date, write_uid,
               write_date, difference, %(names)s)
        SELECT %(statement)s, %(acquirer)s, %(company)s, %(user)s, now() AT TIME ZONE 'UTC',
               %(user)s, now() AT TIME ZONE 'UTC', row.amount - row.our_amount, row.*
          FROM unnest(%(arrays)s) AS row (%(names)s)
        """,
        names=names,
        arrays=arrays,
        statement=statement_id,
        acquirer=acquirer_id,
        company=company_id,
        user=user_id,
    )
