from odoo import models

from ..tools import media_sql


class PosSessionMedia(models.Model):
    """The media of a session leave the stock with its closing, in one picking."""

    _inherit = "pos.session"

    # EXTENDS point_of_sale
    def _validate_session(self, *args, **kwargs):
        for session in self.filtered(lambda session: session.state != "closed"):
            session.sudo()._scenic_take_media()
        return super()._validate_session(*args, **kwargs)

    def _scenic_take_media(self):
        """Take from stock what the tickets of this session were handed out on; only once.

        Before the entry of the session is made: with perpetual valuation it books the cost of all
        pickings of the session. Refunds bring nothing back, printed paper is waste; deposits do.
        """
        self.ensure_one()
        pickings = self.env["stock.picking"]
        if pickings.search_count([("scenic_media_session_id", "=", self.id)], limit=1):
            return pickings
        self.env.flush_all()
        pieces = media_sql.of_session(self.env.cr, self.id)
        taken = {product: number for product, number in pieces.items() if number > 0}
        back = {product: -number for product, number in pieces.items() if number < 0}
        here, kind = self.config_id._scenic_media_place(), self.config_id.picking_type_id
        there = kind.default_location_dest_id
        if there.usage != "customer":
            there = self.env["stock.warehouse"]._get_partner_locations()[0]
        if taken:
            pickings |= self._scenic_move_media(taken, kind, here, there)
        if back:
            kind = kind.return_picking_type_id or kind
            pickings |= self._scenic_move_media(back, kind, there, here)
        return pickings

    def _scenic_move_media(self, pieces, kind, source, target):
        products = self.env["product.product"]
        values = self.env["stock.picking"]._prepare_picking_vals(False, kind, source.id, target.id)
        picking = self.env["stock.picking"].create(
            {
                **values,
                "pos_session_id": self.id,
                "scenic_media_session_id": self.id,
                "origin": self.name,
            }
        )
        moves = self.env["stock.move"].create(
            [
                {
                    "product_id": product_id,
                    "product_uom": products.browse(product_id).uom_id.id,
                    "product_uom_qty": quantity,
                    "picking_id": picking.id,
                    "picking_type_id": kind.id,
                    "location_id": source.id,
                    "location_dest_id": target.id,
                    "company_id": picking.company_id.id,
                }
                for product_id, quantity in pieces.items()
            ]
        )
        moves._action_confirm()
        for move in moves:
            move.quantity = move.product_uom_qty
        moves.picked = True
        self.env.flush_all()
        picking._scenic_try_done()
        return picking
