import secrets
from datetime import timedelta

from odoo import api, fields, models

from ..iot_handlers.scenic_rules.verifier import CLOSED, OPEN, REVOKED, KeyStatus
from ..tools.site_time import to_unix

LIFETIME = timedelta(days=90)
RENEW_BEFORE = timedelta(days=30)

# Small numbers are left to the roots, and random ones keep a copied database from signing tickets
# under the identity of the original.
_KID_MIN, _KID_MAX = 1 << 16, (1 << 31) - 1


class ScenicCertificate(models.Model):
    """What gates hold to check the signature of tickets. Holds public halves of keys only."""

    _name = "scenic.certificate"
    _description = "Scenic Certificate"
    _order = "not_after desc, id desc"
    _rec_name = "kid"

    kid = fields.Integer(
        string="Key Number", required=True, readonly=True, help="Written inside every ticket code."
    )
    site_id = fields.Many2one(
        "scenic.site", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="site_id.company_id", store=True, index=True)
    blob = fields.Char(
        string="Signed Certificate", readonly=True, help="Hexadecimal; public, no secret inside."
    )
    not_before = fields.Datetime(string="Valid from", required=True, readonly=True)
    not_after = fields.Datetime(string="Valid until", required=True, readonly=True)
    state = fields.Selection(
        [(OPEN, "In Use"), (CLOSED, "Closed"), (REVOKED, "Revoked")],
        required=True,
        default=OPEN,
        help="Closed: signs nothing new. Revoked: gates refuse every ticket signed with it.",
    )
    last_serial = fields.Integer(
        help="Highest ticket number signed before the key was closed. 0 = none was."
    )

    _kid_uniq = models.Constraint("UNIQUE (kid)", "Another certificate already has this number.")

    @api.model
    def _current(self, site, now=None):
        """Return the certificate that signs new tickets of a site, issuing one when due."""
        now = now or fields.Datetime.now()
        certificate = self.search(
            [
                ("site_id", "=", site.id),
                ("state", "=", OPEN),
                ("not_before", "<=", now),
                ("not_after", ">", now + RENEW_BEFORE),
                ("blob", "!=", False),
            ],
            limit=1,
        )
        return certificate or self._issue(site, now)

    @api.model
    def _issue(self, site, now):
        """Sign a new certificate of the server's own key for a site."""
        keys = self.env["scenic.keyring"]._require()
        kid = self._new_kid()
        # a gate whose clock is a little behind must not refuse the first tickets
        not_before, not_after = now - timedelta(days=1), now + LIFETIME
        blob = keys.issue_server_certificate(
            site.code, kid, int(to_unix(not_before)), int(to_unix(not_after))
        )
        return self.create(
            {
                "kid": kid,
                "site_id": site.id,
                "blob": blob.hex(),
                "not_before": not_before,
                "not_after": not_after,
            }
        )

    @api.model
    def _new_kid(self):
        while True:
            kid = _KID_MIN + secrets.randbelow(_KID_MAX - _KID_MIN)
            if not self.search_count([("kid", "=", kid)], limit=1):
                return kid

    def _teach(self, verifier):
        """Add this certificate and what became of it to a verifier."""
        self.ensure_one()
        if self.blob:
            verifier.add_certificate(bytes.fromhex(self.blob))
        verifier.set_status(self.kid, KeyStatus(self.state, self.last_serial))

    @api.model_create_multi
    def create(self, vals_list):
        certificates = super().create(vals_list)
        self.env.registry.clear_cache()
        return certificates

    def write(self, vals):
        res = super().write(vals)
        self.env.registry.clear_cache()
        return res
