from odoo import fields, models
from odoo.tools import SQL

KINDS = [
    ("use", "Used"),
    ("reversal", "Use taken back"),
    ("adjust", "Price of the invoice"),
    ("rounding", "Rounding"),
    ("expire", "Expired"),
    ("fee", "Kept of a refund"),
]


class ScenicReportRevenue(models.Model):
    """What tickets earned, by attraction: one row for each revenue event.

    Both dates are there: when it happened, and when the ledger took it.
    """

    _name = "scenic.report.revenue"
    _description = "Scenic Revenue by Attraction"
    _inherit = ["scenic.report.mixin"]
    _auto = False
    _rec_name = "ticket_id"
    _order = "day desc, id desc"

    day = fields.Date(readonly=True, help="Day of the visit, in the site's time zone.")
    posted_date = fields.Date(
        string="Posted on", readonly=True, help="Date of the entry; empty: not recognised yet."
    )
    kind = fields.Selection(KINDS, readonly=True)
    site_id = fields.Many2one("scenic.site", readonly=True)
    zone_id = fields.Many2one(
        "scenic.zone",
        string="Attraction",
        readonly=True,
        help="Of an expired ticket: where nobody came. Empty: kept of a refund, or a free choice.",
    )
    lane_code = fields.Char(string="Lane", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    channel_id = fields.Many2one("scenic.channel", readonly=True)
    ticket_id = fields.Many2one("scenic.ticket", readonly=True)
    recognition_id = fields.Many2one("scenic.recognition", readonly=True)
    move_id = fields.Many2one("account.move", string="Entry", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    uses = fields.Integer(readonly=True, help="Uses without those that were taken back.")
    value = fields.Monetary(readonly=True, help="What left the contract liability, net of tax.")
    recognised = fields.Monetary(readonly=True, help="The part that the ledger has.")
    waiting = fields.Monetary(
        string="Not Recognised", readonly=True, help="The next recognition takes it."
    )
    partner_share = fields.Monetary(
        string="Shares of Partners", readonly=True, help="What of it is owed to partners."
    )
    own_revenue = fields.Monetary(
        readonly=True,
        help="What the ledger has as income: without the parts that the park only hands on. Shares "
        "that it owes as principal are a cost, not less revenue.",
    )

    def _sources(self):
        return [self.ticket_id]

    @property
    def _table_query(self):
        return SQL("SELECT %s %s", self._query_columns(), self._query_source())

    def _query_columns(self):
        return SQL(
            """
       e.id, e.day, m.date AS posted_date, e.kind, t.site_id,
       COALESCE(r.zone_id, e.unused_zone_id) AS zone_id, r.lane_code,
       t.product_id, t.channel_id, e.ticket_id, e.recognition_id, b.move_id, e.company_id,
       c.currency_id, CASE e.kind WHEN 'use' THEN 1 WHEN 'reversal' THEN -1 ELSE 0 END AS uses,
       e.amount AS value,
       CASE WHEN e.recognition_id IS NULL THEN 0 ELSE e.amount END AS recognised,
       CASE WHEN e.recognition_id IS NULL THEN e.amount ELSE 0 END AS waiting,
       COALESCE(h.owed, 0) AS partner_share,
       CASE WHEN e.recognition_id IS NULL THEN 0
            ELSE e.amount - COALESCE(h.handed_on, 0) END AS own_revenue
"""
        )

    def _query_source(self):
        return SQL(
            """
  FROM scenic_revenue_event e
  JOIN scenic_ticket t ON t.id = e.ticket_id
  JOIN res_company c ON c.id = e.company_id
  LEFT JOIN scenic_redemption r ON r.id = e.redemption_id
  LEFT JOIN scenic_recognition b ON b.id = e.recognition_id
  LEFT JOIN account_move m ON m.id = b.move_id
  LEFT JOIN LATERAL (
       SELECT SUM(l.amount) AS owed,
              SUM(l.amount) FILTER (WHERE s.treatment = 'agent' OR l.kind = 'expire') AS handed_on
         FROM scenic_share_line l JOIN scenic_share s ON s.id = l.share_id
        WHERE l.event_id = e.id) h ON TRUE
"""
        )
