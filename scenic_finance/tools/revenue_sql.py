"""What PostgreSQL itself enforces about revenue events, and the statements of the hot path."""

# an event is a fact of the books: the only thing that ever happens to it is that a batch takes it
_APPEND_ONLY = """
CREATE OR REPLACE FUNCTION scenic_revenue_event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'scenic: a revenue event is never changed or deleted'
        USING ERRCODE = 'check_violation', TABLE = 'scenic_revenue_event',
              CONSTRAINT = 'scenic_revenue_event_append_only';
END $$;
DROP TRIGGER IF EXISTS scenic_revenue_event_keep ON scenic_revenue_event;
CREATE TRIGGER scenic_revenue_event_keep
    BEFORE UPDATE ON scenic_revenue_event
    FOR EACH ROW WHEN (
        OLD.recognition_id IS NOT NULL
        OR (OLD.id, OLD.ticket_id, OLD.redemption_id, OLD.reuses_id, OLD.unused_zone_id,
            OLD.company_id, OLD.kind, OLD.amount, OLD.day, OLD.happened_at, OLD.received_at)
        IS DISTINCT FROM
           (NEW.id, NEW.ticket_id, NEW.redemption_id, NEW.reuses_id, NEW.unused_zone_id,
            NEW.company_id, NEW.kind, NEW.amount, NEW.day, NEW.happened_at, NEW.received_at)
    ) EXECUTE FUNCTION scenic_revenue_event_append_only();
DROP TRIGGER IF EXISTS scenic_revenue_event_stay ON scenic_revenue_event;
CREATE TRIGGER scenic_revenue_event_stay
    BEFORE DELETE ON scenic_revenue_event
    FOR EACH ROW EXECUTE FUNCTION scenic_revenue_event_append_only();
DROP TRIGGER IF EXISTS scenic_revenue_event_stay_all ON scenic_revenue_event;
CREATE TRIGGER scenic_revenue_event_stay_all
    BEFORE TRUNCATE ON scenic_revenue_event
    FOR EACH STATEMENT EXECUTE FUNCTION scenic_revenue_event_append_only();
"""

# The value of one use, from what the sale froze: the same rule as allocation.use_value, in units.
USE_VALUE = """
CASE WHEN u.rights = 0 AND u.use_no > 1 THEN 0
     WHEN u.rights = 0 THEN u.value
     ELSE round(u.value * u.use_no / u.rights) - round(u.value * (u.use_no - 1) / u.rights) END
"""

# Nearly all uses: within the sold rights of a ticket that is still good. It lies on the way of each
# passage, so it is a function: on the kept connections of the redemption PostgreSQL plans it once.
# Returns the number of events; what it leaves out goes the longer way below.
_APPEND_PLAIN = f"""
CREATE OR REPLACE FUNCTION scenic_revenue_append_plain(ids int[]) RETURNS int
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    done int;
BEGIN
INSERT INTO scenic_revenue_event (ticket_id, redemption_id, company_id, kind, amount, day,
                                  happened_at, received_at)
SELECT u.ticket_id, u.id, u.company_id, 'use',
       CASE WHEN u.deferred THEN ({USE_VALUE}) * u.rounding ELSE 0 END,
       (u.happened_at AT TIME ZONE 'UTC' AT TIME ZONE u.tz)::date, u.happened_at, u.received_at
  FROM (SELECT r.id, r.ticket_id, r.use_no, r.happened_at, r.received_at, t.company_id, t.deferred,
               s.tz, c.rounding, (t.rights ->> r.zone_id::text)::int AS rights,
               t.zone_choices -> r.zone_id::text IS NOT NULL AS choice,
               COALESCE((t.zone_values ->> r.zone_id::text)::numeric, 0) AS value
          FROM scenic_redemption r
          JOIN scenic_ticket t ON t.id = r.ticket_id
          JOIN scenic_site s ON s.id = t.site_id
          JOIN res_company o ON o.id = t.company_id
          JOIN res_currency c ON c.id = o.currency_id
         WHERE r.id = ANY(ids) AND r.kind = 'use' AND t.state <> 'expired') u
 WHERE NOT COALESCE(u.deferred, FALSE)
    OR (u.use_no <= GREATEST(u.rights, 1) AND NOT u.choice)
    OR (u.rights = 0 AND NOT u.choice AND (SELECT COUNT(*) FROM scenic_revenue_event e
                           WHERE e.ticket_id = u.ticket_id AND e.kind = 'reversal') = 0);
GET DIAGNOSTICS done = ROW_COUNT;
RETURN done;
END $$;
"""
APPEND_PLAIN = "SELECT scenic_revenue_append_plain(%s)"

