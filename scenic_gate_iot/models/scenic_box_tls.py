from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..iot_handlers.scenic_gate import terminal_tls


class ScenicBoxTls(models.Model):
    """The certificate under which terminals call a box by HTTPS, where it is not the box's own."""

    _inherit = "scenic.box"

    tls_certificate = fields.Text(
        "Certificate for Terminals",
        groups="base.group_system",
        copy=False,
        help="PEM, with those of its issuers behind it. Empty = the box makes one itself.",
    )
    tls_key = fields.Text(
        "Key of the Certificate",
        groups="base.group_system",
        copy=False,
        exportable=False,
        prefetch=False,
        help="PEM, without a password. Sent to the box only.",
    )
    tls_fingerprint = fields.Char(
        "Fingerprint", compute="_compute_tls_fingerprint", groups="base.group_system"
    )

    @api.depends("tls_certificate")
    def _compute_tls_fingerprint(self):
        for box in self:
            try:
                box.tls_fingerprint = terminal_tls.fingerprint_of(box.tls_certificate or "")
            except ValueError:
                box.tls_fingerprint = False  # none, or a text that is not one yet

    @api.constrains("tls_certificate", "tls_key")
    def _check_tls(self):
        for box in self.sudo():
            given = box.tls_certificate or "", box.tls_key or ""
            problem = terminal_tls.problem(*given) if any(given) else ""
            if problem:
                raise ValidationError(self._tls_texts()[problem])

    def _tls_texts(self):
        return {
            "certificate": self.env._(
                "This is not a certificate. Paste the whole PEM text, from BEGIN CERTIFICATE to "
                "END CERTIFICATE."
            ),
            "key": self.env._(
                "This is not a key. Paste the whole PEM text of the private key, without a "
                "password."
            ),
            "pair": self.env._("Certificate and key do not belong together. Paste both again."),
        }

    def action_remove_certificate(self):
        """Let the box use the certificate that it makes itself."""
        self.write({"tls_certificate": False, "tls_key": False})
