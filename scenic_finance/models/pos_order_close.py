from odoo import api, models

from .scenic_closed_sale import MONEY


class PosOrderClose(models.Model):
    _name = "pos.order"
    _inherit = ["pos.order", "scenic.closed.sale"]

    def write(self, vals):
        if MONEY[self._name] & set(vals):
            self._scenic_check_open(self._scenic_changes(vals))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_closed_day(self):
        self._scenic_check_open(self)