# everything that the value of the other redemptions depends on, in the order of the append
USES = """
SELECT r.id, r.kind, r.ticket_id, r.zone_id, r.use_no, r.reverses_id, t.deferred,
       t.state = 'expired' AS expired, c.rounding,
       (t.rights ->> r.zone_id::text)::int AS rights,
       COALESCE((t.zone_values ->> r.zone_id::text)::bigint, 0) AS zone_value,
       t.zone_choices -> r.zone_id::text AS choice, e.amount AS reversed
  FROM unnest(%s) WITH ORDINALITY AS a(id, place)
  JOIN scenic_redemption r ON r.id = a.id
  JOIN scenic_ticket t ON t.id = r.ticket_id
  JOIN res_company o ON o.id = t.company_id
  JOIN res_currency c ON c.id = o.currency_id
  LEFT JOIN scenic_revenue_event e ON e.redemption_id = r.reverses_id
 WHERE NOT EXISTS (SELECT FROM scenic_revenue_event x WHERE x.redemption_id = r.id)
 ORDER BY a.place
"""

# a reversed use gives its value back; the next use beyond the sold rights earns it again, once
RELEASED = """
SELECT r.ticket_id, r.zone_id, e.redemption_id, -e.amount
  FROM scenic_revenue_event e
  JOIN scenic_redemption r ON r.id = e.redemption_id
 WHERE e.ticket_id = ANY(%s) AND e.kind = 'reversal' AND e.amount <> 0
   AND NOT EXISTS (SELECT FROM scenic_revenue_event u WHERE u.reuses_id = e.redemption_id)
 ORDER BY e.id DESC
"""

# what either-or choices have released so far, in the smallest unit: no use takes more than is left
CHOSEN = """
SELECT r.ticket_id, (t.zone_choices -> r.zone_id::text ->> 0)::int,
       round(SUM(e.amount) / c.rounding)::bigint
  FROM scenic_revenue_event e
  JOIN scenic_redemption r ON r.id = e.redemption_id
  JOIN scenic_ticket t ON t.id = r.ticket_id
  JOIN res_company o ON o.id = t.company_id
  JOIN res_currency c ON c.id = o.currency_id
 WHERE e.ticket_id = ANY(%s) AND t.zone_choices -> r.zone_id::text IS NOT NULL
 GROUP BY 1, 2, c.rounding
"""

APPEND_USES = """
INSERT INTO scenic_revenue_event (ticket_id, redemption_id, unused_zone_id, reuses_id, company_id,
                                  kind, amount, day, happened_at, received_at)
SELECT r.ticket_id, CASE WHEN a.kind <> 'expire' THEN r.id END,
       CASE WHEN a.kind = 'expire' THEN r.zone_id END, a.reuses_id, t.company_id, a.kind,
       a.amount, (r.happened_at AT TIME ZONE 'UTC' AT TIME ZONE s.tz)::date, r.happened_at,
       r.received_at
  FROM unnest(%s::int[], %s::text[], %s::numeric[], %s::int[]) AS a(id, kind, amount, reuses_id)
  JOIN scenic_redemption r ON r.id = a.id
  JOIN scenic_ticket t ON t.id = r.ticket_id
  JOIN scenic_site s ON s.id = t.site_id
"""

