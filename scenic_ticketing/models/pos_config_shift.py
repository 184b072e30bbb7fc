from odoo import api, fields, models


class PosConfig(models.Model):
    _inherit = "pos.config"

    scenic_use_shifts = fields.Boolean(
        string="Shifts",
        default=True,
        help="The window is counted, handed over and closed by shifts, with a report of each.",
    )
    scenic_blind_close = fields.Boolean(
        string="Count Blind",
        help="The cashier counts without being told what should be there, and the count is final. "
        "Managers and accountants see it all the time.",
    )

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_read(self, records, config):
        read = super()._load_pos_data_read(records, config)
        if read and records[:1].scenic_use_shifts:
            # whoever answers for a drawer puts cash in and out; the server checks whose it is
            read[0]["_has_cash_move_perm"] = True
        return read
