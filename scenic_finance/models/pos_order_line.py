from odoo import models


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    # EXTENDS point_of_sale
    def _prepare_base_line_for_taxes_computation(self):
        """Take what is given back from where its sale was booked.

        Settings may have changed since, and tickets that were sold before this addon came became
        revenue at once.
        """
        values = super()._prepare_base_line_for_taxes_computation()
        if self.refunded_orderline_id and self.product_id.is_scenic_ticket:
            values["account_id"] = self._scenic_sale_account() or values["account_id"]
        return values

    def _scenic_sale_account(self):
        """Return the account of the sale that this line gives back, if it is known."""
        ticket = (
            self.env["scenic.ticket"]
            .sudo()
            .search([("pos_order_line_id", "=", self.refunded_orderline_id.id)], limit=1)
        )
        if ticket.origin_aml_id:
            return ticket.origin_aml_id.account_id
        if ticket and not ticket.deferred:
            product = self.product_id.with_company(self.company_id)
            return self.order_id.fiscal_position_id.map_account(
                product._get_product_accounts()["scenic_revenue"]
            )
        return self.env["account.account"]

    def _scenic_origin(self):
        """Return the journal item in which the sale that this line gives back was booked."""
        tickets = self.env["scenic.ticket"].sudo()
        return tickets.search([("refund_line_id", "in", self.ids)]).origin_aml_id[:1]

    def _scenic_refunded_tickets(self):
        """Return the tickets that these lines gave back."""
        return self.env["scenic.ticket"].sudo().search([("refund_line_id", "in", self.ids)])

    def _scenic_link_journal(self, amls):
        """Tell the tickets of these lines which journal item booked them.

        `amls` maps the id of an order line to that of its journal item. A sale that already has
        its journal item keeps it: the tickets of an order that is invoiced after its session was
        closed stay with the closing entry.
        """
        if not amls:
            return
        Ticket = self.env["scenic.ticket"]
        Ticket.flush_model()
        self.env.cr.execute(
            """
            UPDATE scenic_ticket t
               SET origin_aml_id = v.aml,
                   deferred = t.deferred OR COALESCE(a.scenic_liability, FALSE)
              FROM unnest(%s, %s) AS v(line, aml)
              JOIN account_move_line l ON l.id = v.aml
              JOIN account_account a ON a.id = l.account_id
             WHERE t.pos_order_line_id = v.line AND t.origin_aml_id IS NULL
            """,
            [list(amls), list(amls.values())],
        )
        self.env.cr.execute(
            """
            UPDATE scenic_ticket t SET refund_aml_id = v.aml
              FROM unnest(%s, %s) AS v(line, aml)
             WHERE t.refund_line_id = v.line AND t.refund_aml_id IS NULL
            """,
            [list(amls), list(amls.values())],
        )
        Ticket.invalidate_model(["origin_aml_id", "refund_aml_id", "deferred"])
