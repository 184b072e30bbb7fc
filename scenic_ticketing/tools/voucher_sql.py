"""What PostgreSQL itself enforces about vouchers, and the journal of their channels."""

# what a channel refunded never becomes a ticket again, whoever writes
_REFUNDED_STAYS = """
CREATE OR REPLACE FUNCTION scenic_voucher_refunded_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'scenic: voucher % is refunded and stays refunded', OLD.id
        USING ERRCODE = 'check_violation', TABLE = 'scenic_voucher_item',
              CONSTRAINT = 'scenic_voucher_refunded_stays';
END $$;
DROP TRIGGER IF EXISTS scenic_voucher_refunded_stays ON scenic_voucher_item;
CREATE TRIGGER scenic_voucher_refunded_stays
    BEFORE UPDATE OF state ON scenic_voucher_item
    FOR EACH ROW WHEN (OLD.state IN ('refunded', 'forced_refunded')
                       AND NEW.state IS DISTINCT FROM OLD.state)
    EXECUTE FUNCTION scenic_voucher_refunded_stays();
"""

# a channel that repeats itself gets the very reply of the first time
_REPLY_STAYS = """
CREATE OR REPLACE FUNCTION scenic_voucher_message_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'scenic: the reply to a channel is never changed or removed'
        USING ERRCODE = 'check_violation', TABLE = 'scenic_voucher_message',
              CONSTRAINT = 'scenic_voucher_message_stays';
END $$;
DROP TRIGGER IF EXISTS scenic_voucher_message_stays ON scenic_voucher_message;
CREATE TRIGGER scenic_voucher_message_stays
    BEFORE UPDATE ON scenic_voucher_message
    FOR EACH ROW WHEN (OLD.reply IS NOT NULL)
    EXECUTE FUNCTION scenic_voucher_message_stays();
DROP TRIGGER IF EXISTS scenic_voucher_message_kept ON scenic_voucher_message;
CREATE TRIGGER scenic_voucher_message_kept
    BEFORE DELETE ON scenic_voucher_message
    FOR EACH ROW WHEN (OLD.reply IS NOT NULL)
    EXECUTE FUNCTION scenic_voucher_message_stays();
"""


def install_items(cr):
    """Create or renew the trigger of vouchers; may run any number of times."""
    cr.execute(_REFUNDED_STAYS)


def install_messages(cr):
    """Create or renew the triggers of the journal; may run any number of times."""
    cr.execute(_REPLY_STAYS)


def open_message(cr, channel_id, command, key, digest, now):
    """Begin the answer to a command; returns the id of its row, None when it is known already.

    Two requests with one key at the same moment: the second one waits here for the first, and
    then either finds its reply or, when that is newer than its snapshot, begins again.
    """
    cr.execute(
        "INSERT INTO scenic_voucher_message (channel_id, command, key, digest, received_at)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (channel_id, command, key) DO NOTHING"
        " RETURNING id",
        [channel_id, command, key, digest, now],
    )
    row = cr.fetchone()
    return row and row[0]


def lock_items(cr, item_ids):
    """Lock vouchers in one order for everybody."""
    cr.execute(
        "SELECT id FROM scenic_voucher_item WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
        [sorted(item_ids)],
    )
