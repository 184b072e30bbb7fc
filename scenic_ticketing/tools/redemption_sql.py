"""What PostgreSQL itself enforces about redemptions, and the functions that read and write them.

The laws hold for whoever writes, raw SQL included:

* nothing in the ledger is ever changed or removed (``scenic_redemption_append_only``);
* a ticket has, in a zone, no more uses than rights plus reversals, none when it is void, and none
  in a zone it was not sold for (``scenic_redemption_laws``, after each INSERT statement).

The check runs after the INSERT, not before it, and first updates the tickets concerned. That takes
their row locks, so that a refund at the same moment either is seen here or fails to serialise,
and it counts with a snapshot taken after the lock.
"""

_APPEND_ONLY = """
CREATE OR REPLACE FUNCTION scenic_redemption_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'scenic: redemptions are only ever added, never changed or removed'
        USING ERRCODE = 'check_violation', TABLE = 'scenic_redemption',
              CONSTRAINT = 'scenic_redemption_append_only';
END $$;
DROP TRIGGER IF EXISTS scenic_redemption_append_only ON scenic_redemption;
CREATE TRIGGER scenic_redemption_append_only
    BEFORE UPDATE OR DELETE ON scenic_redemption
    FOR EACH ROW EXECUTE FUNCTION scenic_redemption_append_only();
DROP TRIGGER IF EXISTS scenic_redemption_no_truncate ON scenic_redemption;
CREATE TRIGGER scenic_redemption_no_truncate
    BEFORE TRUNCATE ON scenic_redemption
    FOR EACH STATEMENT EXECUTE FUNCTION scenic_redemption_append_only();
"""

_LAWS = """
CREATE OR REPLACE FUNCTION scenic_redemption_laws() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    bad record;
BEGIN
    SELECT f.id INTO bad
      FROM fresh f LEFT JOIN scenic_redemption u ON u.id = f.reverses_id
     WHERE f.kind = 'reversal' AND (u.kind, u.ticket_id, u.zone_id)
           IS DISTINCT FROM ('use', f.ticket_id, f.zone_id)
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'scenic: a reversal points at a use of the same ticket and zone'
            USING ERRCODE = 'check_violation', TABLE = 'scenic_redemption',
                  CONSTRAINT = 'scenic_redemption_reversal';
    END IF;

    UPDATE scenic_ticket t
       SET used_count = t.used_count + d.delta,
           state = CASE
               WHEN t.state NOT IN ('valid', 'used') THEN t.state
               WHEN t.rights_total > 0 AND t.used_count + d.delta >= t.rights_total THEN 'used'
               ELSE 'valid' END,
           write_date = now() AT TIME ZONE 'UTC'
      FROM (SELECT ticket_id, SUM(CASE kind WHEN 'use' THEN 1 ELSE -1 END) AS delta
              FROM fresh GROUP BY ticket_id) d
     WHERE t.id = d.ticket_id;

    SELECT f.id, f.ticket_id, f.zone_id, f.use_no INTO bad
      FROM fresh f JOIN scenic_ticket t ON t.id = f.ticket_id
     WHERE f.kind = 'use' AND (
           t.state = 'void'
           OR t.rights -> f.zone_id::text IS NULL
           OR ((t.rights ->> f.zone_id::text)::int > 0
               AND f.use_no > (t.rights ->> f.zone_id::text)::int
               AND f.use_no > (t.rights ->> f.zone_id::text)::int + (
                   SELECT COUNT(*) FROM scenic_redemption r
                    WHERE r.ticket_id = f.ticket_id AND r.zone_id = f.zone_id
                      AND r.kind = 'reversal')))
     LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'scenic: ticket % has no right left for use % of zone %',
            bad.ticket_id, bad.use_no, bad.zone_id
            USING ERRCODE = 'check_violation', TABLE = 'scenic_redemption',
                  CONSTRAINT = 'scenic_redemption_rights';
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS scenic_redemption_laws ON scenic_redemption;
CREATE TRIGGER scenic_redemption_laws
    AFTER INSERT ON scenic_redemption REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION scenic_redemption_laws();
"""


# columns of one row given to ``append``, in order, with their SQL types
COLUMNS = {
    "ticket_id": "int",
    "zone_id": "int",
    "kind": "varchar",
    "use_no": "int",
    "reverses_id": "int",
    "lane_code": "varchar",
    "happened_at": "timestamp",
    "received_at": "timestamp",
    "how": "varchar",
    "mode": "varchar",
    "source_ref": "varchar",
    "user_id": "int",
    "reason": "varchar",
    "policy_version": "int",
}

