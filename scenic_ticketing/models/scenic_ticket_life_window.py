from odoo import api, fields, models
from odoo.exceptions import UserError


class ScenicTicketLifeWindow(models.Model):
    """What a window asks about giving back and moving tickets, and does at once."""

    _inherit = "scenic.ticket"

    # EXTENDS scenic_ticketing
    def _window_facts(self):
        ticket = self.with_user(self.env.uid).sudo(False)
        return super()._window_facts() | {
            "can_rebook": ticket.can_rebook,
            "slot_zone": self.product_tmpl_id.scenic_slot_zone_id.name or "",
        }

    def _window_quote(self, line_id):
        """Return the quotes of this ticket for every number of persons that can leave it."""
        self.ensure_one()
        ticket = self.sudo()
        free = min(ticket._free_persons(), ticket.pax - 1)
        quotes = {ticket.pax: self._refund_quote()}
        if free > 0 and ticket.state != "void":
            # whoever is free can leave: what else may stand against it is the same for all
            obstacle = self._refund_obstacle(1)
            for number in range(1, free + 1):
                quotes[number] = self._refund_money(persons=number) | {"obstacle": obstacle}
        return {
            "line_id": line_id,
            "ticket_id": ticket.id,
            "uid": ticket.uid,
            "alias": ticket.alias,
            "code": ticket.code or "",
            "pax": ticket.pax,
            "quotes": quotes,
            "may_waive": self.env.user.has_group("scenic_ticketing.group_manager"),
        }

    @api.model
    def pos_waive_fee(self, ticket_ids, reason):
        """Waive the fees of tickets that are about to be given back; managers only."""
        tickets = self.browse(ticket_ids)
        tickets._check_right("waive")
        if not (reason or "").strip():
            raise UserError(self.env._("Write down why the fee is waived."))
        tickets.filtered(lambda ticket: not ticket.sudo().fee_waived)._waive_fee(reason.strip())
        return True

    @api.model
    def pos_rebook_offer(self, ticket_id, date, slot_id, config_id):
        """Return the quote of a move and the slots of the new day; changes nothing."""
        config = self._check_window(config_id)
        ticket = self.browse(ticket_id)
        ticket._check_right("rebook")
        day = fields.Date.to_date(date)
        slots = self.env["scenic.slot"].sudo()
        offer = []
        if ticket.sudo().product_tmpl_id.scenic_slot_zone_id:
            channel = config.sudo().scenic_channel_id
            offer = slots._offer(ticket.sudo().product_id, day, channel)
        slot = slots.browse(slot_id or ()).exists() or None
        product = self._rebook_product(ticket)
        return ticket._rebook_quote(day, slot) | {"slots": offer, "product_id": product.id}

    @api.model
    def _rebook_product(self, ticket):
        """Return what the move of a ticket is charged with."""
        standard = self.env.ref("scenic_ticketing.product_rebooking", raise_if_not_found=False)
        return ticket.sudo().policy_id.rebook_product_id or standard or self.env["product.product"]

    @api.model
    def pos_rebook(self, ticket_id, date, slot_id, config_id):
        """Move a ticket that moves free of charge; returns its facts."""
        config = self._check_window(config_id)
        ticket = self.browse(ticket_id)._at_window(config)
        ticket._check_right("rebook")
        slot = self.env["scenic.slot"].sudo().browse(slot_id or ()).exists() or None
        ticket._rebook(fields.Date.to_date(date), slot, self.env._("At %s", config.name))
        return ticket.sudo()._window_facts()
