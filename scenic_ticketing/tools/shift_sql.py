"""What PostgreSQL enforces about shifts, and how their figures are read.

A closed shift with its lines and counts is never changed, removed or added to, and a session has at
most one shift that is not closed.
"""

from odoo.tools import SQL

_CLOSED = """
CREATE OR REPLACE FUNCTION scenic_shift_closed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    shift integer;
BEGIN
    IF TG_TABLE_NAME = 'scenic_shift' THEN
        IF OLD.state <> 'closed' THEN
            RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
        END IF;
        shift := OLD.id;
    ELSE
        IF NOT EXISTS (
            SELECT 1 FROM scenic_shift s
             WHERE s.state = 'closed'
               AND s.id IN (CASE WHEN TG_OP = 'INSERT' THEN NEW.shift_id ELSE OLD.shift_id END,
                            CASE WHEN TG_OP = 'DELETE' THEN OLD.shift_id ELSE NEW.shift_id END))
        THEN
            RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
        END IF;
        shift := CASE WHEN TG_OP = 'INSERT' THEN NEW.shift_id ELSE OLD.shift_id END;
    END IF;
    RAISE EXCEPTION 'scenic: shift % is closed and stays as it is', shift
        USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME,
              CONSTRAINT = 'scenic_shift_closed';
END $$;
CREATE OR REPLACE FUNCTION scenic_shift_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'scenic: shifts are never removed'
        USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME,
              CONSTRAINT = 'scenic_shift_closed';
END $$;
"""

_TRIGGERS = {
    "scenic_shift": """
DROP TRIGGER IF EXISTS scenic_shift_closed ON scenic_shift;
CREATE TRIGGER scenic_shift_closed BEFORE UPDATE OR DELETE ON scenic_shift
    FOR EACH ROW EXECUTE FUNCTION scenic_shift_closed();
DROP TRIGGER IF EXISTS scenic_shift_no_truncate ON scenic_shift;
CREATE TRIGGER scenic_shift_no_truncate BEFORE TRUNCATE ON scenic_shift
    FOR EACH STATEMENT EXECUTE FUNCTION scenic_shift_no_truncate();
""",
    "scenic_shift_line": """
DROP TRIGGER IF EXISTS scenic_shift_closed ON scenic_shift_line;
CREATE TRIGGER scenic_shift_closed BEFORE INSERT OR UPDATE OR DELETE ON scenic_shift_line
    FOR EACH ROW EXECUTE FUNCTION scenic_shift_closed();
""",
    "scenic_shift_count": """
DROP TRIGGER IF EXISTS scenic_shift_closed ON scenic_shift_count;
CREATE TRIGGER scenic_shift_closed BEFORE INSERT OR UPDATE OR DELETE ON scenic_shift_count
    FOR EACH ROW EXECUTE FUNCTION scenic_shift_closed();
""",
}

# A sale keeps its shift from being closed until it is committed; one that was begun before the
# shift was counted fails to serialise, is tried again and then says that it came late.
_OPEN = "SELECT id, state FROM scenic_shift WHERE session_id = %s AND state <> 'closed' FOR SHARE"
_LATE = "UPDATE scenic_shift SET late_count = late_count + 1 WHERE id = %s"

_LINES = """
SELECT o.user_id,
       CASE WHEN t.service_tracking = 'scenic_ticket'
            THEN CASE WHEN l.qty < 0 THEN 'refunded' ELSE 'sold' END
            ELSE %(other)s END AS kind,
       SUM(l.qty), SUM(l.price_subtotal_incl)
  FROM pos_order o
  JOIN pos_order_line l ON l.order_id = o.id
  JOIN product_product p ON p.id = l.product_id
  JOIN product_template t ON t.id = p.product_tmpl_id
 WHERE o.scenic_shift_id = %(shift)s
 GROUP BY 1, 2
"""

# An order that the server got so long after its payment was sold while it could not be reached.
_SOLD = """
SELECT o.user_id, COUNT(*), SUM(t.pax), COUNT(*) FILTER (WHERE %(free)s),
       COUNT(*) FILTER (WHERE o.create_date > o.date_order + interval '2 minutes')
  FROM scenic_ticket t JOIN pos_order o ON o.id = t.pos_order_id
 WHERE o.scenic_shift_id = %(shift)s
 GROUP BY 1
"""

