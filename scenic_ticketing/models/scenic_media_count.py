from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.append_only import protect


class ScenicMediaCount(models.Model):
    """What somebody counted at a window, what should have been there, and why it was not."""

    _name = "scenic.media.count"
    _description = "Scenic Count of Ticket Media"
    _order = "id desc"
    _rec_name = "product_id"
    _log_access = False

    config_id = fields.Many2one(
        "pos.config", string="Window", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    shift_id = fields.Many2one(
        "scenic.shift",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The shift that was open at the window.",
    )
    location_id = fields.Many2one(
        "stock.location", string="Place", required=True, readonly=True, ondelete="restrict"
    )
    product_id = fields.Many2one(
        "product.product",
        string="Medium",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    expected = fields.Float(readonly=True, digits="Product Unit")
    counted = fields.Float(readonly=True, digits="Product Unit")
    difference = fields.Float(readonly=True, digits="Product Unit")
    reason = fields.Char(readonly=True)
    user_id = fields.Many2one(
        "res.users", string="By", required=True, readonly=True, ondelete="restrict"
    )
    counted_at = fields.Datetime(required=True, readonly=True)

    def init(self):
        """Install the law of this table in the database itself."""
        super().init()
        protect(self.env.cr, self._table)

    @api.model
    def pos_count_media(self, config_id, counted, reason=None):
        """Keep what a window counted, ``{product id: pieces}``, and correct the stock.

        Returns the counts as ``[{"id", "expected", "counted", "difference"}]``.
        """
        config = self.env["scenic.ticket"]._check_window(config_id)
        numbers = {int(product): float(number) for product, number in counted.items()}
        rows = self._count(config, numbers, (reason or "").strip())
        return [
            {
                "id": row.product_id.id,
                "expected": row.expected,
                "counted": row.counted,
                "difference": row.difference,
            }
            for row in rows
        ]

    @api.model
    def _count(self, config, counted, reason):
        """Note a count and bring the stock of the place in line with it."""
        # two who count the same window at once would both correct it
        config.sudo().lock_for_update()
        domain = [("config_id", "=", config.id), ("product_id", "in", list(counted))]
        stock = {
            row.product_id.id: row for row in self.env["scenic.media.stock"].sudo().search(domain)
        }
        shift = self.env["scenic.shift"].sudo()
        shift = shift.search([("config_id", "=", config.id), ("state", "!=", "closed")], limit=1)
        values = []
        for product in self.env["product.product"].sudo().browse(counted).exists():
            number, row = counted[product.id], stock.get(product.id)
            if number < 0 or not product.is_storable:
                raise UserError(self.env._("Count %s again: a number is missing.", product.name))
            expected = row.remaining if row else 0.0
            difference = product.uom_id.round(number - expected)
            if difference and not reason:
                raise UserError(
                    self.env._(
                        "%(product)s: %(expected)g should be there. Say why it is %(counted)g.",
                        product=product.display_name,
                        expected=expected,
                        counted=number,
                    )
                )
            values.append(
                {
                    "config_id": config.id,
                    "company_id": config.company_id.id,
                    "shift_id": shift.id,
                    "location_id": config._scenic_media_place().id,
                    "product_id": product.id,
                    "expected": expected,
                    "counted": number,
                    "difference": difference,
                    "reason": reason or False,
                    "user_id": self.env.uid,
                    "counted_at": fields.Datetime.now(),
                }
            )
        counts = self.sudo().create(values)
        counts._correct_stock()
        return counts

    def _correct_stock(self):
        """Correct the stock by what was found; what open sessions gave out is still to leave it."""
        moves = self.env["stock.move"].sudo()
        for count in self.filtered("difference"):
            loss = count.product_id.with_company(count.company_id).property_stock_inventory
            places = (
                (loss, count.location_id) if count.difference > 0 else (count.location_id, loss)
            )
            move = moves.create(
                {
                    "product_id": count.product_id.id,
                    "product_uom": count.product_id.uom_id.id,
                    "product_uom_qty": abs(count.difference),
                    "company_id": count.company_id.id,
                    "location_id": places[0].id,
                    "location_dest_id": places[1].id,
                    "is_inventory": True,
                    "inventory_name": self.env._("Count of ticket media: %s", count.reason),
                }
            )
            move._action_confirm(merge=False)
            move.quantity = move.product_uom_qty
            move.picked = True
            move._action_done()

    @api.model
    def _open(self, config):
        """Return the dialog that counts a window."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Count %s", config.display_name),
            "res_model": "scenic.media.counting",
            "view_mode": "form",
            "target": "new",
            "context": {"default_config_id": config.id},
        }
