from odoo import models


class ScenicTicketVoucher(models.Model):
    """Value of tickets that were given out for vouchers of a channel.

    Like a group order's, such a ticket is a sale that the ledger does not have yet, until the
    channel is invoiced.
    """

    _inherit = "scenic.ticket"

    # EXTENDS scenic_ticketing
    def _void(self, reason, refund_line=None):
        """No channel pays for a ticket that is void before it was invoiced."""
        res = super()._void(reason, refund_line=refund_line)
        waiting = self.sudo().filtered(
            lambda ticket: ticket.voucher_item_id and not ticket.origin_aml_id
        )
        waiting._sale_write_off()
        return res

    def _voucher_billable(self):
        """Return the tickets that their channel owes and is not invoiced for yet."""
        return self.sudo().filtered(
            lambda ticket: (
                ticket.voucher_item_id
                and not ticket.origin_aml_id
                and (ticket.state != "void" or ticket.used_count)
                and (ticket.used_count or not ticket._voucher_pays_on_use())
            )
        )

    def _voucher_pays_on_use(self):
        """Return whether the channel owes this ticket only when somebody used it."""
        channel = self.voucher_item_id.channel_id.with_company(self.company_id)
        return channel.settlement_mode == "redemption"

    # EXTENDS scenic_ticketing
    def _expire(self):
        """What is paid on redemption is worth nothing when nobody came."""
        unused = self.sudo().filtered(
            lambda ticket: (
                ticket.state == "valid"
                and ticket.voucher_item_id
                and not ticket.origin_aml_id
                and not ticket.used_count
                and ticket._voucher_pays_on_use()
            )
        )
        unused._sale_write_off()
        return super()._expire()
