from odoo import api, models


class ScenicTariffPart(models.AbstractModel):
    """A line of a tariff: editable with it, and nobody sells by a stale copy of it."""

    _name = "scenic.tariff.part"
    _inherit = ["scenic.publishable.part"]
    _description = "Part of a Scenic Tariff"

    _publish_parent = "tariff_id"

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts.tariff_id._live()._forget()
        return parts

    def write(self, vals):
        live = self.tariff_id._live()
        res = super().write(vals)
        (live | self.tariff_id._live())._forget()
        return res

    def unlink(self):
        live = self.tariff_id._live()
        res = super().unlink()
        live._forget()
        return res
