import re
import secrets

from odoo import api, fields, models
from odoo.exceptions import ValidationError

_ADDRESS = re.compile(r"[A-Za-z0-9.\-]{1,253}(:\d{1,5})?")


class ScenicReader(models.Model):
    """A card reader of a window that hangs on an IoT box, and the way to it."""

    _name = "scenic.reader"
    _description = "Card Reader of a Window"
    _inherit = ["pos.load.mixin"]
    _order = "sequence, name, id"

    name = fields.Char(required=True, help="Where it stands, for example Window 3.")
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    box_address = fields.Char(
        "Address of the Box",
        help="Name or IP address as windows reach it, with the port where it is not 80 or 443. "
        "A window uses https where it was itself opened by https.",
    )
    device = fields.Char("Device of the Box", readonly=True)
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

    @api.constrains("box_address")
    def _check_address(self):
        for reader in self.filtered("box_address"):
            if not _ADDRESS.fullmatch(reader.box_address):
                raise ValidationError(
                    self.env._(
                        "%(address)s is no address of a box. Enter a name or an IP address, like "
                        "192.168.1.20 or box.example.org:8069.",
                        address=reader.box_address,
                    )
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
