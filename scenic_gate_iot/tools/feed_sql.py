"""The change feed of tickets: its table, and the triggers that no writer can go round."""

from odoo.tools import SQL

# ``no`` is given at publication (see scenic.ticket.change). ``source`` names the journal
# ("box:epoch") whose report caused the change and who therefore need not hear of it. Every use
# of a right adds a row: no foreign key, as tickets are never deleted, and few indexes.
_TABLE = """
CREATE TABLE IF NOT EXISTS scenic_ticket_change (
    id bigserial PRIMARY KEY,
    ticket_id int NOT NULL,
    site_id int NOT NULL,
    source varchar,
    no bigint
);
CREATE INDEX IF NOT EXISTS scenic_ticket_change_site_no
    ON scenic_ticket_change (site_id, no) WHERE no IS NOT NULL;
CREATE INDEX IF NOT EXISTS scenic_ticket_change_new ON scenic_ticket_change (id) WHERE no IS NULL;
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

# "used" and "expired" are no news for a box: it counts uses and knows the date itself; "void",
# "blocked" and "held" are, and so is the end of a block or a hold. The condition is checked
# without calling the function, since every use updates its ticket.
_TICKET_CHANGED = """
CREATE OR REPLACE FUNCTION scenic_gate_ticket_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO scenic_ticket_change (ticket_id, site_id) VALUES (NEW.id, NEW.site_id);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER scenic_gate_ticket_changed
    AFTER UPDATE ON scenic_ticket
    FOR EACH ROW WHEN (
        (OLD.gen, OLD.alias, OLD.visit_date, OLD.valid_days, OLD.pax, OLD.rights, OLD.entrances,
         OLD.flags, OLD.slot_start, OLD.slot_len,
         CASE WHEN OLD.state IN ('void', 'blocked', 'held') THEN OLD.state END)
        IS DISTINCT FROM
        (NEW.gen, NEW.alias, NEW.visit_date, NEW.valid_days, NEW.pax, NEW.rights, NEW.entrances,
         NEW.flags, NEW.slot_start, NEW.slot_len,
         CASE WHEN NEW.state IN ('void', 'blocked', 'held') THEN NEW.state END)
    ) EXECUTE FUNCTION scenic_gate_ticket_changed();
"""

# An exit is news for other gates only where a ticket must have left before it enters again.
_TICKET_LEFT = """
CREATE OR REPLACE FUNCTION scenic_gate_ticket_left() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO scenic_ticket_change (ticket_id, site_id)
    SELECT NEW.id, NEW.site_id
      FROM product_template p JOIN scenic_policy r ON r.id = p.scenic_policy_id
     WHERE p.id = NEW.product_tmpl_id AND r.passback;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER scenic_gate_ticket_left
    AFTER UPDATE ON scenic_ticket
    FOR EACH ROW WHEN (OLD.exited_at IS DISTINCT FROM NEW.exited_at)
    EXECUTE FUNCTION scenic_gate_ticket_left();
"""

_TICKET_USED = """
CREATE OR REPLACE FUNCTION scenic_gate_ticket_used() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO scenic_ticket_change (ticket_id, site_id, source)
    SELECT DISTINCT f.ticket_id, z.site_id,
           CASE WHEN f.source_ref ~ '^[0-9]+:[0-9a-f]{16}:' THEN
                split_part(f.source_ref, ':', 1) || ':' || split_part(f.source_ref, ':', 2) END
      FROM fresh f JOIN scenic_zone z ON z.id = f.zone_id;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER scenic_gate_ticket_used
    AFTER INSERT ON scenic_redemption REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION scenic_gate_ticket_used();
"""


def install(cr):
    """Create or renew the table and its triggers; may run any number of times."""
    for statement in (_TABLE, _TICKET_SOLD, _TICKET_CHANGED, _TICKET_LEFT, _TICKET_USED):
        cr.execute(SQL(statement))
