from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    pos_scenic_channel_id = fields.Many2one(
        related="pos_config_id.scenic_channel_id", readonly=False
    )
    pos_scenic_auto_print = fields.Boolean(
        related="pos_config_id.scenic_auto_print", readonly=False
    )
    pos_scenic_price_deviation = fields.Selection(
        related="pos_config_id.scenic_price_deviation", readonly=False
    )
    pos_scenic_layout_id = fields.Many2one(related="pos_config_id.scenic_layout_id", readonly=False)
    pos_scenic_receipt_printer_id = fields.Many2one(
        related="pos_config_id.scenic_receipt_printer_id", readonly=False
    )
    pos_scenic_label_printer_id = fields.Many2one(
        related="pos_config_id.scenic_label_printer_id", readonly=False
    )
    pos_scenic_offline_entrance_ids = fields.Many2many(
        related="pos_config_id.scenic_offline_entrance_ids", readonly=False
    )
    pos_scenic_use_shifts = fields.Boolean(
        related="pos_config_id.scenic_use_shifts", readonly=False
    )
    pos_scenic_blind_close = fields.Boolean(
        related="pos_config_id.scenic_blind_close", readonly=False
    )
    pos_scenic_id_reader_id = fields.Many2one(
        related="pos_config_id.scenic_id_reader_id", readonly=False
    )
    pos_scenic_reader_baud = fields.Integer(
        related="pos_config_id.scenic_reader_baud", readonly=False
    )
