"""What PostgreSQL enforces about closed periods: nothing of them changes, is added or removed."""

from odoo.tools import SQL

# of a closed period only this is ever written: that a later version took its place
_FROZEN = """
CREATE OR REPLACE FUNCTION scenic_close_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    parent text := TG_ARGV[0];
    link text := TG_ARGV[1];
    later text[] := ARRAY['reopened_at', 'reopened_by_id', 'reopen_reason', 'is_replaced',
                          'write_uid', 'write_date', 'message_main_attachment_id'];
    closed boolean := FALSE;
BEGIN
    IF parent = TG_TABLE_NAME THEN
        closed := OLD.state = 'closed';
        IF closed AND TG_OP = 'UPDATE' AND to_jsonb(OLD) - later = to_jsonb(NEW) - later
           AND OLD.reopened_at IS NULL
        THEN
            closed := FALSE;
        END IF;
    ELSE
        EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE state = ''closed'' AND id IN ($1, $2))',
                       parent)
           INTO closed
          USING CASE WHEN TG_OP = 'INSERT' THEN NULL
                     ELSE (to_jsonb(OLD) ->> link)::int END,
                CASE WHEN TG_OP = 'DELETE' THEN NULL
                     ELSE (to_jsonb(NEW) ->> link)::int END;
    END IF;
    IF closed THEN
        RAISE EXCEPTION 'scenic: a closed period stays as it is'
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME,
                  CONSTRAINT = 'scenic_close_frozen';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE OR REPLACE FUNCTION scenic_close_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'scenic: closed periods are never removed'
        USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME,
              CONSTRAINT = 'scenic_close_frozen';
END $$;
"""

_TRIGGERS = """
CREATE OR REPLACE TRIGGER %(rows)s BEFORE %(events)s ON %(table)s
    FOR EACH ROW EXECUTE FUNCTION scenic_close_frozen(%(parent)s, %(link)s);
CREATE OR REPLACE TRIGGER %(whole)s BEFORE TRUNCATE ON %(table)s
    FOR EACH STATEMENT EXECUTE FUNCTION scenic_close_no_truncate();
"""


def freeze(cr, table, parent, link="id"):
    """Keep the rows of ``table`` as they are once the ``parent`` row they belong to is closed."""
    cr.execute(_FROZEN)
    own = table == parent
    name = f"{table}_frozen_{parent}" if not own else f"{table}_frozen"
    cr.execute(
        SQL(
            _TRIGGERS,
            rows=SQL.identifier(name[:60]),
            whole=SQL.identifier(f"{table}_no_truncate"),
            table=SQL.identifier(table),
            events=SQL("UPDATE OR DELETE") if own else SQL("INSERT OR UPDATE OR DELETE"),
            parent=parent,
            link=link,
        )
    )
