"""What happened on a past day: tickets, passages and sales, read at once."""

from odoo.tools import SQL


def used_tickets(env, products, zones, begin, end):
    """Return the ids of tickets of these products with a use in [begin, end), ascending."""
    rows = env.execute_query(
        SQL(
            """SELECT DISTINCT r.ticket_id
                 FROM scenic_redemption r JOIN scenic_ticket t ON t.id = r.ticket_id
                WHERE r.happened_at >= %s AND r.happened_at < %s AND r.kind = 'use'
                  AND r.zone_id = ANY(%s) AND t.product_tmpl_id = ANY(%s)
                ORDER BY 1""",
            begin,
            end,
            list(zones),
            list(products),
        )
    )
    return [ticket_id for (ticket_id,) in rows]


def ledger(env, tickets, end):
    """Return the passages of these tickets before ``end``, oldest first, as dicts.

    One row is one scan: the persons who went in together. A reversal names the uses it took back.
    """
    env.cr.execute(
        SQL(
            """SELECT ticket_id, zone_id, kind, coalesce(lane_code, '') AS lane, how,
                      happened_at, count(*) AS persons,
                      array_agg(coalesce(reverses_id, id)) AS uses
                 FROM scenic_redemption
                WHERE ticket_id = ANY(%s) AND happened_at < %s
                GROUP BY ticket_id, zone_id, kind, lane_code, how, happened_at
                ORDER BY ticket_id, happened_at, kind DESC, min(id)""",
            list(tickets),
            end,
        )
    )
    return env.cr.dictfetchall()


def sales(env, products, begin, end):
    """Return the ticket sales of [begin, end) as dicts, one for each line and visit date.

    ``paid`` is what one ticket cost at the till or in the order, discount included; tickets
    without any line, which nobody paid here, have their net value.
    """
    env.cr.execute(
        SQL(
            """SELECT t.product_id, t.product_tmpl_id, t.channel_id, t.visit_date,
                      min(t.issued_at) AS issued_at,
                      coalesce(max(s.product_uom_qty), count(*))::int AS quantity,
                      coalesce('p' || p.order_id, 's' || s.order_id, 't' || min(t.id)) AS sale,
                      coalesce(max(p.price_unit * (1 - coalesce(p.discount, 0) / 100)),
                               max(s.price_unit * (1 - coalesce(s.discount, 0) / 100)),
                               avg(t.net_value)) AS paid
                 FROM scenic_ticket t
                 LEFT JOIN pos_order_line p ON p.id = t.pos_order_line_id
                 LEFT JOIN sale_order_line s ON s.id = t.sale_line_id
                WHERE t.issued_at >= %s AND t.issued_at < %s AND t.product_tmpl_id = ANY(%s)
                GROUP BY t.product_id, t.product_tmpl_id, t.channel_id, t.visit_date,
                         t.pos_order_line_id, t.sale_line_id, p.order_id, s.order_id""",
            begin,
            end,
            list(products),
        )
    )
    return env.cr.dictfetchall()
