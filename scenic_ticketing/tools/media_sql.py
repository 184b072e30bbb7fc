"""What ticket media cost: how many pieces of paper, wristbands and cards the windows gave out.

Nothing is written when a ticket is issued: the pieces follow from the tickets, from what was
printed again, and from the deposits. So a window sells as fast as before, and the count of a
session is the same whoever asks.
"""

from odoo.tools import SQL

# A medium that a deposit stands for goes out and comes back with the deposit, not with the ticket.
_PIECES = SQL(
    """
    FROM scenic_ticket t
    JOIN product_template p ON p.id = t.product_tmpl_id AND p.scenic_media_product_id IS NOT NULL
     AND NOT EXISTS (SELECT FROM product_template d
                      WHERE d.scenic_deposit_media_id = p.scenic_media_product_id AND d.active)
"""
)
_COUNT = SQL(
    "SUM(COALESCE(p.scenic_media_qty, 1)"
    " * CASE p.scenic_media_per WHEN 'person' THEN t.pax ELSE 1 END)"
)
# Persons who leave a group get a ticket of their own in the books, but no piece: both tickets then
# have an event that says so, half a ticket each.
_ISSUED = SQL(
    """SUM(COALESCE(p.scenic_media_qty, 1)
           * CASE p.scenic_media_per WHEN 'person' THEN t.pax
             ELSE 1 - 0.5 * (SELECT COUNT(*) FROM scenic_ticket_event x
                              WHERE x.ticket_id = t.id AND x.kind = 'split') END)"""
)

_USE = """
SELECT o.session_id, p.scenic_media_product_id AS product_id, 'issue' AS kind,
       %(issued)s AS quantity
  %(pieces)s
  JOIN pos_order_line l ON l.id = t.pos_order_line_id
  JOIN pos_order o ON o.id = l.order_id AND %(orders)s
 GROUP BY 1, 2
 UNION ALL
SELECT e.session_id, p.scenic_media_product_id,
       CASE e.kind WHEN 'exchange' THEN 'issue' ELSE 'again' END, %(count)s
  %(pieces)s
  JOIN scenic_ticket_event e ON e.ticket_id = t.id
   AND (e.kind = 'exchange' OR (e.kind IN ('reprint', 'reissue') AND p.scenic_media_again))
   AND %(events)s
 GROUP BY 1, 2, 3
 UNION ALL
SELECT o.session_id, p.scenic_deposit_media_id, 'deposit', COUNT(*)
  FROM scenic_deposit d
  JOIN pos_order o ON o.id = d.pos_order_id AND %(orders)s
  JOIN product_product v ON v.id = d.product_id
  JOIN product_template p ON p.id = v.product_tmpl_id AND p.scenic_deposit_media_id IS NOT NULL
 GROUP BY 1, 2
 UNION ALL
SELECT o.session_id, p.scenic_deposit_media_id, 'returned', -COUNT(*)
  FROM scenic_deposit d
  JOIN pos_order_line l ON l.id = d.return_line_id
  JOIN pos_order o ON o.id = l.order_id AND %(orders)s
  JOIN product_product v ON v.id = d.product_id
  JOIN product_template p ON p.id = v.product_tmpl_id AND p.scenic_deposit_media_id IS NOT NULL
 GROUP BY 1, 2
"""


def used(sessions):
    """Return the statement of ``(session_id, product_id, kind, quantity)`` of these sessions.

    ``sessions``: SQL of a list of ids, or a subselect.
    """
    return SQL(
        _USE,
        count=_COUNT,
        issued=_ISSUED,
        pieces=_PIECES,
        orders=SQL("o.session_id IN (%s)", sessions),
        events=SQL("e.session_id IN (%s)", sessions),
    )


def of_session(cr, session_id):
    """Return ``{product id: pieces that left the window, less what came back}`` of a session."""
    cr.execute(
        SQL(
            "SELECT product_id, SUM(quantity) FROM (%s) u GROUP BY 1 HAVING SUM(quantity) <> 0"
            " ORDER BY 1",
            used(SQL("%s", session_id)),
        )
    )
    return {product_id: float(quantity) for product_id, quantity in cr.fetchall()}


def by_window(config_ids=None):
    """Return the statement of what each window (or only these) has of each medium.

    ``left`` is what lies at the place less what its open sessions gave out, which leaves the stock
    with their closing.
    """
    return SQL(
        """
WITH place AS (
    SELECT c.id AS config_id, c.company_id, c.active,
           COALESCE(c.scenic_media_location_id, y.default_location_src_id) AS location_id
      FROM pos_config c LEFT JOIN stock_picking_type y ON y.id = c.picking_type_id
), pending AS (
    SELECT w.location_id, u.product_id, SUM(u.quantity) AS quantity
      FROM (%(used)s) u
      JOIN pos_session s ON s.id = u.session_id
      JOIN place w ON w.config_id = s.config_id
     GROUP BY 1, 2
), medium AS (
    SELECT scenic_media_product_id AS product_id FROM product_template
     WHERE active AND scenic_media_product_id IS NOT NULL
     UNION
    SELECT scenic_deposit_media_id FROM product_template
     WHERE active AND scenic_deposit_media_id IS NOT NULL
), stock AS (
    SELECT q.location_id, q.product_id, SUM(q.quantity) AS quantity
      FROM stock_quant q JOIN medium USING (product_id) GROUP BY 1, 2
), level AS (
    SELECT location_id, product_id, MAX(product_min_qty) AS quantity
      FROM stock_warehouse_orderpoint WHERE active GROUP BY 1, 2
), row AS (
    SELECT w.*, m.product_id, COALESCE(s.quantity, 0) AS on_hand,
           COALESCE(u.quantity, 0) AS pending, COALESCE(l.quantity, 0) AS minimum,
           COALESCE(s.quantity, 0) - COALESCE(u.quantity, 0) AS remaining
      FROM place w CROSS JOIN medium m
      LEFT JOIN stock s USING (location_id, product_id)
      LEFT JOIN pending u USING (location_id, product_id)
      LEFT JOIN level l USING (location_id, product_id)
     WHERE w.active AND %(chosen)s
       AND (s.product_id IS NOT NULL OR u.product_id IS NOT NULL OR l.product_id IS NOT NULL)
)
SELECT config_id::bigint * 2147483648 + product_id AS id, config_id, company_id, location_id,
       product_id, on_hand, pending, minimum, remaining,
       CASE WHEN remaining <= 0 THEN 'out' WHEN remaining <= minimum THEN 'low' ELSE 'good' END
       AS state
  FROM row
""",
        used=used(_open_sessions(config_ids)),
        chosen=SQL("w.config_id = ANY(%s)", config_ids) if config_ids else SQL("TRUE"),
    )


def _open_sessions(config_ids):
    """Return the open sessions whose windows take their media from the places of these windows."""
    if not config_ids:
        return SQL("SELECT id FROM pos_session WHERE state <> 'closed'")
    return SQL(
        """SELECT s.id FROM pos_session s
             JOIN pos_config c ON c.id = s.config_id
             LEFT JOIN stock_picking_type y ON y.id = c.picking_type_id
            WHERE s.state <> 'closed'
              AND COALESCE(c.scenic_media_location_id, y.default_location_src_id) IN (
                  SELECT COALESCE(n.scenic_media_location_id, z.default_location_src_id)
                    FROM pos_config n LEFT JOIN stock_picking_type z ON z.id = n.picking_type_id
                   WHERE n.id = ANY(%s))""",
        config_ids,
    )
