"""What PostgreSQL itself enforces about tickets."""

# what gates and books rely on never changes after the sale, whoever writes
_FREEZE = """
CREATE OR REPLACE FUNCTION scenic_ticket_freeze() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'scenic: identity, rights and company of ticket % are frozen', OLD.id
        USING ERRCODE = 'check_violation', TABLE = 'scenic_ticket',
              CONSTRAINT = 'scenic_ticket_frozen';
END $$;
DROP TRIGGER IF EXISTS scenic_ticket_freeze ON scenic_ticket;
CREATE TRIGGER scenic_ticket_freeze
    BEFORE UPDATE OF kid, serial, rights, rights_total, company_id ON scenic_ticket
    FOR EACH ROW WHEN (
        (OLD.kid, OLD.serial, OLD.rights, OLD.rights_total, OLD.company_id)
        IS DISTINCT FROM (NEW.kid, NEW.serial, NEW.rights, NEW.rights_total, NEW.company_id)
    ) EXECUTE FUNCTION scenic_ticket_freeze();
"""

# serials must be cheap and may have gaps: a no-gap sequence would queue all windows
_SERIAL = """
CREATE SEQUENCE IF NOT EXISTS scenic_ticket_serial AS integer START 1 NO CYCLE
"""

# every passage changes a ticket once: room in its page keeps that out of the indexes
_ROOM = "ALTER TABLE scenic_ticket SET (fillfactor = 85)"


def install(cr):
    """Create or renew the triggers and sequences of tickets; may run any number of times."""
    cr.execute(_SERIAL)
    cr.execute(_FREEZE)
    cr.execute(_ROOM)


def next_serials(cr, count):
    """Return ``count`` new serials in one round trip."""
    cr.execute("SELECT nextval('scenic_ticket_serial') FROM generate_series(1, %s)", [count])
    return [row[0] for row in cr.fetchall()]
