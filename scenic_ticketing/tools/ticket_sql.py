"""What PostgreSQL itself enforces about tickets."""

# What gates and books rely on never changes after the sale, whoever writes, with three exceptions:
# a copy may be superseded (gen grows, and only then may alias and code change), a code that is
# missing may be signed later or names another time because the park moved the visit, and a group
# may shrink: fewer persons with the same rights each, never below what was used.
_FREEZE = """
CREATE OR REPLACE FUNCTION scenic_ticket_freeze() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    zone text;
    fits boolean;
BEGIN
    fits := (OLD.kid, OLD.serial, OLD.uid, OLD.company_id)
            IS NOT DISTINCT FROM (NEW.kid, NEW.serial, NEW.uid, NEW.company_id)
        AND NEW.gen >= OLD.gen
        AND (NEW.gen > OLD.gen
             OR (NEW.alias = OLD.alias AND (
                 OLD.code IS NULL OR NEW.code = OLD.code
                 OR (OLD.visit_date, OLD.slot_start, OLD.slot_len)
                    IS DISTINCT FROM (NEW.visit_date, NEW.slot_start, NEW.slot_len))));
    IF fits AND (OLD.rights, OLD.rights_total, OLD.pax)
               IS DISTINCT FROM (NEW.rights, NEW.rights_total, NEW.pax) THEN
        fits := COALESCE(NEW.pax BETWEEN 1 AND OLD.pax - 1, FALSE)
            AND NEW.rights ?& ARRAY(SELECT jsonb_object_keys(OLD.rights))
            AND OLD.rights ?& ARRAY(SELECT jsonb_object_keys(NEW.rights))
            AND NOT EXISTS (
                SELECT 1 FROM jsonb_each_text(OLD.rights) o
                 WHERE (NEW.rights ->> o.key)::int * OLD.pax
                       IS DISTINCT FROM o.value::int * NEW.pax)
            AND NEW.rights_total = (
                SELECT CASE WHEN bool_or(n.value::int = 0) THEN 0 ELSE SUM(n.value::int) END
                  FROM jsonb_each_text(NEW.rights) n);
    END IF;
    IF NOT COALESCE(fits, FALSE) THEN
        RAISE EXCEPTION 'scenic: identity, rights and company of ticket % are frozen', OLD.id
            USING ERRCODE = 'check_violation', TABLE = 'scenic_ticket',
                  CONSTRAINT = 'scenic_ticket_frozen';
    END IF;
    IF NEW.pax < OLD.pax THEN
        SELECT r.zone_id::text INTO zone FROM scenic_redemption r
         WHERE r.ticket_id = OLD.id AND (NEW.rights ->> r.zone_id::text)::int > 0
         GROUP BY r.zone_id
        HAVING SUM(CASE r.kind WHEN 'use' THEN 1 ELSE -1 END)
               > (NEW.rights ->> r.zone_id::text)::int
         LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'scenic: ticket % has more uses in zone % than it would keep',
                OLD.id, zone
                USING ERRCODE = 'check_violation', TABLE = 'scenic_ticket',
                      CONSTRAINT = 'scenic_ticket_shrink';
        END IF;
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS scenic_ticket_freeze ON scenic_ticket;
CREATE TRIGGER scenic_ticket_freeze
    BEFORE UPDATE OF kid, serial, uid, gen, alias, code, rights, rights_total, pax, company_id
    ON scenic_ticket
    FOR EACH ROW WHEN (
        (OLD.kid, OLD.serial, OLD.uid, OLD.gen, OLD.alias, OLD.code, OLD.rights, OLD.rights_total,
         OLD.pax, OLD.company_id)
        IS DISTINCT FROM
        (NEW.kid, NEW.serial, NEW.uid, NEW.gen, NEW.alias, NEW.code, NEW.rights, NEW.rights_total,
         NEW.pax, NEW.company_id)
    ) EXECUTE FUNCTION scenic_ticket_freeze();
"""

# the money of a void ticket has gone back, or may any time: it never opens a gate again
_VOID_STAYS = """
CREATE OR REPLACE FUNCTION scenic_ticket_void_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'scenic: ticket % is void and stays void', OLD.id
        USING ERRCODE = 'check_violation', TABLE = 'scenic_ticket',
              CONSTRAINT = 'scenic_ticket_void_stays';
END $$;
DROP TRIGGER IF EXISTS scenic_ticket_void_stays ON scenic_ticket;
CREATE TRIGGER scenic_ticket_void_stays
    BEFORE UPDATE OF state ON scenic_ticket
    FOR EACH ROW WHEN (OLD.state = 'void' AND NEW.state IS DISTINCT FROM 'void')
    EXECUTE FUNCTION scenic_ticket_void_stays();
"""

# serials must be cheap and may have gaps: a no-gap sequence would queue all windows
_SERIAL = """
CREATE SEQUENCE IF NOT EXISTS scenic_ticket_serial AS integer START 1 NO CYCLE
"""

# every passage changes a ticket once: room in its page keeps that out of the indexes
_ROOM = "ALTER TABLE scenic_ticket SET (fillfactor = 85)"

# what was done to a ticket is told once and never rewritten
_EVENT_APPEND_ONLY = """
CREATE OR REPLACE FUNCTION scenic_ticket_event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'scenic: the history of a ticket is never changed or removed'
        USING ERRCODE = 'check_violation', TABLE = 'scenic_ticket_event',
              CONSTRAINT = 'scenic_ticket_event_append_only';
END $$;
DROP TRIGGER IF EXISTS scenic_ticket_event_append_only ON scenic_ticket_event;
CREATE TRIGGER scenic_ticket_event_append_only
    BEFORE UPDATE OR DELETE ON scenic_ticket_event
    FOR EACH ROW EXECUTE FUNCTION scenic_ticket_event_append_only();
DROP TRIGGER IF EXISTS scenic_ticket_event_no_truncate ON scenic_ticket_event;
CREATE TRIGGER scenic_ticket_event_no_truncate
    BEFORE TRUNCATE ON scenic_ticket_event
    FOR EACH STATEMENT EXECUTE FUNCTION scenic_ticket_event_append_only();
"""


def install(cr):
    """Create or renew the triggers and sequences of tickets; may run any number of times."""
    cr.execute(_SERIAL)
    cr.execute(_FREEZE)
    cr.execute(_VOID_STAYS)
    cr.execute(_ROOM)


def install_events(cr):
    """Create or renew the trigger of the history of tickets; may run any number of times."""
    cr.execute(_EVENT_APPEND_ONLY)


def next_serials(cr, count):
    """Return ``count`` new serials in one round trip."""
    cr.execute("SELECT nextval('scenic_ticket_serial') FROM generate_series(1, %s)", [count])
    return [row[0] for row in cr.fetchall()]


def taken_aliases(cr, aliases):
    """Return which of these numbers a ticket has, or an old copy of one still carries."""
    cr.execute(
        "SELECT alias FROM scenic_ticket WHERE alias = ANY(%(aliases)s)"
        " UNION ALL"
        " SELECT old_alias FROM scenic_ticket_event WHERE old_alias = ANY(%(aliases)s)",
        {"aliases": list(aliases)},
    )
    return {alias for (alias,) in cr.fetchall()}