_REFUNDED = """
SELECT o.user_id, COUNT(*), SUM(t.pax)
  FROM scenic_ticket t
  JOIN pos_order_line l ON l.id = t.refund_line_id
  JOIN pos_order o ON o.id = l.order_id
 WHERE o.scenic_shift_id = %(shift)s
 GROUP BY 1
"""

# a shift has its session for itself from its beginning to its end
_EVENTS = """
SELECT e.user_id, e.kind, COUNT(*), COALESCE(SUM(t.pax), 0)
  FROM scenic_ticket_event e
  JOIN scenic_ticket t ON t.id = e.ticket_id
  JOIN scenic_shift s ON s.session_id = e.session_id
 WHERE s.id = %s AND e.kind IN ('reprint', 'block', 'reissue', 'rebook', 'exchange')
   AND e.happened_at >= s.opened_at AND (s.closed_at IS NULL OR e.happened_at < s.closed_at)
 GROUP BY 1, 2
"""

_REDEEMED = """
SELECT r.user_id, COUNT(DISTINCT r.ticket_id), COUNT(*)
  FROM scenic_shift s
  JOIN pos_config c ON c.id = s.config_id
  JOIN scenic_redemption r ON r.received_at >= s.opened_at
       AND (s.closed_at IS NULL OR r.received_at < s.closed_at)
       AND r.source_ref LIKE 'window:' || c.id || ':%%'
 WHERE s.id = %s AND r.kind = 'use' AND r.how = 'window' AND r.happened_at >= s.opened_at
 GROUP BY 1
"""

_PAYMENTS = """
SELECT p.payment_method_id, COUNT(*), SUM(p.amount)
  FROM pos_payment p JOIN pos_order o ON o.id = p.pos_order_id
 WHERE o.scenic_shift_id = %s
 GROUP BY 1
"""


def install(cr, table):
    """Create or renew the laws of one of the three tables; may run any number of times."""
    cr.execute(_CLOSED)
    cr.execute(_TRIGGERS[table])


def open_shift(cr, session_id):
    """Return the id of the shift that takes the sales of a session now, or None."""
    cr.execute(_OPEN, [session_id])
    row = cr.fetchone()
    if not row:
        return None
    if row[1] == "counted":
        cr.execute(_LATE, [row[0]])
    return row[0]


def payments(cr, shift_id):
    """Return ``{payment method id: (number, amount)}`` of a shift."""
    cr.execute(_PAYMENTS, [shift_id])
    return {method_id: (number, amount) for method_id, number, amount in cr.fetchall()}


def line_amounts(cr, shift_id, deposit=None):
    """Return ``(user id, kind, quantity, amount)`` of all order lines of a shift."""
    other = SQL("'goods'")
    if deposit:
        other = SQL(
            "CASE WHEN NOT %s THEN 'goods' WHEN l.qty < 0 THEN 'deposit_out' ELSE 'deposit_in' END",
            SQL("COALESCE(%s, FALSE)", SQL.identifier("t", deposit)),
        )
    cr.execute(SQL(_LINES, other=other, shift=shift_id))
    return cr.fetchall()


def sold_tickets(cr, shift_id, free=None):
    """Return ``(user id, tickets, persons, free ones, sold offline)`` of a shift."""
    cr.execute(
        SQL(
            _SOLD,
            free=SQL("%s IS NOT NULL", SQL.identifier("t", free)) if free else SQL("FALSE"),
            shift=shift_id,
        )
    )
    return cr.fetchall()


def refunded_tickets(cr, shift_id):
    """Return ``(user id, tickets, persons)`` that were given back in a shift."""
    cr.execute(SQL(_REFUNDED, shift=shift_id))
    return cr.fetchall()


def ticket_events(cr, shift_id):
    """Return ``(user id, kind, number, persons)`` of what was done to tickets in a shift."""
    cr.execute(_EVENTS, [shift_id])
    return cr.fetchall()


def redeemed(cr, shift_id):
    """Return ``(user id, tickets, persons)`` that were let in at the window of a shift."""
    cr.execute(_REDEEMED, [shift_id])
    return cr.fetchall()
