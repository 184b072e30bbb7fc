"""The statements of partner shares: what a batch of revenue events gives to whom.

All of them work on whole batches. `parts` says what the rules give for events, without writing
anything: the accrual stores its rows, and the proof compares them with what was stored.
"""

from odoo.tools import SQL

_APPEND_ONLY = """
CREATE OR REPLACE FUNCTION scenic_share_line_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'scenic: an accrued share is never changed or deleted'
        USING ERRCODE = 'check_violation', TABLE = 'scenic_share_line',
              CONSTRAINT = 'scenic_share_line_append_only';
END $$;
DROP TRIGGER IF EXISTS scenic_share_line_keep ON scenic_share_line;
CREATE TRIGGER scenic_share_line_keep
    BEFORE UPDATE ON scenic_share_line
    FOR EACH ROW WHEN (
        -- a line may enter a settlement and leave one that is undone, nothing else
        (OLD.settlement_id IS NOT NULL AND NEW.settlement_id IS NOT NULL
         AND OLD.settlement_id <> NEW.settlement_id)
        OR (OLD.id, OLD.share_id, OLD.event_id, OLD.recognition_id, OLD.company_id, OLD.partner_id,
            OLD.zone_id, OLD.kind, OLD.day, OLD.base, OLD.amount, OLD.cut)
        IS DISTINCT FROM
           (NEW.id, NEW.share_id, NEW.event_id, NEW.recognition_id, NEW.company_id, NEW.partner_id,
            NEW.zone_id, NEW.kind, NEW.day, NEW.base, NEW.amount, NEW.cut)
    ) EXECUTE FUNCTION scenic_share_line_append_only();
DROP TRIGGER IF EXISTS scenic_share_line_stay ON scenic_share_line;
CREATE TRIGGER scenic_share_line_stay
    BEFORE DELETE ON scenic_share_line
    FOR EACH ROW EXECUTE FUNCTION scenic_share_line_append_only();
DROP TRIGGER IF EXISTS scenic_share_line_stay_all ON scenic_share_line;
CREATE TRIGGER scenic_share_line_stay_all
    BEFORE TRUNCATE ON scenic_share_line
    FOR EACH STATEMENT EXECUTE FUNCTION scenic_share_line_append_only();
"""


def install(cr):
    """Create or renew the triggers of share lines; may run any number of times."""
    cr.execute(_APPEND_ONLY)


# Passages, and what expired by the zone that nobody entered; zone 0 stands for none. As many
# persons stayed away as the expired value has uses.
_FACTS = """
fact AS MATERIALIZED (
    SELECT e.id, e.recognition_id AS batch, e.kind, e.amount AS base, e.day, e.company_id,
           c.rounding AS unit, COALESCE(r.zone_id, e.unused_zone_id, 0) AS zone,
           p.product_tmpl_id AS product, COALESCE(t.channel_id, 0) AS channel,
           CASE WHEN e.kind = 'use' OR (t.zone_values ->> e.unused_zone_id::text)::numeric > 0
                     IS NOT TRUE THEN 1
                ELSE GREATEST(1, round((t.rights ->> e.unused_zone_id::text)::numeric
                     * e.amount / c.rounding / (t.zone_values ->> e.unused_zone_id::text)::numeric))
           END AS persons
      FROM scenic_revenue_event e
      JOIN scenic_ticket t ON t.id = e.ticket_id
      JOIN product_product p ON p.id = t.product_id
      JOIN res_company o ON o.id = e.company_id
      JOIN res_currency c ON c.id = o.currency_id
      LEFT JOIN scenic_redemption r ON r.id = e.redemption_id
     WHERE e.recognition_id = ANY(%(batches)s) AND e.amount > 0 AND e.kind IN ('use', 'expire')
)
"""

# The shares of each scope in their order. `team` is who shares: the running totals of the
# rounding go over the passages that have the same team.
_RULES = """
scope AS (
    SELECT DISTINCT company_id, kind, product, zone, channel, day FROM fact
), rule AS MATERIALIZED (
    SELECT f.*, s.id AS share_id, s.partner_id, s.basis,
           CASE s.basis WHEN 'percent' THEN s.percent ELSE 0 END AS percent,
           CASE s.basis WHEN 'fixed' THEN s.amount ELSE 0 END AS fixed,
           SUM(CASE s.basis WHEN 'percent' THEN s.percent ELSE 0 END) OVER upto AS percent_upto,
           SUM(CASE s.basis WHEN 'fixed' THEN s.amount ELSE 0 END) OVER upto AS fixed_upto,
           SUM(CASE s.basis WHEN 'percent' THEN s.percent ELSE 0 END) OVER every AS percent_all,
           array_agg(s.id) OVER every AS team
      FROM scope f
      JOIN scenic_share s ON s.company_id = f.company_id
       AND (s.product_tmpl_id IS NULL OR s.product_tmpl_id = f.product)
       AND (s.zone_id IS NULL OR s.zone_id = f.zone)
       AND (s.channel_id IS NULL OR s.channel_id = f.channel)
       AND s.date_from <= f.day AND (s.date_to IS NULL OR s.date_to >= f.day)
       AND (f.kind = 'use' OR s.owed_when_unused)
    WINDOW upto AS (PARTITION BY f.company_id, f.kind, f.product, f.zone, f.channel, f.day
                    ORDER BY s.sequence, s.id),
           every AS (PARTITION BY f.company_id, f.kind, f.product, f.zone, f.channel, f.day
                     ORDER BY s.sequence, s.id
                     ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
)
"""