# What tickets still hold on the day after their last valid one. Who earns it may depend on the
# zone that nobody entered, so it is told by zone; what no zone holds (either-or, differences
# of an invoice) stands without one. Running totals keep the parts equal to the whole.
EXPIRE = """
WITH due AS (
    SELECT t.id, t.company_id, t.valid_until, t.zone_values, t.zone_choices, s.tz, c.rounding,
           round((t.net_value - t.refund_value - COALESCE(e.amount, 0)) / c.rounding) AS units
      FROM scenic_ticket t
      JOIN scenic_site s ON s.id = t.site_id
      JOIN res_company o ON o.id = t.company_id
      JOIN res_currency c ON c.id = o.currency_id
      LEFT JOIN LATERAL (SELECT SUM(amount) AS amount FROM scenic_revenue_event
                          WHERE ticket_id = t.id) e ON TRUE
     WHERE t.id = ANY(%s) AND t.deferred
       AND t.net_value - t.refund_value - COALESCE(e.amount, 0) <> 0
), zoned AS (
    SELECT d.id, z.key::int AS zone_id,
           GREATEST(z.value::numeric - COALESCE(round(v.amount / d.rounding), 0), 0) AS weight
      FROM due d
     CROSS JOIN LATERAL jsonb_each_text(d.zone_values) z
      LEFT JOIN LATERAL (SELECT SUM(e.amount) AS amount FROM scenic_revenue_event e
                           LEFT JOIN scenic_redemption r ON r.id = e.redemption_id
                          WHERE e.ticket_id = d.id
                            AND COALESCE(r.zone_id, e.unused_zone_id) = z.key::int) v ON TRUE
     WHERE NOT COALESCE(d.zone_choices ? z.key, FALSE)
), held AS (
    SELECT id, zone_id, weight FROM zoned WHERE weight > 0
     UNION ALL
    SELECT d.id, NULL, CASE WHEN COALESCE(SUM(z.weight), 0) = 0 THEN 1
                            ELSE GREATEST(d.units - SUM(z.weight), 0) END
      FROM due d LEFT JOIN zoned z ON z.id = d.id GROUP BY d.id, d.units
), parts AS (
    SELECT id, zone_id, weight,
           SUM(weight) OVER (PARTITION BY id) AS whole,
           SUM(weight) OVER (PARTITION BY id ORDER BY zone_id NULLS LAST) AS running
      FROM held
), split AS (
    SELECT d.*, p.zone_id, round(d.units * p.running / p.whole)
           - round(d.units * (p.running - p.weight) / p.whole) AS part
      FROM parts p JOIN due d ON d.id = p.id
)
INSERT INTO scenic_revenue_event (ticket_id, unused_zone_id, company_id, kind, amount, day,
                                  happened_at, received_at)
SELECT id, zone_id, company_id, 'expire', part * rounding, valid_until + 1,
       (valid_until + 1)::timestamp AT TIME ZONE tz AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
  FROM split WHERE part <> 0
 ORDER BY id, zone_id NULLS LAST
"""

# what the expiry of tickets released so far, by zone
EXPIRED = """
SELECT unused_zone_id, SUM(amount) FROM scenic_revenue_event
 WHERE ticket_id = %s AND kind = 'expire' GROUP BY 1 HAVING SUM(amount) > 0 ORDER BY 1
"""

# what a refund did not return: a fee, or the cent by which two roundings of a price differ
KEEP = """
INSERT INTO scenic_revenue_event (ticket_id, unused_zone_id, company_id, kind, amount, day,
                                  happened_at, received_at)
SELECT t.id, k.zone_id, t.company_id, k.kind, k.amount, t.refund_day, now() AT TIME ZONE 'UTC',
       now() AT TIME ZONE 'UTC'
  FROM unnest(%s::int[], %s::text[], %s::numeric[], %s::int[]) AS k(id, kind, amount, zone_id)
  JOIN scenic_ticket t ON t.id = k.id
"""

# an invoice that is made after the use says what the ticket was really sold for
ADJUST = """
INSERT INTO scenic_revenue_event (ticket_id, company_id, kind, amount, day, happened_at,
                                  received_at)
SELECT t.id, t.company_id, 'adjust', a.amount, a.day, now() AT TIME ZONE 'UTC',
       now() AT TIME ZONE 'UTC'
  FROM unnest(%s::int[], %s::date[], %s::numeric[]) AS a(id, day, amount)
  JOIN scenic_ticket t ON t.id = a.id
"""

# how many uses of each zone were numbered, and how many of them taken back
ZONE_HISTORY = """
SELECT zone_id, COALESCE(MAX(use_no), 0), COUNT(*) FILTER (WHERE kind = 'reversal')
  FROM scenic_redemption WHERE ticket_id = %s GROUP BY zone_id
"""

# what these reversals gave back went away with the persons who left the ticket: nobody earns it
SPEND = """
INSERT INTO scenic_revenue_event (ticket_id, reuses_id, company_id, kind, amount, day, happened_at,
                                  received_at)
SELECT t.id, r.id, t.company_id, 'rounding', 0, (now() AT TIME ZONE s.tz)::date,
       now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
  FROM scenic_redemption r
  JOIN scenic_ticket t ON t.id = r.ticket_id
  JOIN scenic_site s ON s.id = t.site_id
 WHERE r.id = ANY(%s)
"""


def install(cr):
    """Create or renew the triggers and functions of revenue events; may run any number of times."""
    cr.execute(_APPEND_ONLY)
    cr.execute(_APPEND_PLAIN)
