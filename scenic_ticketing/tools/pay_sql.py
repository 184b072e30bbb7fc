"""What PostgreSQL enforces about payments by the customer's code, and how an attempt is claimed.

An attempt that is final stays as it is, but for the payment that it is booked with; its reference
and amount never change; refunds of a payment never exceed it.
"""

_LAWS = """
CREATE OR REPLACE FUNCTION scenic_pay_attempt_laws() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
       OR (OLD.ref, OLD.kind, OLD.amount, OLD.refund_ref, OLD.origin_id, OLD.account)
          IS DISTINCT FROM
          (NEW.ref, NEW.kind, NEW.amount, NEW.refund_ref, NEW.origin_id, NEW.account)
       OR (OLD.state IN ('paid', 'failed', 'reversed', 'refunded', 'refund_failed')
           AND OLD.state IS DISTINCT FROM NEW.state)
       OR (OLD.state = 'reversing' AND NEW.state NOT IN ('reversing', 'reversed', 'failed'))
       OR (OLD.pos_payment_id IS NOT NULL
           AND OLD.pos_payment_id IS DISTINCT FROM NEW.pos_payment_id) THEN
        RAISE EXCEPTION 'scenic: payment attempt % is settled and stays as it is', OLD.ref
            USING ERRCODE = 'check_violation', TABLE = 'scenic_pay_attempt',
                  CONSTRAINT = 'scenic_pay_attempt_settled';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS scenic_pay_attempt_laws ON scenic_pay_attempt;
CREATE TRIGGER scenic_pay_attempt_laws BEFORE UPDATE OR DELETE ON scenic_pay_attempt
    FOR EACH ROW EXECUTE FUNCTION scenic_pay_attempt_laws();
"""

_COLUMNS = (
    "state",
    "begun",
    "due",
    "tries",
    "step",
    "claimed_until",
    "acquirer_ref",
    "code",
    "mismatch",
)

_READ = """
SELECT a.id, a.ref, a.amount, a.state, a.begun, a.due, a.tries, a.step, a.claimed_until,
       COALESCE(a.refund_ref, '') AS refund_ref, COALESCE(a.acquirer_ref, '') AS acquirer_ref,
       COALESCE(a.code, '') AS code, a.mismatch, a.account, COALESCE(o.amount, 0) AS total
  FROM scenic_pay_attempt a LEFT JOIN scenic_pay_attempt o ON o.id = a.origin_id
 WHERE a.id = %s
   FOR UPDATE OF a
"""

_WRITE = """
UPDATE scenic_pay_attempt
   SET state = %(state)s, begun = %(begun)s, due = %(due)s, tries = %(tries)s, step = %(step)s,
       claimed_until = %(claimed_until)s, acquirer_ref = NULLIF(%(acquirer_ref)s, ''),
       code = NULLIF(%(code)s, ''), mismatch = %(mismatch)s,
       settled_at = CASE WHEN %(final)s THEN COALESCE(settled_at, now() AT TIME ZONE 'UTC') END,
       trace = right(concat_ws(E'\\n', trace, %(line)s), 4000),
       write_date = now() AT TIME ZONE 'UTC'
 WHERE id = %(id)s
"""

# a refund that failed gives its part of the payment free again
_RESERVED = """
SELECT COALESCE(SUM(amount), 0) FROM scenic_pay_attempt
 WHERE origin_id = %s AND state <> 'refund_failed'
"""


def install(cr):
    """Create or renew the laws of this table; may run any number of times."""
    cr.execute(_LAWS)


def read(cr, attempt_id):
    """Return the columns of an attempt, locked until the end of the transaction; or None."""
    cr.execute(_READ, [attempt_id])
    row = cr.dictfetchall()
    return row[0] if row else None


def write(cr, attempt_id, attempt, line):
    """Store what the machine made of an attempt, and a line of its history."""
    values = {name: getattr(attempt, name) for name in _COLUMNS}
    cr.execute(_WRITE, {**values, "final": attempt.final, "id": attempt_id, "line": line})


def lock(cr, attempt_id):
    """Wait for others who give back parts of the same payment."""
    cr.execute("SELECT 1 FROM scenic_pay_attempt WHERE id = %s FOR UPDATE", [attempt_id])


def reserved(cr, attempt_id):
    """Return what was given back of a payment, or is about to be."""
    cr.execute(_RESERVED, [attempt_id])
    return cr.fetchone()[0]
