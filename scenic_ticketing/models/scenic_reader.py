import secrets

from odoo import api, fields, models


class ScenicReader(models.Model):
    """A card reader of a window that hangs on an IoT box, and the way to it."""

    _name = "scenic.reader"
    _description = "Card Reader of a Window"
    _inherit = ["scenic.window.device"]

    device = fields.Char(readonly=True)
    key = fields.Char(
        default=lambda self: secrets.token_hex(32),
        required=True,
        readonly=True,
        copy=False,
        exportable=False,
        prefetch=False,
        groups="base.group_system",
        help="Shared by the box and the windows with this reader. Who does not know it gets no "
        "reading from the box.",
    )

    def action_new_key(self):
        """Make another key: windows get it when they are opened again, the box in seconds."""
        self.check_access("write")
        for reader in self.sudo():
            reader.key = secrets.token_hex(32)

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_domain(self, data, config):
        return [("id", "in", config.scenic_id_reader_id.ids)]

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_fields(self, config):
        return ["name", "box_address", "device"]

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_read(self, records, config):
        rows = super()._load_pos_data_read(records, config)
        if self.env.user.has_group("scenic_ticketing.group_window"):
            keys = {reader.id: reader.key for reader in self.browse(r["id"] for r in rows).sudo()}
            for row in rows:
                row["_key"] = keys[row["id"]]
        return rows
