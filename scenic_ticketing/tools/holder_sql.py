"""What PostgreSQL itself enforces about holders, and the statements that decide.

* One ticket for each ID and day: UNIQUE (site_id, policy_id, visit_date, id_hash) on
  ``scenic_holder_use``, and a row that belongs to a ticket can only be taken by freeing it.
* Readings in clear and certificates of destruction are only ever added. The one exception is the
  note of a reading, which may name a person: a purge empties it.
"""

_APPEND_ONLY = """
CREATE OR REPLACE FUNCTION scenic_privacy_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'scenic_holder_reading' THEN
        IF to_jsonb(NEW) ->> 'note' IS NULL
           AND to_jsonb(NEW) - 'note' = to_jsonb(OLD) - 'note' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'scenic: rows of % are only ever added, never changed or removed', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME,
              CONSTRAINT = 'scenic_privacy_append_only';
END $$;
"""

_READING_TRIGGERS = """
DROP TRIGGER IF EXISTS scenic_holder_reading_append_only ON scenic_holder_reading;
CREATE TRIGGER scenic_holder_reading_append_only
    BEFORE UPDATE OR DELETE ON scenic_holder_reading
    FOR EACH ROW EXECUTE FUNCTION scenic_privacy_append_only();
DROP TRIGGER IF EXISTS scenic_holder_reading_no_truncate ON scenic_holder_reading;
CREATE TRIGGER scenic_holder_reading_no_truncate
    BEFORE TRUNCATE ON scenic_holder_reading
    FOR EACH STATEMENT EXECUTE FUNCTION scenic_privacy_append_only();
"""

_CERTIFICATE_TRIGGERS = """
DROP TRIGGER IF EXISTS scenic_purge_certificate_append_only ON scenic_purge_certificate;
CREATE TRIGGER scenic_purge_certificate_append_only
    BEFORE UPDATE OR DELETE ON scenic_purge_certificate
    FOR EACH ROW EXECUTE FUNCTION scenic_privacy_append_only();
DROP TRIGGER IF EXISTS scenic_purge_certificate_no_truncate ON scenic_purge_certificate;
CREATE TRIGGER scenic_purge_certificate_no_truncate
    BEFORE TRUNCATE ON scenic_purge_certificate
    FOR EACH STATEMENT EXECUTE FUNCTION scenic_privacy_append_only();
"""

# the salt that everybody else gets, too: the first one in wins; none for a site not yet committed
_SALT = """
INSERT INTO scenic_holder_salt (site_id, company_id, day, salt, create_uid, create_date)
SELECT id, company_id, %(day)s, %(salt)s, 1, now() AT TIME ZONE 'UTC'
  FROM scenic_site WHERE id = %(site)s
ON CONFLICT (site_id, day) DO NOTHING
"""

# An ID is free when nobody has it, or when a window asked for it and did not sell: its time is
# over, or the same window starts again with another order. A sold ID (ticket_id) is never taken.
_CLAIM = """
INSERT INTO scenic_holder_use AS u
       (site_id, company_id, policy_id, visit_date, id_hash, holder_ref, ticket_id, place,
        order_ref, expires_at, create_uid, create_date)
SELECT %(site)s, %(company)s, w.policy_id, w.visit_date, w.id_hash, w.holder_ref, w.ticket_id,
       %(place)s, %(order_ref)s, %(expires_at)s, %(uid)s, now() AT TIME ZONE 'UTC'
  FROM unnest(%(policies)s::int[], %(days)s::date[], %(hashes)s::text[], %(refs)s::text[],
              %(tickets)s::int[]) AS w(policy_id, visit_date, id_hash, holder_ref, ticket_id)
 ORDER BY w.policy_id, w.visit_date, w.id_hash
ON CONFLICT (site_id, policy_id, visit_date, id_hash) DO UPDATE
   SET holder_ref = EXCLUDED.holder_ref,
       ticket_id = EXCLUDED.ticket_id,
       place = EXCLUDED.place,
       order_ref = EXCLUDED.order_ref,
       expires_at = EXCLUDED.expires_at
 WHERE u.ticket_id IS NULL
   AND (u.holder_ref = EXCLUDED.holder_ref
        OR u.expires_at < %(now)s
        OR (u.place = EXCLUDED.place AND u.order_ref IS DISTINCT FROM EXCLUDED.order_ref))
RETURNING policy_id, visit_date, id_hash
"""

# one line for each row, so that a restored backup can prove what was destroyed
_FINGERPRINTS = """
SELECT encode(sha256(convert_to(line, 'UTF8')), 'hex')
  FROM (SELECT concat_ws('|', 'holder', uid, doc_type, id_hash, phone_hash, sealed,
                         encode(sha256(coalesce(sealed_photo, '')), 'hex')) AS line
          FROM scenic_holder WHERE id = ANY(%(holders)s)
         UNION ALL
        SELECT concat_ws('|', 'use', policy_id, visit_date, id_hash, holder_ref)
          FROM scenic_holder_use WHERE id = ANY(%(uses)s)
         UNION ALL
        SELECT concat_ws('|', 'salt', day, salt)
          FROM scenic_holder_salt WHERE id = ANY(%(salts)s)) AS lines
 ORDER BY 1
"""

# statements, not the ORM: a day of a large park is some hundred thousand rows
_DESTROY = (
    (
        "UPDATE scenic_holder_reading SET note = NULL WHERE note IS NOT NULL AND holder_ref IN "
        "(SELECT uid FROM scenic_holder WHERE id = ANY(%(holders)s))"
    ),
    "UPDATE scenic_ticket SET holder_id = NULL WHERE holder_id = ANY(%(holders)s)",
    "DELETE FROM scenic_holder_use WHERE id = ANY(%(uses)s)",
    "DELETE FROM scenic_holder WHERE id = ANY(%(holders)s)",
    "DELETE FROM scenic_holder_salt WHERE id = ANY(%(salts)s)",
)

# certificates are numbered without a gap, so they are written one after the other
_CERTIFICATE_LOCK = "SELECT pg_advisory_xact_lock(hashtext('scenic_purge_certificate'), %s)"


def install_readings(cr):
    """Create or renew the triggers of readings; may run any number of times."""
    cr.execute(_APPEND_ONLY)
    cr.execute(_READING_TRIGGERS)


def install_certificates(cr):
    """Create or renew the triggers of certificates; may run any number of times."""
    cr.execute(_APPEND_ONLY)
    cr.execute(_CERTIFICATE_TRIGGERS)


def add_salt(cr, site_id, day, salt):
    """Give a day its salt, unless it has one."""
    cr.execute(_SALT, {"site": site_id, "day": day, "salt": salt})


def claim(cr, **params):
    """Take IDs for tickets or orders; return the set of (policy, day, hash) that were got."""
    cr.execute(_CLAIM, params)
    return set(cr.fetchall())


def fingerprints(cr, holders, uses, salts):
    """Return one hash for each row, in an order that depends on nothing but the rows."""
    cr.execute(_FINGERPRINTS, {"holders": holders, "uses": uses, "salts": salts})
    return [row[0] for row in cr.fetchall()]


def destroy(cr, holders, uses, salts):
    """Delete rows and what refers to them; return the number of tickets that lost their holder."""
    cleared = 0
    for statement in _DESTROY:
        cr.execute(statement, {"holders": holders, "uses": uses, "salts": salts})
        if statement.startswith("UPDATE scenic_ticket"):
            cleared = cr.rowcount
    return cleared


def lock_certificates(cr, company_id):
    """Wait for others that write certificates of a company."""
    cr.execute(_CERTIFICATE_LOCK, [company_id])
