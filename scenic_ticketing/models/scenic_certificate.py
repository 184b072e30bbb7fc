import secrets
from datetime import timedelta

from odoo import api, fields, models

from ..iot_handlers.scenic_rules import certificate as certificates
from ..iot_handlers.scenic_rules.verifier import ALLOW_LIST, CLOSED, OPEN, REVOKED, KeyStatus
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
        [
            (OPEN, "In Use"),
            (CLOSED, "Closed"),
            (ALLOW_LIST, "Under Suspicion"),
            (REVOKED, "Revoked"),
        ],
        required=True,
        default=OPEN,
        help="Closed: signs nothing new. Under suspicion: gates admit only those of its tickets "
        "that the server knows. Revoked: gates refuse every ticket signed with it.",
    )
    last_serial = fields.Integer(
        help="Highest ticket number signed before the key was closed. 0 = none was."
    )

    _kid_uniq = models.Constraint("UNIQUE (kid)", "Another certificate already has this number.")

    @api.model
    def _current(self, site, now=None):
        """Return the certificate that signs new tickets of a site, issuing one when due."""
        now = now or fields.Datetime.now()
        return self._open(site, now + RENEW_BEFORE) or self._issue(site, now)

    @api.model
    def _current_kid(self, site):
        """Return the key number for new tickets of a site; asked for every sale, so in one query.

        Not kept in memory: a certificate that is rolled back with its sale must not be used again.
        """
        self.flush_model()
        self.env.cr.execute(
            "SELECT kid FROM scenic_certificate WHERE site_id = %s AND state = %s"
            " AND pos_config_id IS NULL AND blob IS NOT NULL AND not_after > %s"
            " ORDER BY not_after DESC, id DESC LIMIT 1",
            [site.id, OPEN, fields.Datetime.now() + RENEW_BEFORE],
        )
        found = self.env.cr.fetchone()
        return found[0] if found else self._current(site).kid

    @api.model
    def _open(self, site, valid_at):
        domain = [("site_id", "=", site.id), ("state", "=", OPEN), ("not_after", ">", valid_at)]
        return self.search([*domain, ("blob", "!=", False), ("pos_config_id", "=", False)], limit=1)

    @api.model
    def _placeholder(self, site):
        """Return a certificate to number tickets under while nothing can be signed.

        Without the key file a paid ticket still needs its identity: it takes the key number of
        the last good certificate, or of one that will be signed later.
        """
        now = fields.Datetime.now()
        waiting = [("site_id", "=", site.id), ("blob", "=", False)]
        return (
            self._open(site, now)
            or self.search(waiting, limit=1)
            or self.create(self._new_vals(site, now))
        )

    @api.model
    def _new_vals(self, site, now):
        return {
            "kid": self._new_kid(),
            "site_id": site.id,
            # a gate whose clock is a little behind must not refuse the first tickets
            "not_before": now - timedelta(days=1),
            "not_after": now + LIFETIME,
        }

    @api.model
    def _issue(self, site, now):
        """Create a certificate of the server's own key for a site, and sign it."""
        waiting = self.search([("site_id", "=", site.id), ("blob", "=", False)], limit=1)
        certificate = waiting or self.create(self._new_vals(site, now))
        certificate._sign()
        return certificate

    def _sign(self):
        """Sign this certificate with the root key."""
        self.ensure_one()
        blob = (
            self.env["scenic.keyring"]
            ._require()
            .issue_server_certificate(
                self.site_id.code,
                self.kid,
                int(to_unix(self.not_before)),
                int(to_unix(self.not_after)),
            )
        )
        self.blob = blob.hex()

    def _is_of(self, public):
        """Tell whether this certificate speaks for a public key (bytes)."""
        self.ensure_one()
        return bool(self.blob) and certificates.split(bytes.fromhex(self.blob))[0].pub == public

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
