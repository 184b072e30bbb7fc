import logging

from odoo import api, models
from odoo.exceptions import UserError, ValidationError

_logger = logging.getLogger(__name__)


class StockPicking(models.Model):
    _inherit = "stock.picking"

    # EXTENDS point_of_sale
    @api.model
    def _create_picking_from_pos_order_lines(
        self, location_dest_id, lines, picking_type, partner=False
    ):
        pickings = super()._create_picking_from_pos_order_lines(
            location_dest_id, lines, picking_type, partner
        )
        pieces = lines._scenic_media()
        if pieces:
            pickings |= self._scenic_create_media_picking(
                pieces, location_dest_id, picking_type, partner
            )
        return pickings

    @api.model
    def _scenic_create_media_picking(self, pieces, location_dest_id, picking_type, partner):
        """Take the ticket paper and wristbands of a sale from stock.

        Refunds bring nothing back: printed paper is waste.
        """
        picking = self.create(
            self._prepare_picking_vals(
                partner, picking_type, picking_type.default_location_src_id.id, location_dest_id
            )
        )
        moves = self.env["stock.move"].create(
            [
                {
                    "product_id": product.id,
                    "product_uom": product.uom_id.id,
                    "product_uom_qty": count,
                    "picking_id": picking.id,
                    "picking_type_id": picking_type.id,
                    "location_id": picking.location_id.id,
                    "location_dest_id": location_dest_id,
                    "company_id": picking.company_id.id,
                }
                for product, count in pieces.items()
            ]
        )
        moves._action_confirm()
        for move in moves:
            move.quantity = move.product_uom_qty
        moves.picked = True
        self.env.flush_all()
        # a paid sale is never refused because of paper: what cannot be done stays to be done
        try:
            with self.env.cr.savepoint():
                picking._action_done()
        except (UserError, ValidationError) as err:
            _logger.info("Ticket paper %s stays to be taken from stock: %s", picking.name, err)
        return picking
