"""Tables and functions that PostgreSQL keeps for slots; ``slot_sql.py`` tells how they are used."""

TABLES = """
CREATE TABLE IF NOT EXISTS scenic_hold_end (
    hold_id int PRIMARY KEY,
    kind varchar NOT NULL
);
CREATE TABLE IF NOT EXISTS scenic_slot_return (
    id bigserial PRIMARY KEY,
    slot_id int NOT NULL,
    channel_id int,
    persons int NOT NULL CHECK (persons > 0)
);
"""

# Nearly all takes are the first statement alone: one conditional UPDATE, which PostgreSQL checks
# again on the newest version of the row when it had to wait for it. A slot with quotas needs to
# look into another table first, and may do so only behind the lock of the slot.
_TAKE = """
CREATE OR REPLACE FUNCTION scenic_slot_take(
    p_slot int, p_channel int, p_persons int, p_force boolean,
    OUT fits boolean, OUT rest int, OUT over int
) LANGUAGE plpgsql AS $$
DECLARE
    s scenic_slot%ROWTYPE;
    q scenic_slot_quota%ROWTYPE;
    own int := 0;
BEGIN
    over := 0;
    UPDATE scenic_slot SET taken = taken + p_persons
     WHERE id = p_slot AND state = 'open' AND NOT has_quota
       AND taken + p_persons + reserved <= capacity
    RETURNING true, capacity - taken - reserved INTO fits, rest;
    IF FOUND THEN
        RETURN;
    END IF;
    SELECT * INTO s FROM scenic_slot WHERE id = p_slot FOR NO KEY UPDATE;
    rest := 0;
    IF s.id IS NULL THEN
        fits := false;
        RETURN;
    END IF;
    SELECT * INTO q FROM scenic_slot_quota WHERE slot_id = p_slot AND channel_id = p_channel;
    IF q.id IS NOT NULL AND NOT q.released THEN
        own := GREATEST(0, q.reserved - q.taken);
    END IF;
    IF s.state = 'open' THEN
        rest := GREATEST(0, s.capacity - s.taken - s.reserved + own);
        IF q.maximum > 0 THEN
            rest := LEAST(rest, GREATEST(0, q.maximum - q.taken));
        END IF;
    END IF;
    fits := rest >= p_persons;
    IF NOT fits AND NOT p_force THEN
        RETURN;
    END IF;
    own := LEAST(own, p_persons);
    over := CASE WHEN fits THEN 0 ELSE p_persons - rest END;
    UPDATE scenic_slot
       SET taken = taken + p_persons, reserved = reserved - own,
           oversold = GREATEST(oversold, taken + p_persons + reserved - own - capacity)
     WHERE id = p_slot;
    IF q.id IS NOT NULL THEN
        UPDATE scenic_slot_quota SET taken = taken + p_persons WHERE id = q.id;
    END IF;
    rest := GREATEST(0, rest - p_persons);
END $$;
"""

# A place that comes back goes to the quota it was taken from, as long as that is not released.
_GIVE = """
CREATE OR REPLACE FUNCTION scenic_slot_give(p_slot int, p_channel int, p_persons int)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    q scenic_slot_quota%ROWTYPE;
    back int := 0;
BEGIN
    PERFORM 1 FROM scenic_slot WHERE id = p_slot FOR NO KEY UPDATE;
    SELECT * INTO q FROM scenic_slot_quota WHERE slot_id = p_slot AND channel_id = p_channel;
    IF q.id IS NOT NULL THEN
        IF NOT q.released THEN
            back := GREATEST(0, q.reserved - GREATEST(0, q.taken - p_persons))
                    - GREATEST(0, q.reserved - q.taken);
        END IF;
        UPDATE scenic_slot_quota SET taken = GREATEST(0, taken - p_persons) WHERE id = q.id;
    END IF;
    UPDATE scenic_slot
       SET taken = taken - p_persons, reserved = reserved + back,
           oversold = LEAST(oversold,
                            GREATEST(0, taken - p_persons + reserved + back - capacity))
     WHERE id = p_slot;
END $$;
"""

