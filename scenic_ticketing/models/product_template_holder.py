from datetime import timedelta

from odoo import api, fields, models

from ..tools import validity


class ProductTemplateHolder(models.Model):
    """What a sale of this ticket asks about its holder."""

    _inherit = "product.template"

    scenic_id_needed = fields.Selection(related="scenic_policy_id.id_needed_at_sale")
    scenic_phone_needed = fields.Boolean(related="scenic_policy_id.phone_needed")
    scenic_photo_wanted = fields.Boolean(related="scenic_policy_id.holder_check")

    def _scenic_dates(self, wished):
        """Return ``(visit date, last valid day)`` of a ticket that is sold now for a day."""
        self.ensure_one()
        mould = self._scenic_mould()
        today = self.env["scenic.site"].browse(mould.site_id).sudo()._today()
        visit_date, valid_days = validity.dates(mould.validity, wished, today)
        return visit_date, visit_date + timedelta(valid_days - 1)

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_fields(self, config_id):
        fields_ = super()._load_pos_data_fields(config_id)
        return [*fields_, "scenic_id_needed", "scenic_phone_needed", "scenic_photo_wanted"]
