import hashlib
import json

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..iot_handlers.scenic_rules.signature import ED25519, PublicKey
from ..tools import holder_sql

_CONTEXT = b"scenic-purge-v1\0"
# what the hash of a certificate covers, in this order
_COVERED = (
    "number",
    "kind",
    "day",
    "holder_count",
    "photo_count",
    "use_count",
    "salt_count",
    "ticket_count",
    "digest",
    "previous",
    "purged_at",
)


class ScenicPurgeCertificate(models.Model):
    """What was destroyed, when, by whom: numbered without a gap, chained, signed, never changed."""

    _name = "scenic.purge.certificate"
    _description = "Scenic Certificate of Destruction"
    _order = "company_id, number desc"

    name = fields.Char(compute="_compute_name")
    number = fields.Integer(required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    site_id = fields.Many2one("scenic.site", required=True, readonly=True, ondelete="restrict")
    kind = fields.Selection(
        [("day", "Day over"), ("abandoned", "Sale given up")],
        required=True,
        readonly=True,
        help="Day over: all holders whose tickets ended that day, with the key of the day. Sale "
        "given up: holders that were written down for a sale that never happened.",
    )
    day = fields.Date(required=True, readonly=True, help="Last valid day of the tickets.")
    purged_at = fields.Datetime(string="Destroyed at", required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", string="Destroyed by", required=True, readonly=True, ondelete="restrict"
    )
    holder_count = fields.Integer(string="Holders", readonly=True)
    photo_count = fields.Integer(string="Photos", readonly=True)
    use_count = fields.Integer(string="IDs of the Day", readonly=True)
    salt_count = fields.Integer(string="Keys of the Day", readonly=True)
    ticket_count = fields.Integer(string="Tickets Made Anonymous", readonly=True)
    digest = fields.Char(
        string="Hash of What Was Destroyed",
        required=True,
        readonly=True,
        help="SHA-256 over the fingerprints of all destroyed rows.",
    )
    previous = fields.Char(readonly=True, help="Hash of the certificate before this one.")
    hash = fields.Char(required=True, readonly=True, help="Hash of this certificate.")
    public_key = fields.Char(readonly=True)
    signature = fields.Char(
        readonly=True, help="Of the server's signing key over the hash; empty without key file."
    )

    _number_uniq = models.Constraint(
        "UNIQUE (company_id, number)", "This certificate already exists."
    )

    def init(self):
        """Install the laws of this table in the database itself."""
        super().init()
        holder_sql.install_certificates(self.env.cr)

    @api.depends("number")
    def _compute_name(self):
        for certificate in self:
            certificate.name = f"PC{certificate.number:06d}"

    @api.model
    def _write_down(self, site, vals):
        """Add a certificate to the chain of the site's company."""
        company = site.company_id
        holder_sql.lock_certificates(self.env.cr, company.id)
        last = self.sudo().search([("company_id", "=", company.id)], order="number desc", limit=1)
        vals = {
            **vals,
            "number": last.number + 1,
            "previous": last.hash or False,
            "purged_at": fields.Datetime.now(),
        }
        content = _content_hash(site, vals)
        public, signature = self._sign(content)
        return self.sudo().create(
            {
                **vals,
                "company_id": company.id,
                "site_id": site.id,
                "user_id": self.env.uid,
                "hash": content,
                "public_key": public,
                "signature": signature,
            }
        )

    @api.model
    def _sign(self, content):
        keyring = self.env["scenic.keyring"]
        if keyring._problem():
            # destroying does not wait for a key
            return False, False
        signer = keyring._keys().issuer
        return signer.public.hex(), signer(_CONTEXT + content.encode()).hex()

    def _verify(self):
        """Return the codes of what is wrong with these certificates; empty when they are good.

        ``changed``: not what was written. ``chain``: the one before is another, or missing.
        ``signature``: not signed by a key of this server. ``left``: the database still holds
        something of the day.
        """
        wrong = []
        trusted = self._trusted_keys()
        for certificate in self.sudo():
            found = []
            values = {name: certificate[name] for name in _COVERED}
            if _content_hash(certificate.site_id, values) != certificate.hash:
                found.append("changed")
            before = self.sudo().search(
                [
                    ("company_id", "=", certificate.company_id.id),
                    ("number", "=", certificate.number - 1),
                ]
            )
            if (before.hash or False) != (certificate.previous or False):
                found.append("chain")
            if certificate.signature and not certificate._is_signed(trusted):
                found.append("signature")
            if certificate.kind == "day" and certificate._is_left():
                found.append("left")
            wrong += [(certificate.number, code) for code in found]
        return wrong

    def _trusted_keys(self):
        certificates = self.env["scenic.certificate"].sudo().search([("blob", "!=", False)])
        keyring = self.env["scenic.keyring"]
        own = {} if keyring._problem() else {keyring._keys().issuer.public.hex()}
        return {blob for blob in certificates.mapped("blob")}, own

    def _is_signed(self, trusted):
        blobs, own = trusted
        # a former key is known by the certificate that the root gave it
        if self.public_key not in own and not any(self.public_key in blob for blob in blobs):
            return False
        key = PublicKey(ED25519, bytes.fromhex(self.public_key))
        return key.verifies(bytes.fromhex(self.signature), _CONTEXT + self.hash.encode())

    def _is_left(self):
        """Tell whether something of the day is still there, or came back from a backup."""
        place = [("site_id", "=", self.site_id.id)]
        older = ("create_date", "<=", self.purged_at)
        env = self.sudo().env
        return bool(
            env["scenic.holder"].search_count([*place, ("last_day", "=", self.day), older], limit=1)
            or env["scenic.holder.salt"].search_count(
                [*place, ("day", "=", self.day), older], limit=1
            )
        )

    def action_verify(self):
        """Say whether these certificates are good."""
        wrong = self._verify()
        if wrong:
            raise UserError(
                self.env._(
                    "These certificates do not prove: %(list)s",
                    list=", ".join(f"PC{number:06d} ({code})" for number, code in wrong),
                )
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(count)s certificates are unchanged, complete and signed, and nothing of "
                    "their days is left.",
                    count=len(self),
                ),
            },
        }


def _content_hash(site, values):
    """Return the hash of a certificate's content."""
    content = {
        "site": site.code,
        **{
            name: str(value) if name in ("day", "purged_at") else value or 0
            for name, value in ((name, values.get(name)) for name in _COVERED)
        },
    }
    text = json.dumps(content, sort_keys=True).encode()
    return hashlib.sha256(_CONTEXT + text).hexdigest()