# All slots of a hold, or none: the caller rolls back when a row with fits = false comes.
# Losing the last holds in a crash is harmless, since a sale that made use of one is written after
# it; so nobody has to wait for the disk while holding the row that everybody wants.
_HOLD = """
CREATE OR REPLACE FUNCTION scenic_hold_take(
    p_token varchar, p_channel int, p_expires timestamp, p_slots int[], p_persons int[],
    p_force boolean, p_user int
) RETURNS TABLE (hold_id int, slot_id int, fits boolean, rest int, over int) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    v_hold int;
    w record;
    t record;
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    FOR w IN SELECT * FROM unnest(p_slots, p_persons) AS w(slot, persons) ORDER BY w.slot LOOP
        SELECT * INTO t FROM scenic_slot_take(w.slot, p_channel, w.persons, p_force);
        IF v_hold IS NULL THEN
            INSERT INTO scenic_hold (token, channel_id, expires_at, state, site_id, company_id,
                                     create_uid, create_date, write_uid, write_date)
            SELECT p_token, p_channel, p_expires, 'held', s.site_id, s.company_id, p_user,
                   now() AT TIME ZONE 'UTC', p_user, now() AT TIME ZONE 'UTC'
              FROM scenic_slot s WHERE s.id = w.slot
            RETURNING id INTO v_hold;
        END IF;
        hold_id := v_hold; slot_id := w.slot; fits := t.fits; rest := t.rest; over := t.over;
        RETURN NEXT;
        IF NOT t.fits AND NOT p_force THEN
            RETURN;
        END IF;
        INSERT INTO scenic_hold_line (hold_id, slot_id, persons)
        VALUES (v_hold, w.slot, w.persons);
    END LOOP;
END $$;
"""

# Ends holds: by hand (their ids) or those that are due. A hold whose end somebody has just
# written and not committed is left alone for now.
_END = """
CREATE OR REPLACE FUNCTION scenic_hold_give(p_holds int[], p_slots int[], p_limit int)
RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    due int[];
    ended int[];
    back record;
BEGIN
    PERFORM set_config('lock_timeout', '2s', true);
    IF p_holds IS NOT NULL THEN
        due := ARRAY(SELECT h.id FROM scenic_hold h
                      WHERE h.id = ANY(p_holds) AND h.state = 'held'
                      ORDER BY h.id FOR UPDATE);
    ELSE
        due := ARRAY(SELECT h.id FROM scenic_hold h
                      WHERE h.state = 'held'
                        AND h.expires_at <= clock_timestamp() AT TIME ZONE 'UTC'
                        AND (p_slots IS NULL OR EXISTS (
                             SELECT 1 FROM scenic_hold_line l
                              WHERE l.hold_id = h.id AND l.slot_id = ANY(p_slots)))
                      ORDER BY h.expires_at LIMIT p_limit FOR UPDATE SKIP LOCKED);
    END IF;
    WITH ends AS (
        INSERT INTO scenic_hold_end (hold_id, kind)
        SELECT unnest(due), CASE WHEN p_holds IS NULL THEN 'expired' ELSE 'released' END
        ON CONFLICT DO NOTHING RETURNING hold_id
    ) SELECT array_agg(hold_id) INTO ended FROM ends;
    UPDATE scenic_hold h SET state = e.kind
      FROM scenic_hold_end e WHERE e.hold_id = h.id AND h.id = ANY(due);
    FOR back IN SELECT l.slot_id, h.channel_id, sum(l.persons)::int AS persons
                  FROM scenic_hold_line l JOIN scenic_hold h ON h.id = l.hold_id
                 WHERE h.id = ANY(ended)
                 GROUP BY l.slot_id, h.channel_id ORDER BY l.slot_id LOOP
        PERFORM scenic_slot_give(back.slot_id, back.channel_id, back.persons);
    END LOOP;
    RETURN COALESCE(array_length(due, 1), 0);
END $$;
"""

