from odoo import api, models
from odoo.exceptions import ValidationError


class IrFilters(models.Model):
    _inherit = "ir.filters"

    @api.constrains("domain", "model_id")
    def _check_scenic_holder_key(self):
        for favourite in self:
            if "holder_key" in (favourite.domain or ""):
                raise ValidationError(
                    self.env._(
                        "A search by ID or phone cannot be saved: the number would be written "
                        "down in clear. Remove it from the search and save again."
                    )
                )
