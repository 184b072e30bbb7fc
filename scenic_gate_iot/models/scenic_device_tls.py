from odoo import api, fields, models

from ..tools import lane_status


class ScenicDeviceTls(models.Model):
    """Terminals that call their box by HTTPS."""

    _inherit = "scenic.device"

    live_fingerprint = fields.Char(
        "Certificate of the Box",
        compute="_compute_live_fingerprint",
        help="SHA-256 of the certificate under which this terminal calls the box, as the box says. "
        "Compare it with what the terminal shows before you let it trust the box.",
    )

    @api.depends("lane_id.box_id.status", "name")
    def _compute_live_fingerprint(self):
        for device in self:
            lane = device.lane_id
            device.live_fingerprint = lane_status.fingerprint(
                lane.box_id.status, lane.code, device.name
            )

    # EXTENDS scenic_gate_iot
    def _options_for_box(self):
        options = super()._options_for_box()
        box = self.lane_id.box_id.sudo()
        if options.get("tls") and box.tls_certificate:
            options |= {"tls_certificate": box.tls_certificate, "tls_key": box.tls_key}
        return options