_TYPES = ", ".join(f"{kind}[]" for kind in COLUMNS.values())
_PLACES = ", ".join(f"%s::{kind}[]" for kind in COLUMNS.values())
_NAMES = ", ".join(COLUMNS)
_CARRIED = ", ".join(f"w.{name}" for name in COLUMNS)
_UNNEST = ", ".join(f"${place}" for place in range(1, len(COLUMNS) + 1))
_WRITTEN = "id int, ticket_id int, zone_id int, use_no int, kind varchar, source_ref varchar"
_RETURNING = ", ".join(f"r.{column.split()[0]}" for column in _WRITTEN.split(", "))

# The work is done by functions because PostgreSQL keeps the plans of a function for as long as a
# connection lives, and at a gate planning costs more than the rows.

# Rows that carry their use_no were decided on what was read before. The lock inside comes first,
# so that everybody takes ticket before ledger row and nobody deadlocks.
_APPEND_NUMBERED = f"""
CREATE OR REPLACE FUNCTION scenic_redemption_append_numbered({_TYPES})
RETURNS TABLE ({_WRITTEN}) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM 1 FROM scenic_ticket t WHERE t.id = ANY($1) ORDER BY t.id FOR NO KEY UPDATE;
    RETURN QUERY
    WITH w AS (
        SELECT * FROM unnest({_UNNEST}) WITH ORDINALITY AS w({_NAMES}, ord)
    )
    INSERT INTO scenic_redemption AS r ({_NAMES}, pax, company_id)
    SELECT {_CARRIED}, 1, t.company_id
      FROM w
      JOIN scenic_ticket t ON t.id = w.ticket_id
     WHERE w.kind = 'reversal'
        OR (t.state <> 'void' AND NOT COALESCE(
               -- persons left the ticket after the decision: the same laws as below, as no row
               (t.rights ->> w.zone_id::text)::int > 0
               AND w.use_no > (t.rights ->> w.zone_id::text)::int
               AND w.use_no > (t.rights ->> w.zone_id::text)::int + (
                   SELECT COUNT(*) FROM scenic_redemption v
                    WHERE v.ticket_id = w.ticket_id AND v.zone_id = w.zone_id
                      AND v.kind = 'reversal') + (
                   SELECT COUNT(*) FROM w v
                    WHERE v.ticket_id = w.ticket_id AND v.zone_id = w.zone_id
                      AND v.kind = 'reversal'), FALSE))
     ORDER BY w.ord
    ON CONFLICT DO NOTHING
    RETURNING {_RETURNING};
END $$;
"""

# Rows without use_no get the next numbers, counted after the tickets are locked. What does not fit
# is left out, not refused.
_APPEND_NEXT = f"""
CREATE OR REPLACE FUNCTION scenic_redemption_append_next({_TYPES})
RETURNS TABLE ({_WRITTEN}) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM 1 FROM scenic_ticket t WHERE t.id = ANY($1) ORDER BY t.id FOR NO KEY UPDATE;
    RETURN QUERY
    WITH w AS (
        SELECT * FROM unnest({_UNNEST}) WITH ORDINALITY AS w({_NAMES}, ord)
    ), fresh AS (
        SELECT DISTINCT ON (COALESCE(source_ref, ord::text)) * FROM w
         WHERE source_ref IS NULL OR NOT EXISTS (
               SELECT 1 FROM scenic_redemption r WHERE r.source_ref = w.source_ref)
         ORDER BY COALESCE(source_ref, ord::text), ord
    ), numbered AS (
        SELECT w.*, t.company_id, (t.rights ->> w.zone_id::text)::int AS number, h.reversed,
               h.last_no + ROW_NUMBER() OVER (
                   PARTITION BY w.ticket_id, w.zone_id ORDER BY w.happened_at, w.ord) AS next_no
          FROM fresh w
          JOIN scenic_ticket t ON t.id = w.ticket_id AND t.state <> 'void'
               AND t.rights -> w.zone_id::text IS NOT NULL
         CROSS JOIN LATERAL (
               SELECT COALESCE(MAX(r.use_no), 0) AS last_no,
                      COUNT(*) FILTER (WHERE r.kind = 'reversal') AS reversed
                 FROM scenic_redemption r
                WHERE r.ticket_id = w.ticket_id AND r.zone_id = w.zone_id) h
    )
    INSERT INTO scenic_redemption AS r ({_NAMES}, pax, company_id)
    SELECT {_CARRIED.replace("w.use_no", "w.next_no")}, 1, w.company_id FROM numbered w
     WHERE w.number = 0 OR w.next_no <= w.number + w.reversed
     ORDER BY w.ord
    ON CONFLICT DO NOTHING
    RETURNING {_RETURNING};
END $$;
"""

