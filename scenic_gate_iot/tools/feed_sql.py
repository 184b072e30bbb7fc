"""The change feed of tickets: its table, and the triggers that no writer can go round."""

from odoo.tools import SQL

# ``no`` is given at publication (see scenic.ticket.change). ``source`` names the journal
# ("box:epoch") whose report caused the change and who therefore need not hear of it.
_TABLE = """
CREATE TABLE IF NOT EXISTS scenic_ticket_change (
    id bigserial PRIMARY KEY,
    ticket_id int NOT NULL REFERENCES scenic_ticket (id) ON DELETE CASCADE,
    site_id int NOT NULL,
    source varchar,
    no bigint
);
CREATE INDEX IF NOT EXISTS scenic_ticket_change_site_no
    ON scenic_ticket_change (site_id, no) WHERE no IS NOT NULL;
CREATE INDEX IF NOT EXISTS scenic_ticket_change_new ON scenic_ticket_change (id) WHERE no IS NULL;
CREATE INDEX IF NOT EXISTS scenic_ticket_change_ticket ON scenic_ticket_change (ticket_id);
CREATE SEQUENCE IF NOT EXISTS scenic_ticket_change_no;
"""

_TICKET_SOLD = """
CREATE OR REPLACE FUNCTION scenic_gate_ticket_sold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO scenic_ticket_change (ticket_id, site_id) SELECT id, site_id FROM fresh;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER scenic_gate_ticket_sold
    AFTER INSERT ON scenic_ticket REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION scenic_gate_ticket_sold();
"""

# "used" and "expired" are no news for a box: it counts uses and knows the date itself.
_TICKET_CHANGED = """
CREATE OR REPLACE FUNCTION scenic_gate_ticket_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO scenic_ticket_change (ticket_id, site_id)
    SELECT n.id, n.site_id FROM after n JOIN before o ON o.id = n.id
     WHERE (n.gen, n.alias, n.visit_date, n.valid_days, n.pax, n.rights, n.entrances, n.flags,
            n.state = 'void')
           IS DISTINCT FROM
           (o.gen, o.alias, o.visit_date, o.valid_days, o.pax, o.rights, o.entrances, o.flags,
            o.state = 'void');
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER scenic_gate_ticket_changed
    AFTER UPDATE ON scenic_ticket REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION scenic_gate_ticket_changed();
"""

_TICKET_USED = """
CREATE OR REPLACE FUNCTION scenic_gate_ticket_used() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO scenic_ticket_change (ticket_id, site_id, source)
    SELECT DISTINCT t.id, t.site_id, substring(f.source_ref FROM '^([0-9]+:[0-9a-f]{16}):')
      FROM fresh f JOIN scenic_ticket t ON t.id = f.ticket_id;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER scenic_gate_ticket_used
    AFTER INSERT ON scenic_redemption REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION scenic_gate_ticket_used();
"""


def install(cr):
    """Create or renew the table and its triggers; may run any number of times."""
    for statement in (_TABLE, _TICKET_SOLD, _TICKET_CHANGED, _TICKET_USED):
        cr.execute(SQL(statement))
