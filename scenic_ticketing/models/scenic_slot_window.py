from odoo import api, fields, models

from .scenic_hold import SoldOut


class ScenicSlotWindow(models.Model):
    """What a window asks about slots, and the places it holds while a customer decides."""

    _inherit = "scenic.slot"

    @api.model
    def pos_offer(self, product_id, date, config_id):
        """Return the slots of a day and the places left on it, as this window can sell them.

        ``{"slots": [...], "day_left": persons or None}``, see ``_offer``.
        """
        config = self.env["scenic.ticket"]._check_window(config_id)
        product = self.env["product.product"].browse(product_id)
        product.check_access("read")
        day = fields.Date.to_date(date)
        channel = config.sudo().scenic_channel_id
        return {
            "slots": self._offer(product, day, channel),
            "day_left": self._day_left(product, day, channel),
        }

    @api.model
    def pos_hold(self, token, want, config_id, drop=()):
        """Hold places for a line of an order; what it held before is replaced.

        ``want``: ``{"product_id", "date", "slot_id", "persons"}``, persons 0 = hold nothing.
        ``drop``: tokens of other holds to give back first, of lines that were joined with this
        one. Returns ``{"held": bool, "left": persons, "message": text}``.
        """
        config = self.env["scenic.ticket"]._check_window(config_id)
        holds = self.env["scenic.hold"]
        # a token is as good as its secrecy, but one window has no business with another's
        prefix = f"window:{config.id}:"
        if drop:
            holds._release_refs([prefix + other for other in drop])
        if want["persons"] <= 0:
            holds._release_refs([prefix + token])
            return {"held": False, "left": 0, "message": ""}
        try:
            holds._take([want], config.sudo().scenic_channel_id, ref=prefix + token)
        except SoldOut as err:
            return {"held": False, "left": err.left, "message": str(err)}
        return {"held": True, "left": 0, "message": ""}

    @api.model
    def pos_release(self, tokens, config_id):
        """Give back what lines held that are no more."""
        config = self.env["scenic.ticket"]._check_window(config_id)
        self.env["scenic.hold"]._release_refs(f"window:{config.id}:{t}" for t in tokens)
        return True