_ROUND = "round({value} * {percent} / 100 / f.unit) * f.unit"


def _gain(percent):
    """Return the SQL of what a running percentage gains with one passage."""
    after = _ROUND.format(value="f.total", percent=percent)
    before = _ROUND.format(value="(f.total - f.base)", percent=percent)
    return f"({after} - {before})"


# the same rule as share_rules.parts
_PARTS = f"""
WITH {_FACTS}, {_RULES}, running AS (
    SELECT f.*, m.team, SUM(f.base) OVER (PARTITION BY f.batch, m.team ORDER BY f.id)
           AS total
      FROM fact f
      JOIN (SELECT DISTINCT company_id, kind, product, zone, channel, day, team FROM rule) m
           USING (company_id, kind, product, zone, channel, day)
), part AS (
    SELECT f.id AS event_id, f.batch, f.company_id, f.kind, f.day, NULLIF(f.zone, 0) AS zone_id,
           r.share_id, r.partner_id, f.base, f.persons, r.fixed, r.basis,
           CASE r.basis WHEN 'percent'
                THEN {_gain("r.percent_upto")} - {_gain("(r.percent_upto - r.percent)")}
                ELSE LEAST(r.fixed_upto * f.persons, f.base - {_gain("r.percent_all")})
                   - LEAST((r.fixed_upto - r.fixed) * f.persons, f.base - {_gain("r.percent_all")})
           END AS amount
      FROM running f
      JOIN rule r USING (company_id, kind, product, zone, channel, day)
)
SELECT event_id, batch, company_id, kind, day, zone_id, share_id, partner_id, base, amount,
       CASE basis WHEN 'fixed' THEN fixed * persons - amount ELSE 0 END AS cut
  FROM part WHERE amount <> 0 OR (basis = 'fixed' AND fixed * persons <> 0)
"""

_COLUMNS = (
    "(event_id, recognition_id, company_id, kind, day, zone_id, share_id, partner_id, base,"
    " amount, cut)"
)

ACCRUE = f"INSERT INTO scenic_share_line {_COLUMNS} {_PARTS} ORDER BY event_id, share_id"

# A use that is taken back takes back exactly what it gave, whatever the shares say today. The
# gate's clock may put it into an earlier batch than its use: then the later of the two does it.
REVERSE = f"""
INSERT INTO scenic_share_line {_COLUMNS}
SELECT e.id, %(batch)s, l.company_id, 'reversal', e.day, l.zone_id, l.share_id, l.partner_id,
       -l.base, -l.amount, 0
  FROM (SELECT id FROM scenic_revenue_event
         WHERE recognition_id = %(batch)s AND kind = 'reversal' AND amount <> 0
        UNION
        SELECT b.id FROM scenic_revenue_event u
          JOIN scenic_redemption d ON d.reverses_id = u.redemption_id
          JOIN scenic_revenue_event b ON b.redemption_id = d.id
         WHERE u.recognition_id = %(batch)s AND u.kind = 'use' AND b.recognition_id IS NOT NULL
       ) k
  JOIN scenic_revenue_event e ON e.id = k.id
  JOIN scenic_redemption d ON d.id = e.redemption_id
  JOIN scenic_revenue_event u ON u.redemption_id = d.reverses_id
  JOIN scenic_share_line l ON l.event_id = u.id AND l.kind = 'use'
 WHERE NOT EXISTS (SELECT FROM scenic_share_line x WHERE x.event_id = e.id)
"""

