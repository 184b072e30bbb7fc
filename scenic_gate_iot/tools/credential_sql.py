"""Changes of cards and holders are changes of their tickets, for boxes that read such things."""

from odoo.tools import SQL

_CREDENTIAL = """
CREATE OR REPLACE FUNCTION scenic_gate_credential_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO scenic_ticket_change (ticket_id, site_id)
    SELECT t.id, t.site_id FROM scenic_ticket t
     WHERE t.id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.ticket_id END,
                    CASE WHEN TG_OP <> 'DELETE' THEN NEW.ticket_id END);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER scenic_gate_credential_changed
    AFTER INSERT OR UPDATE OR DELETE ON scenic_credential
    FOR EACH ROW EXECUTE FUNCTION scenic_gate_credential_changed();
"""

_HOLDER = """
CREATE OR REPLACE TRIGGER scenic_gate_ticket_holder
    AFTER UPDATE OF holder_id ON scenic_ticket
    FOR EACH ROW WHEN (OLD.holder_id IS DISTINCT FROM NEW.holder_id)
    EXECUTE FUNCTION scenic_gate_ticket_changed();
"""


def install(cr):
    """Create or renew the triggers; may run any number of times."""
    for statement in (_CREDENTIAL, _HOLDER):
        cr.execute(SQL(statement))
