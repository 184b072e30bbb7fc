from odoo import api, models


class ScenicTicketHolderWindow(models.Model):
    """What windows and attendants see of the holder of a ticket, and finding tickets by person."""

    _inherit = "scenic.ticket"

    # EXTENDS scenic_ticketing
    @api.model
    def pos_scan(self, text, config_id):
        """Also take a whole document or phone number: several tickets come as ``choices``."""
        self._check_window(config_id)
        tickets = self._find_by_person(text)
        if not tickets:
            return super().pos_scan(text, config_id) | {"choices": []}
        answer = super().pos_scan(tickets[0].alias, config_id)
        several = tickets if len(tickets) > 1 else tickets.browse()
        return answer | {"choices": [ticket.sudo()._window_choice() for ticket in several]}

    def _window_choice(self):
        self.ensure_one()
        labels = dict(self._fields["state"]._description_selection(self.env))
        return {
            "alias": self.alias,
            "product": self.product_id.with_context(display_default_code=False).display_name,
            "visit_date": self.visit_date.isoformat(),
            "state": self.state,
            "state_label": labels[self.state],
        }

    # EXTENDS scenic_ticketing
    def _window_facts(self):
        return super()._window_facts() | {"holder": self._window_holder()}

    @api.model
    def pos_slip_holders(self, ticket_ids, config_id):
        """Return ``{id: what stands on the paper}`` of tickets that have a holder."""
        self._check_window(config_id)
        tickets = self.browse(ticket_ids).exists()
        tickets.check_access("read")
        return {ticket.id: ticket._slip_holder() for ticket in tickets if ticket.sudo().holder_id}

    def _slip_holder(self):
        """Return the holder for the paper: the name, or the document, mostly hidden."""
        holder = self.sudo().holder_id
        label = holder._window_label() if holder else {}
        return label.get("name") or label.get("id_masked") or ""

    def _window_holder(self):
        """Return the holder as the attendant compares it with the visitor, False without one."""
        holder = self.holder_id
        if not holder:
            return False
        photo = holder.photo
        return holder._window_label() | {
            "photo": f"data:image/jpeg;base64,{photo.decode()}" if photo else "",
        }
