from odoo import api, fields, models


class PosOrder(models.Model):
    _inherit = "pos.order"

    scenic_ticket_ids = fields.One2many("scenic.ticket", "pos_order_id", string="Tickets")
    scenic_ticket_count = fields.Integer(compute="_compute_scenic_ticket_count")

    @api.depends("scenic_ticket_ids")
    def _compute_scenic_ticket_count(self):
        for order in self:
            order.scenic_ticket_count = len(order.scenic_ticket_ids)

    # EXTENDS point_of_sale
    def action_pos_order_paid(self):
        # The one place that every order passes when it is paid: window, backend payment, online
        # payment, self-order terminal.
        res = super().action_pos_order_paid()
        self.lines._scenic_process_paid()
        return res

    # EXTENDS point_of_sale
    def read_pos_data(self, data, config):
        results = super().read_pos_data(data, config)
        if config:
            # who may read the order may read its tickets: no need to check each of them again
            tickets = self._scenic_tickets_shown().sudo()
            results["scenic.ticket"] = tickets._load_pos_data_read(tickets, config)
        return results

    def _scenic_tickets_shown(self):
        """Return the tickets that these orders sold or gave back."""
        lines = self.lines.filtered("product_id.is_scenic_ticket").ids
        if not lines:
            return self.env["scenic.ticket"]
        tickets = self.env["scenic.ticket"].sudo()
        domain = ["|", ("pos_order_line_id", "in", lines), ("refund_line_id", "in", lines)]
        return tickets.search(domain, order="pos_order_line_id, seq").sudo(False)

    def action_scenic_tickets(self):
        """Open the tickets that this order sold or gave back."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_ticketing.scenic_ticket_action"
        )
        action["domain"] = [("id", "in", self._scenic_tickets_shown().ids)]
        action["context"] = {}
        return action
