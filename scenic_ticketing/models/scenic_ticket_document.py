from odoo import models

from ..tools.qr_image import png_data_uri


class ScenicTicketDocument(models.Model):
    """What a ticket shows when the server prints it."""

    _inherit = "scenic.ticket"

    def _qr_image(self):
        """Return the QR code of this ticket as a data URI."""
        self.ensure_one()
        return png_data_uri(self.sudo().code, pixels=5)

    def _spaced_alias(self):
        """Return the ticket number in groups, so that it can be read out and typed."""
        self.ensure_one()
        digits = self.alias[1:]
        groups = (digits[at : at + 5] for at in range(0, len(digits), 5))
        return f"{self.alias[0]} {' '.join(groups)}"