_RETURN = """
CREATE OR REPLACE FUNCTION scenic_slot_collect(p_slots int[], p_limit int)
RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    back record;
    number int := 0;
BEGIN
    FOR back IN
        WITH due AS (
            SELECT r.id FROM scenic_slot_return r
             WHERE p_slots IS NULL OR r.slot_id = ANY(p_slots)
             ORDER BY r.id LIMIT p_limit FOR UPDATE SKIP LOCKED
        ), gone AS (
            DELETE FROM scenic_slot_return r USING due WHERE r.id = due.id RETURNING r.*
        )
        SELECT slot_id, channel_id, sum(persons)::int AS persons, count(*)::int AS rows
          FROM gone GROUP BY slot_id, channel_id ORDER BY slot_id
    LOOP
        PERFORM scenic_slot_give(back.slot_id, back.channel_id, back.persons);
        number := number + back.rows;
    END LOOP;
    RETURN number;
END $$;
"""

_RELEASE = """
CREATE OR REPLACE FUNCTION scenic_slot_release(p_slots int[], p_limit int)
RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    due record;
    q scenic_slot_quota%ROWTYPE;
    number int := 0;
BEGIN
    FOR due IN
        SELECT d.id, d.slot_id FROM scenic_slot_quota d
         WHERE NOT d.released AND d.release_at <= clock_timestamp() AT TIME ZONE 'UTC'
           AND (p_slots IS NULL OR d.slot_id = ANY(p_slots))
         ORDER BY d.slot_id, d.id LIMIT p_limit
    LOOP
        PERFORM 1 FROM scenic_slot WHERE id = due.slot_id FOR NO KEY UPDATE;
        UPDATE scenic_slot_quota SET released = true
         WHERE id = due.id AND NOT released RETURNING * INTO q;
        IF FOUND THEN
            UPDATE scenic_slot
               SET reserved = reserved - GREATEST(0, q.reserved - q.taken),
                   oversold = LEAST(oversold, GREATEST(
                       0, taken + reserved - GREATEST(0, q.reserved - q.taken) - capacity))
             WHERE id = due.slot_id;
            number := number + 1;
        END IF;
    END LOOP;
    RETURN number;
END $$;
"""

# the day of a site or zone that has a daily capacity is a slot too, made when it is first needed
_DAY = """
CREATE OR REPLACE FUNCTION scenic_slot_day(
    p_site int, p_zone int, p_date date, p_capacity int, p_begin timestamp, p_end timestamp
) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    found_id int;
BEGIN
    SELECT id INTO found_id FROM scenic_slot
     WHERE kind = 'day' AND site_id = p_site AND date = p_date
       AND COALESCE(zone_id, 0) = COALESCE(p_zone, 0);
    IF found_id IS NULL THEN
        INSERT INTO scenic_slot (kind, site_id, company_id, zone_id, date, start_minute,
                                 length_minute, start_at, end_at, capacity, taken, reserved,
                                 oversold, has_quota, state, create_uid, create_date, write_uid,
                                 write_date)
        SELECT 'day', s.id, s.company_id, p_zone, p_date, 0, 0, p_begin, p_end, p_capacity, 0, 0,
               0, false, 'open', 1, now() AT TIME ZONE 'UTC', 1, now() AT TIME ZONE 'UTC'
          FROM scenic_site s WHERE s.id = p_site
        ON CONFLICT DO NOTHING;
        SELECT id INTO found_id FROM scenic_slot
         WHERE kind = 'day' AND site_id = p_site AND date = p_date
           AND COALESCE(zone_id, 0) = COALESCE(p_zone, 0);
    END IF;
    RETURN found_id;
END $$;
"""

# what one channel can still sell of each slot
_LEFT = """
CREATE OR REPLACE FUNCTION scenic_slot_left(p_slots int[], p_channel int)
RETURNS TABLE (slot_id int, rest int) LANGUAGE sql STABLE AS $$
    SELECT s.id, CASE WHEN s.state <> 'open' THEN 0 ELSE GREATEST(0, LEAST(
               s.capacity - s.taken - s.reserved
               + CASE WHEN q.released THEN 0
                      ELSE GREATEST(0, COALESCE(q.reserved - q.taken, 0)) END,
               CASE WHEN q.maximum > 0 THEN q.maximum - q.taken ELSE s.capacity END)) END
      FROM scenic_slot s
      LEFT JOIN scenic_slot_quota q ON q.slot_id = s.id AND q.channel_id = p_channel
     WHERE s.id = ANY(p_slots)
$$;
"""

FUNCTIONS = (_TAKE, _GIVE, _HOLD, _END, _RETURN, _RELEASE, _DAY, _LEFT)
