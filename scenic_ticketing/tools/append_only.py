"""Tables that the database itself keeps from being rewritten."""

from odoo.tools import SQL

_FUNCTION = """
CREATE OR REPLACE FUNCTION scenic_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME,
        MESSAGE = TG_TABLE_NAME || ' is append-only: rows are never changed or deleted';
END $$
"""


def protect(cr, table):
    """Refuse every UPDATE, DELETE and TRUNCATE of ``table``, whoever asks for it."""
    cr.execute(SQL(_FUNCTION))
    for name, event, level in (
        ("rows", SQL("UPDATE OR DELETE"), SQL("ROW")),
        ("whole", SQL("TRUNCATE"), SQL("STATEMENT")),
    ):
        cr.execute(
            SQL(
                """CREATE OR REPLACE TRIGGER %s BEFORE %s ON %s FOR EACH %s
                   EXECUTE FUNCTION scenic_append_only()""",
                SQL.identifier(f"{table}_append_only_{name}"),
                event,
                SQL.identifier(table),
                level,
            )
        )
