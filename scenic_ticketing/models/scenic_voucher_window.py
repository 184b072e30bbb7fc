from odoo import api, models
from odoo.exceptions import AccessError, UserError

from .scenic_ticket_rights import MANAGER, WINDOW


class ScenicVoucherWindow(models.Model):
    """What a window sees of the orders of channels, and does with them."""

    _inherit = "scenic.voucher.order"

    @api.model
    def pos_exchange(self, item_ids, config_id):
        """Exchange vouchers; returns the slips of their tickets, and the orders as they are now."""
        config = self.env["scenic.ticket"]._check_window(config_id)
        items = self._window_items(item_ids)
        tickets = items._exchange(config)
        return {
            "slips": [ticket._window_slip() for ticket in tickets.sudo().sorted("id")],
            "vouchers": [order._window_facts() for order in items.order_id],
        }

    @api.model
    def pos_undo_exchange(self, item_ids, reason, config_id):
        """Take exchanges back that this very shift made; a manager also others."""
        ticket = self.env["scenic.ticket"]
        config = ticket._check_window(config_id)
        items = self._window_items(item_ids)
        if not (reason or "").strip():
            raise UserError(self.env._("Write down the reason: it is kept with the ticket."))
        if obstacle := next(filter(None, (item._undo_right(config) for item in items)), None):
            raise UserError(obstacle)
        place = ticket._at_window(config).env.context["scenic_place"]
        items.with_context(scenic_place=place)._undo_exchange(reason.strip())
        return {"vouchers": [order._window_facts() for order in items.order_id]}

    @api.model
    def _window_items(self, item_ids):
        """Return the vouchers that a window names; its user must be window staff."""
        if not (self.env.su or self.env.user.has_group(WINDOW)):
            raise AccessError(self.env._("Only window staff can exchange vouchers."))
        items = self.env["scenic.voucher.item"].browse(item_ids).exists()
        items.check_access("read")
        if not items:
            raise UserError(self.env._("Choose the vouchers to exchange."))
        return items

    def _window_facts(self):
        """Return this order as a window shows it."""
        self.ensure_one()
        order = self.sudo()
        return {
            "id": order.id,
            "number": order.number,
            "channel": order.channel_id.name,
            "contact": order.contact or "",
            "items": [
                item.with_env(self.env)._window_facts() for item in order.item_ids.sorted("id")
            ],
        }


class ScenicVoucherItemWindow(models.Model):
    _inherit = "scenic.voucher.item"

    def _window_facts(self):
        """Return this voucher as a window shows it."""
        self.ensure_one()
        item = self.sudo()
        labels = dict(self._fields["state"]._description_selection(self.env))
        return {
            "id": item.id,
            "number": item.number,
            "product": item.product_id.with_env(self.env)
            .sudo()
            .with_context(display_default_code=False)
            .display_name,
            "visit_date": item.visit_date.isoformat(),
            "slot": item.slot_id.time_text or "",
            "persons": item._persons_wanted(),
            "state": item.state,
            "state_label": labels[item.state],
            "obstacle": self._exchange_obstacle() or "",
            "alias": item.ticket_id.alias or "",
        }

    def _undo_right(self, config):
        """Return why this user cannot undo this exchange at a window, None when he can."""
        if obstacle := self._undo_obstacle():
            return obstacle
        if self.env.su or self.env.user.has_group(MANAGER):
            return None
        done = self.sudo().ticket_id.event_ids.filtered(lambda event: event.kind == "exchange")
        if done.session_id[:1] != config.sudo().current_session_id:
            return self.env._(
                "Only the shift that exchanged voucher %(number)s undoes it. Ask a manager.",
                number=self.number,
            )
        return None

    def action_refund(self):
        """Note by hand that the channel refunds these vouchers; nothing that was exchanged."""
        if not (self.env.su or self.env.user.has_group(MANAGER)):
            raise AccessError(self.env._("Only a manager notes refunds of channels by hand."))
        self.check_access("read")
        self._lock()
        items = self.sudo()
        if late := items.filtered(lambda item: item.state not in ("held", "issued")):
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "Voucher %(number)s of %(order)s cannot be refunded: it is %(state)s.",
                    number=late[0].number,
                    order=late[0].order_id.display_name,
                    state=labels[late[0].state],
                )
            )
        items.write({"state": "refunded"})
        items._give_places_back()
        items._tell("refund_decided")
        return True
