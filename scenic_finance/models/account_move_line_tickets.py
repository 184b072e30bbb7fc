from odoo import fields, models


class AccountMoveLineTickets(models.Model):
    """What a journal item of the ticket liability stands for: its tickets, one click away."""

    _inherit = "account.move.line"

    scenic_ticket_count = fields.Integer(
        string="Tickets", compute="_compute_scenic_tickets", compute_sudo=True
    )
    scenic_open_value = fields.Monetary(
        string="Value of Open Tickets",
        compute="_compute_scenic_tickets",
        compute_sudo=True,
        currency_field="company_currency_id",
        help="Net value of its tickets that is neither used, expired nor refunded. What is still "
        "open on the item differs from it only by what is on its way to the ledger.",
    )

    def _compute_scenic_tickets(self):
        self.env["scenic.ticket"].flush_model()
        self.env["scenic.revenue.event"].flush_model()
        self.env.cr.execute(
            """
            SELECT t.aml, COUNT(*),
                   SUM(CASE WHEN t.sold THEN t.value - COALESCE(e.amount, 0) ELSE 0 END)
              FROM (SELECT origin_aml_id AS aml, id, TRUE AS sold,
                           net_value - COALESCE(refund_value, 0) AS value
                      FROM scenic_ticket WHERE origin_aml_id = ANY(%(ids)s)
                     UNION ALL
                    SELECT refund_aml_id, id, FALSE, 0
                      FROM scenic_ticket WHERE refund_aml_id = ANY(%(ids)s)) t
              LEFT JOIN LATERAL (SELECT SUM(amount) AS amount FROM scenic_revenue_event
                                  WHERE ticket_id = t.id) e ON t.sold
             GROUP BY t.aml
            """,
            {"ids": self.ids},
        )
        found = {aml: (count, float(value)) for aml, count, value in self.env.cr.fetchall()}
        for line in self:
            line.scenic_ticket_count, line.scenic_open_value = found.get(line.id, (0, 0.0))

    def action_scenic_tickets(self):
        """Open the tickets that these items sold, gave back or released."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_ticketing.scenic_ticket_action"
        )
        origins = self | self.scenic_origin_line_id
        domain = [
            "|",
            ("origin_aml_id", "in", origins.ids),
            ("refund_aml_id", "in", self.ids),
        ]
        return {**action, "domain": domain, "context": {}}
