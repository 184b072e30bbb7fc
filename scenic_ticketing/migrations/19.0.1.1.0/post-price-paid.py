"""Tickets sold before this version learn what was paid for them, tax included."""

_FILL = """
UPDATE scenic_ticket t
   SET price_paid = COALESCE(
       (SELECT round((l.price_subtotal_incl * t.seq / n.count)::numeric / c.rounding) * c.rounding
             - round((l.price_subtotal_incl * (t.seq - 1) / n.count)::numeric / c.rounding)
               * c.rounding
          FROM pos_order_line l
          JOIN pos_order o ON o.id = l.order_id
          JOIN res_company co ON co.id = o.company_id
          JOIN res_currency c ON c.id = co.currency_id
         CROSS JOIN LATERAL (SELECT GREATEST(1, round(l.qty)) AS count) n
         WHERE l.id = t.pos_order_line_id),
       t.net_value, 0)
 WHERE t.price_paid IS NULL
"""


def migrate(cr, version):
    """Fill the column; an empty database has nothing to fill."""
    cr.execute(_FILL)
