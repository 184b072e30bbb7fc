from odoo import api, models


class PosConfigSell(models.Model):
    _inherit = "pos.config"

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_read(self, records, config):
        read = super()._load_pos_data_read(records, config)
        if read:
            may = self.env["scenic.free.reason"]._may_give(self.env.user)
            read[0]["_scenic_may_give"] = may
        return read

    def _scenic_tell_places(self):
        """Tell the other open windows of the company that places were sold.

        Only that it happened: each asks for what it shows, when it has time.
        """
        self.ensure_one()
        sessions = (
            self.env["pos.session"]
            .sudo()
            .search(
                [
                    ("state", "in", ("opening_control", "opened")),
                    ("config_id", "!=", self.id),
                    ("config_id.company_id", "=", self.company_id.id),
                ]
            )
        )
        for window in sessions.config_id:
            window._notify("SCENIC_PLACES", {"window": self.id})
