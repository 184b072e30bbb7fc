"""Rows by SQL alone: the floor of the write-back, and ledgers filled with millions of rows."""

import secrets
import time

from psycopg2 import sql
from psycopg2.extras import RealDictCursor
from scenic_park import databases

FACTS, USES = "scenic_gate_fact", "scenic_redemption"


def columns(connection, table: str) -> dict[str, str]:
    """Return the columns of a table with their types, without the id."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
            " AND attname <> 'id' ORDER BY attnum",
            [table],
        )
        return dict(cursor.fetchall())


def _latest(connection, table: str, count: int) -> list[dict]:
    with connection.cursor(cursor_factory=RealDictCursor) as cursor:
        query = sql.SQL("SELECT * FROM {} ORDER BY id DESC LIMIT %s")
        cursor.execute(query.format(sql.Identifier(table)), [count])
        return [dict(row) for row in cursor.fetchall()][::-1]


def _uids(connection, ids: list[int]) -> dict[int, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, uid FROM scenic_ticket WHERE id = ANY(%s)", [ids])
        return dict(cursor.fetchall())


def passages_like_last(connection, tickets: list) -> dict[str, list[dict]]:
    """Return the rows that a report of these tickets would store, copied from the last report."""
    epoch = secrets.token_hex(8)
    uses = _latest(connection, USES, len(tickets))
    facts = _latest(connection, FACTS, 2 * len(tickets))
    uid_of = _uids(connection, [use["ticket_id"] for use in uses])
    ticket_of = {}
    for use, ticket in zip(uses, tickets, strict=True):
        ticket_of[uid_of[use["ticket_id"]]] = ticket
        use |= {"ticket_id": ticket.id, "source_ref": f"{epoch}:{ticket.id}"}
    for fact in facts:
        ticket = ticket_of[fact["uid"]]
        fact |= {"epoch": epoch, "uid": ticket.uid}
        if fact["code"]:
            fact["code"] = ticket.code
    return {FACTS: facts, USES: uses}


def timed_insert(connection, tables: dict[str, list[dict]]) -> float:
    """Insert rows by one statement a table, in one transaction; return the milliseconds."""
    statements = []
    for table, rows in tables.items():
        types = columns(connection, table)
        arrays = [[row[name] for row in rows] for name in types]
        statements.append((_insert(table, types), arrays))
    connection.autocommit = False
    with connection.cursor() as cursor:
        started = time.perf_counter()
        for statement, arrays in statements:
            cursor.execute(statement, arrays)
        connection.commit()
        taken = time.perf_counter() - started
    connection.autocommit = True
    return taken * 1000


def _insert(table: str, types: dict[str, str]) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, types))
    arrays = sql.SQL(", ").join(sql.SQL(f"%s::{kind}[]") for kind in types.values())
    return sql.SQL("INSERT INTO {} ({}) SELECT * FROM unnest({})").format(
        sql.Identifier(table), names, arrays
    )


def fill_ledger(name: str, uses: int, uses_each: int) -> None:
    """Make a park that had visitors for years: tickets with all their uses, copied from one."""
    with databases.connect(name) as connection, connection.cursor() as cursor:
        # triggers and foreign keys are for those who write; here the rows are known to be good
        cursor.execute("SET session_replication_role = replica")
        first = _clone_tickets(connection, cursor, uses // uses_each, uses_each)
        _clone_uses(connection, cursor, first, uses // uses_each, uses_each)
        cursor.execute("ANALYZE")
        cursor.execute("CHECKPOINT")


def fill_tickets(name: str, count: int) -> None:
    """Sell many tickets at once: copies of the newest, and their price on its journal item."""
    with databases.connect(name) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "SELECT origin_aml_id, net_value FROM scenic_ticket ORDER BY id DESC LIMIT 1"
        )
        item, value = cursor.fetchone()
        cursor.execute("SELECT rights_total FROM scenic_ticket ORDER BY id DESC LIMIT 1")
        (uses,) = cursor.fetchone()
        _clone_tickets(connection, cursor, count, uses, "valid")
        cursor.execute(
            "UPDATE account_move_line SET balance = balance - %s, credit = credit + %s"
            " WHERE id = %s",
            [value * count, value * count, item],
        )
        cursor.execute("VACUUM ANALYZE scenic_ticket")


def list_tickets(name: str, count: int) -> None:
    """Make many tickets like the newest, for gates to hear of."""
    with databases.connect(name) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        _clone_tickets(connection, cursor, count, 1, "valid")
        cursor.execute("VACUUM ANALYZE scenic_ticket")


def clone_tickets(connection, cursor, count: int, changed: dict) -> int:
    """Copy the newest ticket, other columns changed as well; returns the id of the first copy."""
    return _clone_tickets(connection, cursor, count, 1, "valid", changed)


def _clone_tickets(
    connection, cursor, count: int, uses_each: int, state: str = "used", more: dict | None = None
) -> int:
    cursor.execute("SELECT max(id) + 1 FROM scenic_ticket")
    (first,) = cursor.fetchone()
    changed = {
        "kid": "2000000000",
        "serial": "n",
        "uid": "to_hex(2000000000) || lpad(to_hex(n), 8, '0')",
        "alias": "'B' || lpad(n::text, 15, '0')",
        "code": "'ST1' || lpad(n::text, 151, 'A')",
        "state": f"'{state}'",
        "used_count": str(uses_each) if state == "used" else "0",
        "rights_total": str(uses_each),
        # a line has each of its tickets once
        "pos_order_line_id": "NULL",
        **(more or {}),
    }
    clone(connection, cursor, "scenic_ticket", changed, (count, 1), first)
    return first


def _clone_uses(connection, cursor, first: int, tickets: int, uses_each: int) -> None:
    cursor.execute("SELECT max(id) + 1 FROM scenic_redemption")
    (start,) = cursor.fetchone()
    changed = {
        "ticket_id": f"{first} + (n - 1) / {uses_each}",
        "use_no": f"(n - 1) %% {uses_each} + 1",
        "source_ref": "'bench:' || n",
        "happened_at": "t.happened_at - n * interval '1 second'",
        "received_at": "t.received_at - n * interval '1 second'",
    }
    clone(connection, cursor, "scenic_redemption", changed, (tickets, uses_each), start)


def clone(connection, cursor, table: str, changed: dict, size: tuple[int, int], first: int):
    """Copy the newest row of a table many times, some columns computed from the number `n`."""
    names = list(columns(connection, table))
    values = [changed.get(name) or f't."{name}"' for name in names]
    listed = ", ".join(f'"{name}"' for name in names)
    cursor.execute(
        f"INSERT INTO {table} (id, {listed}) SELECT %s + n - 1, {', '.join(values)}"
        f" FROM generate_series(1, %s) n,"
        f" (SELECT * FROM {table} WHERE id < %s ORDER BY id DESC LIMIT 1) t",
        [first, size[0] * size[1], first],
    )
    cursor.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")
