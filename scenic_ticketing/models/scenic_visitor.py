from odoo import fields, models


class ScenicVisitor(models.Model):
    """A person on the list of a group order."""

    _name = "scenic.visitor"
    _description = "Visitor of a Group Order"
    _order = "sale_line_id, sequence, id"

    sale_line_id = fields.Many2one(
        "sale.order.line",
        string="Order Line",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('order_id', '=', order_id), ('is_scenic_ticket', '=', True)]",
    )
    order_id = fields.Many2one(related="sale_line_id.order_id", store=True, index=True)
    company_id = fields.Many2one(related="sale_line_id.company_id", store=True)
    product_id = fields.Many2one(related="sale_line_id.product_id")
    sequence = fields.Integer(default=10)
    name = fields.Char(required=True)
