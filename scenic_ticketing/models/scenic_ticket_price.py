from odoo import api, fields, models


class ScenicTicketPrice(models.Model):
    """Which prices were in force when a ticket was sold."""

    _inherit = "scenic.ticket"

    tariff_version = fields.Integer(
        readonly=True,
        aggregator=None,
        help="Version of the site's tariff when the ticket was sold; 0 = sold without a tariff.",
    )

    # EXTENDS scenic_ticketing
    @api.model
    def _complete_vals(self, mould, signer, vals, serial, alias):
        complete = super()._complete_vals(mould, signer, vals, serial, alias)
        tariff = self.env["scenic.site"].browse(mould.site_id)._tariff()
        return {"tariff_version": tariff.version if tariff else 0, **complete}
