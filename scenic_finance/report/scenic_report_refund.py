from odoo import fields, models
from odoo.tools import SQL


class ScenicReportRefund(models.Model):
    """Tickets that were given back or taken out of use: why, where, by whom, and for how much."""

    _name = "scenic.report.refund"
    _description = "Scenic Refunds and Fees"
    _inherit = ["scenic.report.mixin"]
    _auto = False
    _rec_name = "ticket_id"
    _order = "day desc, id desc"

    day = fields.Date(readonly=True, help="Day of the refund, in the site's time zone.")
    cause = fields.Selection(
        [
            ("window", "Given back at a window"),
            ("credit", "Credit note"),
            ("due", "Money still owed"),
            ("void", "Void, nothing paid back"),
        ],
        readonly=True,
    )
    terms = fields.Selection(
        [
            ("full", "Paid back in full"),
            ("fee", "Less a fee"),
            ("kept", "Nothing paid back"),
            ("waived", "Fee waived"),
        ],
        readonly=True,
    )
    reason = fields.Char(readonly=True, help="Why the fee was waived or the ticket voided.")
    site_id = fields.Many2one("scenic.site", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    channel_id = fields.Many2one("scenic.channel", readonly=True)
    config_id = fields.Many2one("pos.config", string="Window", readonly=True)
    session_id = fields.Many2one("pos.session", readonly=True)
    user_id = fields.Many2one("res.users", string="Cashier", readonly=True)
    ticket_id = fields.Many2one("scenic.ticket", readonly=True)
    pos_order_id = fields.Many2one("pos.order", string="Refund Order", readonly=True)
    move_id = fields.Many2one("account.move", string="Entry", readonly=True)
    posted = fields.Boolean(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    tickets = fields.Integer(string="Number of Tickets", readonly=True)
    persons = fields.Integer(readonly=True)
    days_before = fields.Integer(
        readonly=True,
        aggregator="avg",
        help="Days from the refund to the visit that was booked; negative: afterwards.",
    )
    sold_net = fields.Monetary(string="Sold for", readonly=True, help="Net of tax.")
    refund_net = fields.Monetary(string="Net Refunds", readonly=True)
    refund_gross = fields.Monetary(string="Paid Back", readonly=True, help="Tax included.")
    fee = fields.Monetary(string="Fees Kept", readonly=True, help="Net of tax.")

    def _sources(self):
        return [self.ticket_id]

    @property
    def _table_query(self):
        return SQL(
            """
SELECT x.*,
       CASE WHEN x.refund_net = 0 AND x.sold_net <> 0 THEN 'kept'
            WHEN x.fee <> 0 THEN 'fee'
            WHEN x.waived THEN 'waived' ELSE 'full' END AS terms
  FROM (%s) x
""",
            SQL("SELECT %s %s", self._columns(), self._source()),
        )

    def _columns(self):
        """Return the columns; a ticket whose price was revenue at once has its refund line only."""
        lines = SQL("GREATEST(abs(l.qty), 1) / COALESCE(o.currency_rate, 1)")
        net = SQL(
            "CASE WHEN t.deferred THEN t.refund_value "
            "WHEN l.id IS NOT NULL THEN abs(l.price_subtotal) / %s ELSE 0 END",
            lines,
        )
        ratio = SQL(
            "COALESCE(abs(l.price_subtotal_incl) / NULLIF(abs(l.price_subtotal), 0), "
            "a.price_total / NULLIF(a.price_subtotal, 0), 1)"
        )
        return SQL(
            """
       t.id, t.id AS ticket_id, %(day)s AS day,
       CASE WHEN l.id IS NOT NULL THEN 'window' WHEN a.id IS NOT NULL THEN 'credit'
            WHEN t.refund_due THEN 'due' ELSE 'void' END AS cause,
       COALESCE(w.reason, CASE WHEN l.id IS NULL THEN t.void_reason END) AS reason,
       t.site_id, t.product_id, t.channel_id, COALESCE(o.config_id, v.config_id) AS config_id,
       COALESCE(o.session_id, v.session_id) AS session_id,
       COALESCE(o.user_id, v.user_id, m.create_uid) AS user_id, o.id AS pos_order_id,
       a.move_id, COALESCE(a.parent_state = 'posted', FALSE) AS posted,
       t.company_id, c.currency_id, 1 AS tickets, t.pax AS persons,
       t.visit_date - %(day)s AS days_before, t.net_value AS sold_net,
       COALESCE(t.fee_waived, FALSE) AS waived, %(net)s AS refund_net,
       (%(net)s) * %(ratio)s AS refund_gross, COALESCE(f.amount, 0) AS fee
""",
            day=SQL(
                "COALESCE(t.refund_day, (t.voided_at AT TIME ZONE 'UTC' AT TIME ZONE s.tz)::date)"
            ),
            net=net,
            ratio=ratio,
        )

    def _source(self):
        return SQL(
            """
  FROM scenic_ticket t
  JOIN scenic_site s ON s.id = t.site_id
  JOIN res_company c ON c.id = t.company_id
  LEFT JOIN pos_order_line l ON l.id = t.refund_line_id
  LEFT JOIN pos_order o ON o.id = l.order_id
  LEFT JOIN account_move_line a ON a.id = t.refund_aml_id
  LEFT JOIN account_move m ON m.id = a.move_id
  LEFT JOIN LATERAL (
       SELECT reason FROM scenic_ticket_event
        WHERE ticket_id = t.id AND kind = 'waive' ORDER BY id DESC LIMIT 1) w ON TRUE
  LEFT JOIN LATERAL (
       SELECT config_id, session_id, user_id FROM scenic_ticket_event
        WHERE ticket_id = t.id AND kind = 'void' ORDER BY id DESC LIMIT 1) v ON TRUE
  LEFT JOIN LATERAL (
       SELECT SUM(amount) AS amount FROM scenic_revenue_event
        WHERE ticket_id = t.id AND kind = 'fee') f ON TRUE
 WHERE t.state = 'void' OR t.refund_day IS NOT NULL
"""
        )
