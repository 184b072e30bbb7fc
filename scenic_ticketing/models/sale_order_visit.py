from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools import group_pdf


class SaleOrderVisit(models.Model):
    """The list of visitors of a group order, and the document that the group travels with."""

    _inherit = "sale.order"

    scenic_visitor_ids = fields.One2many(
        "scenic.visitor", "order_id", string="Visitors", groups="scenic_ticketing.group_desk"
    )
    scenic_visitor_count = fields.Integer(
        string="Visitors Listed", compute="_compute_scenic_visitor_count"
    )
    scenic_send_tickets = fields.Boolean(
        string="Mail at Confirmation",
        default=True,
        help="The customer gets the tickets by mail as soon as the order is confirmed.",
    )

    @api.depends("scenic_visitor_ids")
    def _compute_scenic_visitor_count(self):
        for order in self:
            order.scenic_visitor_count = len(order.sudo().scenic_visitor_ids)

    # ------------------------------------------------------------------
    # mail
    # ------------------------------------------------------------------

    # EXTENDS sale
    def action_confirm(self):
        res = super().action_confirm()
        if self.env.context.get("send_email"):
            return res
        for order in self.filtered("scenic_send_tickets"):
            if order.sudo().scenic_ticket_ids and order.partner_id.email:
                order._send_order_confirmation_mail()
        return res

    # EXTENDS sale
    def _get_confirmation_template(self):
        template = self.env.ref(
            "scenic_ticketing.mail_template_group_order", raise_if_not_found=False
        )
        if template and self.sudo().scenic_ticket_ids:
            return template
        return super()._get_confirmation_template()

    # ------------------------------------------------------------------
    # document
    # ------------------------------------------------------------------

    def action_scenic_pdf(self):
        """Open the tickets of this order as a document."""
        self.ensure_one()
        self._scenic_printable()
        return {
            "type": "ir.actions.act_url",
            "url": f"/scenic/group_order/{self.id}/tickets.pdf",
            "target": "new",
        }

    def _scenic_printable(self):
        """Return the tickets that a document shows, or say why there is none."""
        self.ensure_one()
        tickets = self.sudo().scenic_ticket_ids.filtered(
            lambda ticket: ticket.state in ("valid", "used")
        )
        if not tickets:
            raise UserError(
                self.env._("%(order)s has no tickets to print: confirm it first.", order=self.name)
            )
        return tickets.sorted(lambda ticket: (ticket.sale_line_id.sequence, ticket.id))

    def _scenic_pdf(self):
        """Return the document of this order in its customer's language."""
        self.ensure_one()
        order = self.with_context(lang=self.partner_id.lang or self.env.lang).sudo()
        return group_pdf.build(order._scenic_document())

    def _scenic_document(self):
        tickets = self._scenic_printable()
        sites = tickets.site_id
        return group_pdf.Group(
            title=", ".join(sites.mapped("name")),
            subtitle=self.env._("Group order %s", self.name),
            facts=tuple(self._scenic_facts(tickets)),
            header=(
                self.env._("Tickets"),
                self.env._("Visit"),
                self.env._("Persons"),
                self.env._("Codes"),
            ),
            rows=tuple(self._scenic_rows(tickets)),
            notes=tuple(self._scenic_notes(tickets)),
            tickets=tuple(self._scenic_pages(tickets)),
            footer=f"{self.company_id.name} · {self.name}",
        )

    def _scenic_facts(self, tickets):
        """Return ``(label, text)`` of what the guide and the gate have to know."""
        hours, minutes = divmod(round(self.scenic_arrival * 60), 60)
        facts = [
            (self.env._("Customer"), self.partner_id.display_name),
            (self.env._("Visit date"), self._scenic_days(tickets)),
            (self.env._("Arrival"), f"{hours:02d}:{minutes:02d}" if self.scenic_arrival else ""),
            (self.env._("Persons"), sum(tickets.mapped("pax"))),
            (self.env._("Guide"), self.scenic_guide_name),
            (self.env._("Phone"), self.scenic_guide_phone),
            (self.env._("Certificate No."), self.scenic_guide_certificate),
            (self.env._("Vehicle"), self.scenic_plate),
            (self.env._("Requests"), self.scenic_requests),
        ]
        return [(label, text) for label, text in facts if text]

    def _scenic_days(self, tickets):
        days = sorted(set(tickets.mapped("visit_date")))
        return ", ".join(format_date(self.env, day) for day in days)

    def _scenic_rows(self, tickets):
        for (product, day), mine in tickets.grouped(
            lambda ticket: (ticket.product_id, ticket.visit_date)
        ).items():
            yield (
                product.display_name,
                format_date(self.env, day),
                str(sum(mine.mapped("pax"))),
                str(len(mine)),
            )

    def _scenic_notes(self, tickets):
        yield self.env._(
            "Show each code at the gate, on paper or on a phone. Anyone who has a picture of a "
            "code can use it before you."
        )
        if any(ticket.pax > 1 for ticket in tickets):
            yield self.env._(
                "A code for several persons may be shown more than once: an attendant counts who "
                "enters, the others can come later on the same day."
            )
        yield self.env._("If a code cannot be read, tell the number below it.")

    def _scenic_pages(self, tickets):
        names = self._scenic_names_by_ticket(tickets)
        for ticket in tickets:
            lines = [
                format_date(self.env, ticket.visit_date),
                "–".join(ticket.slot_id._wall_times()[1:]) if ticket.slot_id else "",
                self.env._("%s persons", ticket.pax) if ticket.pax > 1 else "",
                names.get(ticket, ""),
                ticket.rights_text,
                self.name,
            ]
            yield group_pdf.Ticket(
                code=ticket.code or "",
                number=ticket._spaced_alias(),
                title=ticket.product_id.display_name,
                lines=tuple(line for line in lines if line),
            )

    def _scenic_names_by_ticket(self, tickets):
        """Return ``{ticket: names}`` of who goes on which ticket, as far as names are shown."""
        names = {}
        for ticket, visitors in self.sudo().scenic_visitor_ids.grouped("ticket_id").items():
            shown = visitors.filtered("name").mapped("name")
            names[ticket] = ", ".join(shown[:3]) + ("…" if len(shown) > 3 else "")
        return names