# Rare ones, in proportion to what the ticket gave before: a use that is heard of after the expiry,
# or a refund after it, takes its part of what was owed for the unused ticket back; an invoice that
# says another price than the used ticket was sold for changes what percentages got of it.
DERIVE = f"""
INSERT INTO scenic_share_line {_COLUMNS}
SELECT e.id, %(batch)s, e.company_id, e.kind, e.day, g.zone_id, g.share_id, g.partner_id, e.amount,
       round(g.amount * GREATEST(e.amount / g.base, -1) / c.rounding) * c.rounding, 0
  FROM scenic_revenue_event e
  JOIN scenic_ticket t ON t.id = e.ticket_id
  JOIN res_company o ON o.id = e.company_id
  JOIN res_currency c ON c.id = o.currency_id
  JOIN LATERAL (
       SELECT l.zone_id, l.share_id, l.partner_id, SUM(l.amount) AS amount,
              CASE e.kind WHEN 'expire' THEN SUM(l.base)
                   ELSE (SELECT SUM(x.amount) FROM scenic_revenue_event x
                          WHERE x.ticket_id = e.ticket_id AND x.id < e.id
                            AND x.recognition_id IS NOT NULL AND x.kind IN ('use', 'reversal'))
              END AS base
         FROM scenic_revenue_event v
         JOIN scenic_share_line l ON l.event_id = v.id
         JOIN scenic_share s ON s.id = l.share_id
        WHERE v.ticket_id = e.ticket_id
          AND CASE e.kind WHEN 'expire' THEN v.kind = 'expire'
                ELSE v.kind IN ('use', 'reversal') AND s.basis = 'percent' END
        GROUP BY 1, 2, 3) g
    ON e.kind = 'adjust' OR COALESCE(g.zone_id, 0) =
       CASE WHEN t.zone_choices -> e.unused_zone_id::text IS NULL
            THEN COALESCE(e.unused_zone_id, 0) ELSE 0 END
 WHERE e.recognition_id = %(batch)s
   AND ((e.kind = 'expire' AND e.amount < 0) OR (e.kind = 'adjust' AND e.amount <> 0))
   AND g.amount <> 0 AND g.base > 0
"""

# what the entry of a batch needs: one item for each share and day of the passages
ITEMS = """
SELECT l.share_id, l.partner_id, l.day, e.amount < 0 AS back, SUM(l.amount) AS amount,
       COUNT(*) AS events, SUM(l.amount) FILTER (WHERE l.kind <> 'expire') AS used
  FROM scenic_share_line l JOIN scenic_revenue_event e ON e.id = l.event_id
 WHERE l.recognition_id = %s GROUP BY 1, 2, 3, 4 ORDER BY 1, 3, 4
"""

# what is never the park's own income: parts of an agent, and what is owed for unused tickets
NOT_INCOME = """
SELECT t.product_id AS product,
       CASE WHEN e.kind IN ('use', 'rounding', 'adjust') THEN 'use' ELSE e.kind END AS kind,
       e.amount < 0 AS back, COALESCE(p.fiscal_position_id, m.fiscal_position_id) AS position,
       SUM(l.amount) AS amount
  FROM scenic_share_line l
  JOIN scenic_revenue_event e ON e.id = l.event_id
  JOIN scenic_ticket t ON t.id = e.ticket_id
  JOIN scenic_share s ON s.id = l.share_id
  JOIN account_move_line o ON o.id = t.origin_aml_id
  JOIN account_move m ON m.id = o.move_id
  LEFT JOIN pos_order p ON p.id = t.pos_order_id
 WHERE l.recognition_id = %s AND (s.treatment = 'agent' OR l.kind = 'expire')
 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""

CLAIM = """
UPDATE scenic_share_line l SET settlement_id = %(settlement)s
  FROM scenic_recognition b JOIN account_move m ON m.id = b.move_id
 WHERE b.id = l.recognition_id AND m.state = 'posted' AND l.settlement_id IS NULL
   AND l.company_id = %(company)s AND l.partner_id = %(partner)s AND l.day <= %(until)s
"""

RELEASE = "UPDATE scenic_share_line SET settlement_id = NULL WHERE settlement_id = ANY(%s)"


def taken(company_id, kinds, first, last, product_id, zone_id, channel_id):
    """Return the statement that finds a passage of this scope that is in the books already."""
    return SQL(
        """
SELECT MAX(e.day) FROM scenic_recognition b
  JOIN scenic_revenue_event e ON e.recognition_id = b.id
  JOIN scenic_ticket t ON t.id = e.ticket_id
  JOIN product_product p ON p.id = t.product_id
  LEFT JOIN scenic_redemption r ON r.id = e.redemption_id
 WHERE b.company_id = %(company)s AND b.day >= %(first)s AND e.day >= %(first)s
   AND e.day <= COALESCE(%(last)s, 'infinity'::date) AND e.kind = ANY(%(kinds)s)
   AND e.amount > 0 AND COALESCE(p.product_tmpl_id = %(product)s, TRUE)
   AND (%(zone)s::int IS NULL OR COALESCE(r.zone_id, e.unused_zone_id) = %(zone)s)
   AND COALESCE(t.channel_id = %(channel)s, TRUE)
""",
        company=company_id,
        kinds=kinds,
        first=first,
        last=last,
        product=product_id,
        zone=zone_id,
        channel=channel_id,
    )
