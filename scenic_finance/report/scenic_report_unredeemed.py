from odoo import fields, models
from odoo.tools import SQL

from ..tools import report_sql

_AGES = {"a7": 7, "b30": 30, "c90": 90, "d180": 180, "e365": 365, "f": None}
_LEFT = {"a_over": -1, "b7": 7, "c30": 30, "d90": 90, "e": None}


class ScenicReportUnredeemed(models.Model):
    """What the park still owes: every ticket with value left, and what the ledger has of it.

    `open_value` adds up to the open tickets of the balance proof, `ledger_value` to the balance
    of the ticket liability accounts. They differ by what is on the way: sales and refunds of open
    sessions, and uses that wait for the night.
    """

    _name = "scenic.report.unredeemed"
    _description = "Scenic Unredeemed Tickets"
    _inherit = ["scenic.report.mixin"]
    _auto = False
    _rec_name = "ticket_id"
    _order = "sale_day, id"

    ticket_id = fields.Many2one("scenic.ticket", readonly=True)
    state = fields.Selection(
        [
            ("held", "Reserved"),
            ("valid", "Valid"),
            ("used", "Used up"),
            ("blocked", "Blocked"),
            ("void", "Void"),
            ("expired", "Expired"),
        ],
        readonly=True,
    )
    sale_day = fields.Date(string="Sold on", readonly=True)
    valid_until = fields.Date(string="Expires on", readonly=True)
    days_open = fields.Integer(readonly=True, aggregator="avg", help="Days since the sale.")
    age = fields.Selection(
        [
            ("a7", "Up to 7 days"),
            ("b30", "8 to 30 days"),
            ("c90", "31 to 90 days"),
            ("d180", "91 to 180 days"),
            ("e365", "181 to 365 days"),
            ("f", "Over a year"),
        ],
        string="Open for",
        readonly=True,
    )
    expiry = fields.Selection(
        [
            ("a_over", "Last day is over"),
            ("b7", "Within 7 days"),
            ("c30", "In 8 to 30 days"),
            ("d90", "In 31 to 90 days"),
            ("e", "Later"),
        ],
        string="Expires",
        readonly=True,
    )
    site_id = fields.Many2one("scenic.site", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    channel_id = fields.Many2one("scenic.channel", readonly=True)
    account_id = fields.Many2one(
        "account.account", readonly=True, help="Empty: the sale is not posted yet."
    )
    move_id = fields.Many2one("account.move", string="Sale in the Journal", readonly=True)
    pos_order_id = fields.Many2one("pos.order", string="Order", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    tickets = fields.Integer(string="Number of Tickets", readonly=True)
    persons = fields.Integer(readonly=True)
    open_value = fields.Monetary(
        readonly=True, help="Net value that is neither used, expired nor refunded."
    )
    ledger_value = fields.Monetary(
        string="In the Ledger",
        readonly=True,
        help="What the ticket liability account has of this ticket.",
    )
    transit_value = fields.Monetary(
        string="On the Way",
        readonly=True,
        help="Open value that is not in the ledger yet; negative: what the ledger still has "
        "although it is used, expired or refunded.",
    )

    def _sources(self):
        return [self.ticket_id]

    @property
    def _table_query(self):
        """Look only at tickets that may have something left.

        Used and expired ones have not, unless the ledger still waits for their last event.
        """
        return SQL(
            """
SELECT x.id, x.id AS ticket_id, x.state, x.sale_day, x.valid_until, x.days_open, %(age)s AS age,
       %(expiry)s AS expiry, x.site_id, x.product_id, x.channel_id, x.account_id, x.move_id,
       x.pos_order_id, x.company_id, x.currency_id,
       CASE WHEN x.open_value <> 0 THEN 1 ELSE 0 END AS tickets,
       CASE WHEN x.open_value <> 0 THEN x.pax ELSE 0 END AS persons,
       x.open_value, x.ledger_value, x.open_value - x.ledger_value AS transit_value
  FROM (
    SELECT t.id, t.state, t.sale_day, t.valid_until, d.today - t.sale_day AS days_open,
           t.valid_until - d.today AS days_left, t.site_id, t.product_id, t.channel_id,
           CASE WHEN a.parent_state = 'posted' THEN a.account_id END AS account_id, a.move_id,
           t.pos_order_id, t.company_id, c.currency_id, t.pax,
           t.net_value - t.refund_value - COALESCE(e.released, 0) AS open_value,
           CASE WHEN a.parent_state = 'posted' THEN t.net_value ELSE 0 END
           - CASE WHEN ra.parent_state = 'posted' THEN t.refund_value ELSE 0 END
           - COALESCE(e.recognised, 0) AS ledger_value
      FROM scenic_ticket t
      JOIN (SELECT id, (now() AT TIME ZONE tz)::date AS today FROM scenic_site) d
        ON d.id = t.site_id
      JOIN res_company c ON c.id = t.company_id
      LEFT JOIN account_move_line a ON a.id = t.origin_aml_id
      LEFT JOIN account_move_line ra ON ra.id = t.refund_aml_id
      LEFT JOIN LATERAL (
           SELECT SUM(amount) AS released,
                  SUM(amount) FILTER (WHERE recognition_id IS NOT NULL) AS recognised
             FROM scenic_revenue_event WHERE ticket_id = t.id) e ON TRUE
     WHERE t.deferred
       AND (t.state NOT IN ('used', 'expired')
            OR t.id IN (SELECT ticket_id FROM scenic_revenue_event
                         WHERE recognition_id IS NULL AND amount <> 0))
  ) x
 WHERE x.open_value <> 0 OR x.ledger_value <> 0
""",
            age=report_sql.bucket(SQL("x.days_open"), _AGES),
            expiry=report_sql.bucket(SQL("x.days_left"), _LEFT),
        )
