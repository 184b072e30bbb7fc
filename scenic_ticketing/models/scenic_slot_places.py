from odoo import api, fields, models

_MOST = 50


class ScenicSlotPlaces(models.Model):
    """The places left behind the headings of an order, for windows that show them live."""

    _inherit = "scenic.slot"

    @api.model
    def pos_places(self, wants, config_id):
        """Return what is left for each of these visits, in their order.

        ``wants``: list of ``{"product_id", "date", "slot_id" or False}``. Each answer:
        ``{"slot_left", "day_left"}``, persons that this window can still sell, None without limit.
        What the window itself holds is taken off already.
        """
        config = self.env["scenic.ticket"]._check_window(config_id)
        channel = config.sudo().scenic_channel_id
        wants = wants[:_MOST]
        ids = {want["slot_id"] for want in wants if type(want.get("slot_id")) is int}
        slots = self.sudo().browse(ids).exists()
        slots = slots.filtered(lambda slot: slot.company_id in self.env.companies)
        left = slots._left(channel)
        days = {}
        for want in wants:
            key = want["product_id"], want["date"]
            if key not in days:
                product = self.env["product.product"].browse(want["product_id"])
                product.check_access("read")
                days[key] = self._day_left(product, fields.Date.to_date(want["date"]), channel)
        return [
            {
                "slot_left": left.get(want.get("slot_id") or 0),
                "day_left": days[want["product_id"], want["date"]],
            }
            for want in wants
        ]


class PosOrderPlaces(models.Model):
    _inherit = "pos.order"

    # EXTENDS scenic_ticketing
    def action_pos_order_paid(self):
        res = super().action_pos_order_paid()
        for order in self:
            if any(ticket.room for ticket in order.sudo().scenic_ticket_ids):
                order.config_id._scenic_tell_places()
        return res
