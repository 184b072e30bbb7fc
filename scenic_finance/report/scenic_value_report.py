from odoo import fields, models
from odoo.tools import SQL


class ScenicValueReport(models.Model):
    """Every movement of ticket value: sold, used, refunded, expired; for dashboards and pivots.

    One row for each sale, refund and revenue event. `open_value` is its effect on what the park
    still owes, so that its sum up to a day is the value of the open tickets at that day.
    """

    _name = "scenic.value.report"
    _description = "Scenic Value Analysis"
    _auto = False
    _rec_name = "ticket_id"
    _order = "day desc, id desc"

    day = fields.Date(readonly=True, help="Day on which it happened, in the site's time zone.")
    kind = fields.Selection(
        [
            ("sale", "Sold"),
            ("use", "Used"),
            ("reversal", "Use taken back"),
            ("refund", "Refunded"),
            ("expire", "Expired"),
            ("fee", "Kept of a refund"),
        ],
        readonly=True,
    )
    ticket_id = fields.Many2one("scenic.ticket", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    site_id = fields.Many2one("scenic.site", readonly=True)
    zone_id = fields.Many2one("scenic.zone", readonly=True)
    channel_id = fields.Many2one("scenic.channel", readonly=True)
    config_id = fields.Many2one("pos.config", string="Window", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    tickets = fields.Integer(string="Tickets Sold", readonly=True)
    refunded_tickets = fields.Integer(readonly=True)
    pax = fields.Integer(string="Persons Sold", readonly=True)
    uses = fields.Integer(readonly=True, help="Uses without those that were taken back.")
    value = fields.Monetary(readonly=True, help="What the movement is worth, whatever its kind.")
    sold_value = fields.Monetary(readonly=True)
    used_value = fields.Monetary(readonly=True)
    refunded_value = fields.Monetary(readonly=True)
    expired_value = fields.Monetary(readonly=True)
    kept_value = fields.Monetary(readonly=True)
    open_value = fields.Monetary(
        readonly=True, help="Effect on the value of the open tickets: what the park still owes."
    )

    @property
    def _table_query(self):
        return SQL(
            """
SELECT t.id::bigint * 4 AS id, t.sale_day AS day, 'sale' AS kind, t.id AS ticket_id,
       NULL::int AS zone_id, 1 AS tickets, 0 AS refunded_tickets, t.pax, 0 AS uses,
       t.net_value AS value, t.net_value AS sold_value, 0.0 AS used_value, 0.0 AS refunded_value,
       0.0 AS expired_value, 0.0 AS kept_value,
       CASE WHEN t.deferred THEN t.net_value ELSE 0.0 END AS open_value,
       %(ticket)s
  FROM scenic_ticket t %(joins)s
 UNION ALL
SELECT t.id::bigint * 4 + 1, t.refund_day, 'refund', t.id, NULL, 0, 1, 0, 0,
       t.refund_value, 0.0, 0.0, t.refund_value, 0.0, 0.0,
       CASE WHEN t.deferred THEN -t.refund_value ELSE 0.0 END,
       %(ticket)s
  FROM scenic_ticket t %(joins)s
 WHERE t.refund_day IS NOT NULL
 UNION ALL
SELECT e.id::bigint * 4 + 2, e.day,
       CASE WHEN e.kind IN ('rounding', 'adjust') THEN 'use' ELSE e.kind END, t.id,
       COALESCE(r.zone_id, e.unused_zone_id), 0, 0, 0,
       CASE e.kind WHEN 'use' THEN 1 WHEN 'reversal' THEN -1 ELSE 0 END,
       e.amount, 0.0,
       CASE WHEN e.kind IN ('use', 'reversal', 'rounding', 'adjust') THEN e.amount ELSE 0.0 END,
       0.0,
       CASE WHEN e.kind = 'expire' THEN e.amount ELSE 0.0 END,
       CASE WHEN e.kind = 'fee' THEN e.amount ELSE 0.0 END, -e.amount,
       %(ticket)s
  FROM scenic_revenue_event e
  JOIN scenic_ticket t ON t.id = e.ticket_id
  LEFT JOIN scenic_redemption r ON r.id = e.redemption_id
  %(joins)s
""",
            ticket=SQL(
                "t.product_id, t.site_id, t.channel_id, o.config_id, t.company_id, c.currency_id"
            ),
            joins=SQL(
                "JOIN res_company c ON c.id = t.company_id "
                "LEFT JOIN pos_order o ON o.id = t.pos_order_id"
            ),
        )