# One ticket with the net uses of one zone: all that a decision looks at, in one round trip
_READ = """
CREATE OR REPLACE FUNCTION scenic_ticket_read(
    p_zone int, p_kid int, p_serial int, p_alias varchar
) RETURNS TABLE (
    id int, kid int, serial int, gen int, visit_date date, valid_days int,
    slot_start int, slot_len int, pax int,
    entrances int, flags int, state varchar, rights jsonb, issued_at timestamp, alias varchar,
    exited_at timestamp, site_code int, gate_product_code int, last_no int, used bigint,
    first_t timestamp, first_lane varchar, last_t timestamp, last_lane varchar
) LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
    found_id int;
BEGIN
    IF p_alias IS NULL THEN
        SELECT t.id INTO found_id FROM scenic_ticket t
         WHERE t.kid = p_kid AND t.serial = p_serial;
    ELSE
        SELECT t.id INTO found_id FROM scenic_ticket t WHERE t.alias = p_alias;
    END IF;
    RETURN QUERY
    SELECT t.id, t.kid, t.serial, t.gen, t.visit_date, t.valid_days, t.slot_start, t.slot_len,
           t.pax, t.entrances, t.flags, t.state, t.rights, t.issued_at, t.alias, t.exited_at,
           s.code, p.gate_product_code, h.*
      FROM scenic_ticket t
      JOIN scenic_site s ON s.id = t.site_id
      JOIN product_template p ON p.id = t.product_tmpl_id
     CROSS JOIN LATERAL (
           SELECT COALESCE(MAX(use_no), 0),
                  COUNT(*) FILTER (WHERE stands),
                  MIN(happened_at) FILTER (WHERE stands),
                  (ARRAY_AGG(lane_code ORDER BY happened_at, id) FILTER (WHERE stands))[1],
                  MAX(happened_at) FILTER (WHERE stands),
                  (ARRAY_AGG(lane_code ORDER BY happened_at DESC, id DESC)
                      FILTER (WHERE stands))[1]
             FROM (SELECT r.*, r.kind = 'use' AND NOT EXISTS (
                          SELECT 1 FROM scenic_redemption v WHERE v.reverses_id = r.id) AS stands
                     FROM scenic_redemption r
                    WHERE r.ticket_id = found_id AND r.zone_id = p_zone
                   OFFSET 0) r) h
     WHERE t.id = found_id;
END $$;
"""

# The uses of a ticket in all zones, for rules that look further than the zone of the gate. With
# p_lock the ticket is locked first and read after that, so that two gates of different zones take
# turns and the second one sees what the first one wrote. p_until: only uses before that moment, to
# tell what the decision was then. Site-local days since 2020-01-01.
_HISTORY = """
CREATE OR REPLACE FUNCTION scenic_ticket_history(
    p_ticket int, p_lock boolean, p_until timestamp
)
RETURNS TABLE (
    zone_id int, last_no int, used int, first_t timestamp, first_lane varchar, last_t timestamp,
    last_lane varchar, last_day int, day_used int
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    IF p_lock THEN
        PERFORM 1 FROM scenic_ticket t WHERE t.id = p_ticket FOR NO KEY UPDATE;
    END IF;
    RETURN QUERY
    SELECT d.zone_id, COALESCE(MAX(d.use_no), 0),
           (COUNT(*) FILTER (WHERE d.stands))::int,
           MIN(d.happened_at) FILTER (WHERE d.stands),
           (ARRAY_AGG(d.lane_code ORDER BY d.happened_at, d.id) FILTER (WHERE d.stands))[1],
           MAX(d.happened_at) FILTER (WHERE d.stands),
           (ARRAY_AGG(d.lane_code ORDER BY d.happened_at DESC, d.id DESC)
               FILTER (WHERE d.stands))[1],
           MAX(d.day) FILTER (WHERE d.stands) - date '2020-01-01',
           (COUNT(*) FILTER (WHERE d.stands AND d.day = d.latest))::int
      FROM (SELECT r.*, MAX(r.day) FILTER (WHERE r.stands) OVER (PARTITION BY r.zone_id) AS latest
              FROM (SELECT u.*, (u.happened_at AT TIME ZONE 'UTC' AT TIME ZONE s.tz)::date AS day,
                           u.kind = 'use' AND NOT EXISTS (
                           SELECT 1 FROM scenic_redemption v WHERE v.reverses_id = u.id) AS stands
                      FROM scenic_redemption u
                      JOIN scenic_zone z ON z.id = u.zone_id
                      JOIN scenic_site s ON s.id = z.site_id
                     WHERE u.ticket_id = p_ticket
                       AND (p_until IS NULL OR u.happened_at < p_until)
                    OFFSET 0) r) d
     GROUP BY d.zone_id;
END $$;
"""

