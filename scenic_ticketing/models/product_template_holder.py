from datetime import timedelta

from odoo import api, fields, models


class ProductTemplateHolder(models.Model):
    """What a sale of this ticket asks about its holder."""

    _inherit = "product.template"

    scenic_id_needed = fields.Selection(related="scenic_policy_id.id_needed_at_sale")
    scenic_phone_needed = fields.Boolean(related="scenic_policy_id.phone_needed")

    def _scenic_last_day(self, visit_date):
        """Return the last valid day of a ticket for a visit date, as far as it is known before."""
        self.ensure_one()
        return visit_date + timedelta(self._scenic_mould().valid_days - 1)

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_fields(self, config_id):
        fields_ = super()._load_pos_data_fields(config_id)
        return [*fields_, "scenic_id_needed", "scenic_phone_needed"]
