from odoo import api, fields, models


class ScenicIncidentStory(models.Model):
    """What the screen of an incident tells about its ticket, so that nobody has to go and look."""

    _inherit = "scenic.incident"

    ticket_state = fields.Selection(related="ticket_id.state", string="Ticket Status")
    ticket_product = fields.Char(compute="_compute_story")
    ticket_visit = fields.Char("Visit", compute="_compute_story")
    ticket_uses = fields.Char("Used", compute="_compute_story")
    ticket_value = fields.Monetary("Sold for", compute="_compute_story")
    holder_text = fields.Char("Holder", compute="_compute_story", help="Masked.")
    sale_text = fields.Char("Sale", compute="_compute_story", help="Order, and who sold it.")
    other_ids = fields.Many2many(
        "scenic.incident", "Other Incidents of the Ticket", compute="_compute_other_ids"
    )
    other_count = fields.Integer("Others", compute="_compute_other_ids")

    @api.depends_context("lang")
    @api.depends("ticket_id")
    def _compute_story(self):
        for incident in self:
            ticket = incident.ticket_id.sudo()
            holder = ticket.holder_id
            days = {str(day) for day in (ticket.visit_date, ticket.valid_until) if day}
            incident.ticket_product = ticket.product_id.display_name
            incident.ticket_visit = " – ".join(sorted(days))
            incident.ticket_uses = (
                self.env._(
                    "%(used)s of %(rights)s", used=ticket.used_count, rights=ticket.rights_total
                )
                if ticket.rights_total
                else str(ticket.used_count if ticket else "")
            )
            incident.ticket_value = ticket.net_value
            incident.holder_text = " · ".join(
                part for part in (holder.name, holder.id_masked, holder.phone_masked) if part
            )
            incident.sale_text = incident._sale_story(ticket)

    @api.model
    def _sale_story(self, ticket):
        """Return order, window, seller and moment of the sale of a ticket."""
        order, group = ticket.pos_order_id, ticket.sale_order_id
        parts = [
            order.pos_reference or order.name or group.name,
            order.config_id.name,
            (order.employee_id.name if "employee_id" in order._fields else "")
            or (order.user_id or group.user_id).name,
            group.partner_id.name,
        ]
        if ticket:
            parts.append("{day} {time}".format(**ticket.site_id._wall_clock(ticket.issued_at)))
        return " · ".join(part for part in parts if part)

    def _compute_other_ids(self):
        for incident in self:
            others = self.browse()
            if incident.ticket_id:
                others = self.search(
                    [("ticket_id", "=", incident.ticket_id.id), ("id", "!=", incident._origin.id)]
                )
            incident.other_ids, incident.other_count = others, len(others)
