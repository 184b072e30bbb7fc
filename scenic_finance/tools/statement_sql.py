"""The statements of statements: rows in and answers out, thousands at once."""

from odoo.tools import SQL

# type of each column of a line that is written in bulk
_TYPES = {
    "id": "int",
    "place": "int",
    "order_no": "varchar",
    "item_no": "varchar",
    "ref": "varchar",
    "kind": "varchar",
    "status": "varchar",
    "day": "date",
    "amount": "numeric",
    "fee": "numeric",
    "net": "numeric",
    "quantity": "int",
    "text": "varchar",
    "kind_text": "varchar",
    "status_text": "varchar",
    "code": "varchar",
    "our_amount": "numeric",
    "difference": "numeric",
    "double_of_id": "int",
    "is_key": "bool",
    "resolution": "varchar",
    "user_id": "int",
    "note": "varchar",
}


def _unnest(columns):
    arrays = [SQL("%s::%s[]", list(values), SQL(_TYPES[name])) for name, values in columns.items()]
    names = SQL(", ").join(SQL.identifier(name) for name in columns)
    return SQL("unnest(%s) AS v(%s)", SQL(", ").join(arrays), names), names


def money(units, unit):
    """Return amounts in the smallest unit of a currency as amounts, thousands at once."""
    scale = round(1 / unit) if unit < 1 else 0
    if scale and abs(scale * unit - 1) < 1e-9:
        return [number / scale for number in units]
    return [number * unit for number in units]


def new_ids(env, table, count):
    """Return ids for rows that are going to be inserted."""
    env.cr.execute(
        "SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [f"{table}_id_seq", count]
    )
    return [row_id for (row_id,) in env.cr.fetchall()]


def insert(env, table, columns, constants):
    """Insert rows given as columns; ``constants`` are the same for all. Returns their ids."""
    source, names = _unnest(columns)
    constants = {
        **constants,
        "create_uid": env.uid,
        "write_uid": env.uid,
        "create_date": env.cr.now(),
        "write_date": env.cr.now(),
    }
    env.cr.execute(
        SQL(
            "INSERT INTO %s (%s, %s) SELECT %s, %s FROM %s RETURNING id",
            SQL.identifier(table),
            names,
            SQL(", ").join(SQL.identifier(name) for name in constants),
            names,
            SQL(", ").join(SQL("%s", value) for value in constants.values()),
            source,
        )
    )
    return [row_id for (row_id,) in env.cr.fetchall()]


def answer(env, table, columns):
    """Write what became of rows; what a person decided stays where the answer is the same."""
    source, _names = _unnest(columns)
    env.cr.execute(
        SQL(
            """
UPDATE %s l
   SET code = v.code, our_amount = v.our_amount, difference = v.difference,
       double_of_id = v.double_of_id, is_key = v.is_key,
       resolution = CASE WHEN v.resolution IS NULL THEN NULL
                         WHEN l.code = v.code AND l.difference = v.difference
                         THEN COALESCE(l.resolution, v.resolution) ELSE v.resolution END,
       user_id = CASE WHEN v.resolution IS NULL THEN NULL ELSE COALESCE(l.user_id, v.user_id) END
  FROM %s WHERE l.id = v.id
""",
            SQL.identifier(table),
            source,
        )
    )


def rows(env, table, statement_id):
    """Return the rows of a statement as they were read, in their order."""
    env.cr.execute(
        SQL(
            "SELECT id, order_no, item_no, kind, amount, fee, status FROM %s"
            " WHERE statement_id = %s AND origin = 'theirs' ORDER BY place, id",
            SQL.identifier(table),
            statement_id,
        )
    )
    return env.cr.fetchall()


def take_ours(env, table, statement_id):
    """Remove the rows that only we had; returns what was decided of them, by order and kind."""
    env.cr.execute(
        SQL(
            "DELETE FROM %s WHERE statement_id = %s AND origin = 'ours'"
            " RETURNING order_no, kind, difference, resolution, user_id, note",
            SQL.identifier(table),
            statement_id,
        )
    )
    return {(row[0], row[1], float(row[2])): row[3:] for row in env.cr.fetchall()}


def totals(env, table, statement_ids):
    """Return one row for each statement and answer: count and sums, and how many are open."""
    env.cr.execute(
        SQL(
            """
SELECT statement_id, code, COUNT(*) AS rows, SUM(amount) AS amount, SUM(fee) AS fee,
       SUM(net) AS net, SUM(our_amount) AS ours, SUM(difference) AS difference,
       COUNT(*) FILTER (WHERE resolution = 'open') AS open,
       SUM(ABS(difference)) FILTER (WHERE resolution = 'open') AS open_amount
  FROM %s WHERE statement_id = ANY(%s) GROUP BY 1, 2
""",
            SQL.identifier(table),
            list(statement_ids),
        )
    )
    return env.cr.dictfetchall()