# Somebody was seen to leave; an earlier exit that is reported late changes nothing. No index names
# this column, so the row stays in its page.
_LEFT = """
CREATE OR REPLACE FUNCTION scenic_ticket_left(p_uids varchar[], p_moments timestamp[])
RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    done int;
BEGIN
    PERFORM 1 FROM scenic_ticket t WHERE t.uid = ANY(p_uids) ORDER BY t.id FOR NO KEY UPDATE;
    UPDATE scenic_ticket t SET exited_at = w.moment
      FROM (SELECT uid, MAX(moment) AS moment FROM unnest(p_uids, p_moments) AS w(uid, moment)
             GROUP BY uid) w
     WHERE t.uid = w.uid AND (t.exited_at IS NULL OR t.exited_at < w.moment);
    GET DIAGNOSTICS done = ROW_COUNT;
    RETURN done;
END $$;
"""


def install(cr):
    """Create or renew triggers and functions of the ledger; may run any number of times."""
    # what a function returns cannot be replaced, and may differ from an earlier version
    cr.execute(
        "DROP FUNCTION IF EXISTS scenic_redemption_append_numbered,"
        " scenic_redemption_append_next, scenic_ticket_read, scenic_ticket_history"
    )
    for definition in (
        _APPEND_ONLY,
        _LAWS,
        _APPEND_NUMBERED,
        _APPEND_NEXT,
        _READ,
        _HISTORY,
        _LEFT,
    ):
        cr.execute(definition)


def append(cr, rows):
    """Write ledger rows (dicts with the keys of COLUMNS) and return those that were written."""
    columns = [[row.get(name) for row in rows] for name in COLUMNS]
    if all(row.get("use_no") or row.get("kind") == "reversal" for row in rows):
        cr.execute(f"SELECT * FROM scenic_redemption_append_numbered({_PLACES})", columns)
    else:
        cr.execute(f"SELECT * FROM scenic_redemption_append_next({_PLACES})", columns)
    return cr.dictfetchall()


def read_by_uid(cr, zone_id, uid):
    """Return the ticket of a uid with its uses in a zone, None when there is none."""
    cr.execute(
        "SELECT * FROM scenic_ticket_read(%s, %s, %s, NULL)",
        [zone_id, uid >> 32, uid & 0xFFFFFFFF],
    )
    return cr.dictfetchone()


def read_by_alias(cr, zone_id, alias):
    """Return the ticket of a number with its uses in a zone, None when there is none."""
    cr.execute("SELECT * FROM scenic_ticket_read(%s, NULL, NULL, %s)", [zone_id, alias])
    return cr.dictfetchone()


def read_history(cr, ticket_id, lock=False, until=None):
    """Return the uses of a ticket, a dict for each zone; ``lock`` it first to write afterwards.

    ``until``: only those before this moment (naive UTC).
    """
    cr.execute("SELECT * FROM scenic_ticket_history(%s, %s, %s)", [ticket_id, lock, until])
    return cr.dictfetchall()


def note_exits(cr, exits):
    """Write down when tickets were seen to leave; ``exits``: [(uid in hex, naive UTC moment)]."""
    columns = [list(column) for column in zip(*exits, strict=True)]
    cr.execute("SELECT scenic_ticket_left(%s::varchar[], %s::timestamp[])", columns)
    return cr.fetchone()[0]
