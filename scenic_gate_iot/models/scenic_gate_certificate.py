from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules import certificate as certificates

# a slot may end after midnight, and a box may be a little behind
_KEPT_DAYS = 2
_NO_GATE = ("new", "blocked")


class ScenicCertificateGates(models.Model):
    """Which keys gates hold."""

    _inherit = "scenic.certificate"

    @api.model
    def _gates_since(self, site):
        """Return the last visit day from which on gates keep the certificates of windows."""
        return site._today() - timedelta(_KEPT_DAYS)

    @api.model
    def _for_gates(self, site):
        """Return the certificates that the gates of a site are told."""
        since = self._gates_since(site)
        domain = Domain("site_id", "=", site.id) & Domain("blob", "!=", False)
        domain &= Domain("pos_config_id", "=", False) | Domain("visit_to", ">=", since)
        return self.search(domain, order="id")

    # EXTENDS scenic_ticketing
    @api.model
    def _known_everywhere(self):
        """Tell whether every gate has said that it holds this certificate.

        Also those that are silent at the moment: they are the ones that cannot ask anybody.
        """
        self.ensure_one()
        boxes = self.env["scenic.box"].sudo()
        gates = boxes.search([("site_id", "=", self.site_id.id), ("state", "not in", _NO_GATE)])
        return all(self.kid in (box.known_kids or ()) for box in gates)


class ScenicBoxCertificates(models.Model):
    _inherit = "scenic.box"

    known_rev = fields.Char(
        readonly=True, copy=False, help="Configuration that the box has said it follows."
    )
    known_kids = fields.Json(
        readonly=True, copy=False, help="Keys whose certificates are in that configuration."
    )

    def _acknowledge(self, revision, config):
        """Note which certificates a box holds that follows this configuration."""
        self.ensure_one()
        if self.known_rev != revision:
            blobs = map(bytes.fromhex, config["certificates"])
            kids = [certificates.split(blob)[0].kid for blob in blobs]
            self.write({"known_rev": revision, "known_kids": kids})
