from odoo import api, models


class PosOrder(models.Model):
    _inherit = "pos.order"

    # EXTENDS point_of_sale
    @api.model
    def _get_invoice_lines_values(self, line_values, pos_line, move_type):
        vals = super()._get_invoice_lines_values(line_values, pos_line, move_type)
        if line_values["product_id"].is_scenic_ticket:
            vals["scenic_pos_line_id"] = pos_line.id
        return vals

    # EXTENDS point_of_sale
    def _prepare_product_aml_dict(self, base_line_vals, update_base_line_vals, rate, sign):
        vals = super()._prepare_product_aml_dict(base_line_vals, update_base_line_vals, rate, sign)
        if base_line_vals["product_id"].is_scenic_ticket:
            vals["scenic_pos_line_id"] = base_line_vals["record"].id
        return vals

    # EXTENDS point_of_sale
    def _generate_pos_order_invoice(self):
        """Match the two sides of an invoice that was asked for after the session was closed.

        Odoo takes the order out of the closing entry by a reversal and books it again with the
        invoice. For the tickets nothing changes: their origin stays the closing entry.
        """
        invoice = super()._generate_pos_order_invoice()
        reversals = self.sudo().reversed_move_ids
        lines = (reversals | invoice.sudo()).line_ids.filtered(
            lambda line: (
                line.scenic_pos_line_id in self.lines
                and line.account_id.reconcile
                and not line.reconciled
            )
        )
        plan = [
            pair | pair._scenic_even_out()
            for pair in lines.grouped(
                lambda line: (line.scenic_pos_line_id, line.account_id)
            ).values()
            if len(pair.move_id) > 1
        ]
        if plan:
            lines.with_context(no_exchange_difference=True)._reconcile_plan(plan)
        return invoice
