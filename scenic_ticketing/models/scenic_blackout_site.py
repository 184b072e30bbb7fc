from odoo import api, models


class ScenicBlackoutLineSite(models.Model):
    """Open windows hear at once of days on which their site closes or opens again."""

    _inherit = "scenic.blackout.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._closing_sites()._announce_prices()
        return lines

    def write(self, vals):
        sites = self._closing_sites()
        res = super().write(vals)
        (sites | self._closing_sites())._announce_prices()
        return res

    def unlink(self):
        sites = self._closing_sites()
        res = super().unlink()
        sites._announce_prices()
        return res

    def _closing_sites(self):
        calendars = self.blackout_id.ids
        return self.env["scenic.site"].sudo().search([("closed_calendar_ids", "in", calendars)])
