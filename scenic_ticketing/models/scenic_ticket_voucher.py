from odoo import fields, models


class ScenicTicketVoucher(models.Model):
    """Tickets that were given out for a voucher of a channel."""

    _inherit = "scenic.ticket"

    voucher_item_id = fields.Many2one(
        "scenic.voucher.item",
        string="Voucher",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    _voucher_seq_uniq = models.UniqueIndex(
        "(voucher_item_id, seq) WHERE voucher_item_id IS NOT NULL",
        "This voucher is exchanged already.",
    )

    # EXTENDS scenic_ticketing
    def _refund_obstacle(self, persons=None):
        """Money that a channel took comes back from the channel."""
        item = self.sudo().voucher_item_id
        if item and not self.sudo().pos_order_line_id:
            return self.env._(
                "Ticket %(number)s was bought at %(channel)s with order %(order)s: the money "
                "comes back there, not here.",
                number=self.alias,
                channel=item.channel_id.name,
                order=item.order_id.number,
            )
        return super()._refund_obstacle(persons)

    # EXTENDS scenic_ticketing
    def _shared_fields(self):
        return [*super()._shared_fields(), "voucher_item_id"]

    # EXTENDS scenic_ticketing
    def _family_fields(self):
        return [*super()._family_fields(), "voucher_item_id"]
