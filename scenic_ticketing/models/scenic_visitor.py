from odoo import api, fields, models


class ScenicVisitor(models.Model):
    """A person on the list of a group order.

    The person is a sealed holder: name and numbers are shown masked, and the row goes when the
    holder is destroyed.
    """

    _name = "scenic.visitor"
    _description = "Visitor of a Group Order"
    _order = "sale_line_id, sequence, id"
    _rec_name = "name"

    sale_line_id = fields.Many2one(
        "sale.order.line", string="Order Line", required=True, index=True, ondelete="cascade"
    )
    order_id = fields.Many2one(related="sale_line_id.order_id", store=True, index=True)
    company_id = fields.Many2one(related="sale_line_id.company_id", store=True)
    product_id = fields.Many2one(related="sale_line_id.product_id")
    sequence = fields.Integer(default=10)
    holder_id = fields.Many2one(
        "scenic.holder", required=True, readonly=True, index=True, ondelete="cascade"
    )
    name = fields.Char(related="holder_id.name", related_sudo=True)
    id_masked = fields.Char(related="holder_id.id_masked", related_sudo=True)
    phone_masked = fields.Char(related="holder_id.phone_masked", related_sudo=True)
    ticket_id = fields.Many2one(
        "scenic.ticket", readonly=True, index="btree_not_null", ondelete="set null"
    )

    def _waiting(self):
        """Return the visitors who have no good ticket yet."""
        return self.filtered(
            lambda visitor: not visitor.ticket_id or visitor.sudo().ticket_id.state == "void"
        )

    @api.model
    def _slices(self, visitors, persons):
        """Return who goes on each ticket: `persons` of the first, of the second, …"""
        slices, at = [], 0
        for number in persons:
            slices.append(visitors[at : at + number])
            at += number
        return slices


class SaleOrderLineVisitor(models.Model):
    _inherit = "sale.order.line"

    # EXTENDS scenic_ticketing
    def _scenic_code_vals(self, sizes, pax):
        """Name the holders of the tickets: the first visitor on each code, or the order's one."""
        vals_list = super()._scenic_code_vals(sizes, pax)
        visitors = self.sudo().scenic_visitor_ids
        slices = visitors._slices(visitors._waiting(), [size * pax for size in sizes])
        holders = [some[:1].holder_id for some in slices]
        if self.product_id.sudo().scenic_policy_id.id_needed_at_sale == "order":
            holders = [visitors[:1].holder_id] * len(holders)
        for vals, holder in zip(vals_list, holders, strict=True):
            vals["holder_id"] = holder.id
        return vals_list

    # EXTENDS scenic_ticketing
    def _scenic_issue_codes(self, sizes, pax):
        visitors = self.sudo().scenic_visitor_ids
        slices = visitors._slices(visitors._waiting(), [size * pax for size in sizes])
        tickets = super()._scenic_issue_codes(sizes, pax)
        for ticket, some in zip(tickets, slices, strict=True):
            some.ticket_id = ticket
        return tickets

    def _scenic_name_tickets(self):
        """Put the visitors of a new list on the tickets that were issued before it came."""
        tickets = self.sudo().scenic_ticket_ids
        tickets = tickets.filtered(lambda ticket: ticket.state != "void").sorted("seq")
        visitors = self.sudo().scenic_visitor_ids
        one = self.product_id.sudo().scenic_policy_id.id_needed_at_sale == "order"
        slices = visitors._slices(visitors, tickets.mapped("pax"))
        named = tickets.browse()
        for ticket, some in zip(tickets, slices, strict=True):
            some.ticket_id = ticket
            if holder := visitors[:1].holder_id if one else some[:1].holder_id:
                ticket.holder_id = holder
                named |= ticket
        # all at once, so that visitors may change places
        named._holder_moved()
