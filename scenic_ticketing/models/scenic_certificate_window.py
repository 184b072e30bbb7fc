from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..iot_handlers.scenic_rules import certificate as certificates
from ..iot_handlers.scenic_rules.certificate import ROLE_ISSUE, Certificate
from ..iot_handlers.scenic_rules.site_time import day_number
from ..iot_handlers.scenic_rules.ticket_code import EPOCH
from ..iot_handlers.scenic_rules.verifier import ALLOW_LIST, CLOSED, OPEN, REVOKED, Verifier
from ..tools import key_sql
from ..tools.site_time import to_unix

# tickets of a window are over soon after it sold them; later its certificate is looked up by number
REMEMBERED = timedelta(days=40)
MAX_DEVICE = 0xFFFF


class ScenicCertificateWindow(models.Model):
    """Certificates of windows: what a browser may sign by itself, for some days and not more."""

    _inherit = "scenic.certificate"

    pos_config_id = fields.Many2one(
        "pos.config",
        string="Window",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The point of sale whose browser holds the key; empty = the key of the server.",
    )
    pos_session_id = fields.Many2one(
        "pos.session",
        string="Session",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    alg = fields.Selection(
        [("1", "Ed25519"), ("2", "P-256")], string="Algorithm", readonly=True, default="1"
    )
    pub = fields.Char(
        string="Public Key", readonly=True, index="btree_not_null", help="Hexadecimal."
    )
    device = fields.Integer(
        string="Number of the Window", readonly=True, help="Written inside the certificate."
    )
    max_serial = fields.Integer(
        string="Most Tickets", readonly=True, help="Gates refuse tickets with a greater number."
    )
    visit_from = fields.Date(string="First Visit Day", readonly=True)
    visit_to = fields.Date(string="Last Visit Day", readonly=True, index="btree_not_null")
    max_pax = fields.Integer(string="Most Persons per Ticket", readonly=True)
    max_uses = fields.Integer(
        string="Most Uses per Person", readonly=True, help="0 = as the product says."
    )
    entrances = fields.Integer(string="Entrance Mask", readonly=True)
    class_mask = fields.Char(
        string="Ticket Classes", readonly=True, help="Bit mask of the classes, hexadecimal."
    )

    # EXTENDS base
    def init(self):
        super().init()
        key_sql.install(self.env.cr)

    # ------------------------------------------------------------------
    # who is trusted
    # ------------------------------------------------------------------

    @api.model
    def _trusted(self, site):
        """Return the certificates that a site's codes are checked with.

        Those of windows only while their tickets can still be good: there are many of them.
        """
        since = fields.Date.today() - REMEMBERED
        return self.search(
            [
                ("site_id", "=", site.id),
                "|",
                ("pos_config_id", "=", False),
                ("visit_to", ">=", since),
            ]
        )

    @api.model
    def _recall(self, verifier, kid):
        """Teach a verifier the certificate of a key that it has forgotten, for an old ticket."""
        if not verifier.knows(kid) and (known := self.search([("kid", "=", kid)], limit=1)):
            known._teach(verifier)

    @api.model
    def _known_everywhere(self):
        """Tell whether every gate of the site holds this certificate; gates extend it."""
        return True

    def _own_verifier(self):
        """Return a verifier that knows this certificate only, whatever became of it.

        It needs no key file: a paid sale goes on without one.
        """
        self.ensure_one()
        verifier = Verifier(self.site_id.code, {})
        verifier.trust(bytes.fromhex(self.blob))
        return verifier

    # ------------------------------------------------------------------
    # issue
    # ------------------------------------------------------------------

    @api.model
    def _for_window(self, config, site, products, alg, pub, used):
        """Return a certificate for a key of a window; a new one when the last has little left.

        ``products``: moulds with their class, of what the window sells; ``used``: greatest number
        by key, as the window says.
        """
        today, now = site._today(), fields.Datetime.now()
        domain = Domain("pos_session_id", "=", config.current_session_id.id)
        domain &= Domain("pub", "=", pub) & Domain("site_id", "=", site.id)
        domain &= Domain("state", "=", OPEN)
        known = self.search(domain, order="id desc", limit=1)
        limits = self._window_limits(config, site, products)
        if known and known._has_enough(today, now, used, limits):
            return known
        return self._issue_window(config, site, alg, pub, limits)

    def _has_enough(self, today, now, used, limits):
        """Tell whether a window can go on with this certificate until it asks again."""
        lifetime = self.not_after - self.not_before
        spent = max(used.get(self.kid, 0), key_sql.last(self.env.cr, [self.kid]).get(self.kid, 0))
        return (
            now < self.not_after - lifetime / 3
            and spent <= self.max_serial * 3 // 4
            and self.visit_from <= today
            and all(self[name] == value for name, value in limits.items())
        )

    @api.model
    def _window_limits(self, config, site, products):
        """Return the limits of a certificate that follow from settings and products."""
        entrances = config.scenic_offline_entrance_ids.filtered(lambda e: e.site_id == site)
        uses = [product["uses"] for product in products]
        return {
            "max_serial": site.offline_serials,
            "visit_to": site._today() + timedelta(site.offline_days),
            "max_pax": site.offline_pax,
            "max_uses": 0 if 0 in uses else max(uses),
            "entrances": entrances._mask(),
            "class_mask": f"{sum({1 << product['class_no'] for product in products}):08x}",
        }

    @api.model
    def _issue_window(self, config, site, alg, pub, limits):
        now = fields.Datetime.now()
        vals = {
            **limits,
            "kid": self._new_kid(),
            "site_id": site.id,
            # a window whose clock is a little behind must be able to begin
            "not_before": now - timedelta(hours=1),
            "not_after": now + timedelta(hours=site.offline_hours),
            "visit_from": site._today(),
            "pos_config_id": config.id,
            "pos_session_id": config.current_session_id.id,
            "device": config.id if config.id <= MAX_DEVICE else config.id % MAX_DEVICE + 1,
            "alg": str(alg),
            "pub": pub,
        }
        certificate = self.create(vals)
        certificate._sign_window()
        return certificate

    def _sign_window(self):
        """Sign the certificate of a window with the root key."""
        self.ensure_one()
        keys = self.env["scenic.keyring"]._require()
        blob = keys.issue_certificate(
            Certificate(
                site=self.site_id.code,
                kid=self.kid,
                issuer=keys.root_kid,
                alg=int(self.alg),
                role=ROLE_ISSUE,
                device=self.device,
                not_before=int(to_unix(self.not_before)) - EPOCH,
                not_after=int(to_unix(self.not_after)) - EPOCH,
                max_serial=self.max_serial,
                visit_from=day_number(self.visit_from),
                visit_to=day_number(self.visit_to),
                max_pax=self.max_pax,
                max_uses=self.max_uses,
                entrances=self.entrances,
                class_mask=int(self.class_mask, 16),
                pub=bytes.fromhex(self.pub),
            )
        )
        self.blob = blob.hex()

    def _to_window(self):
        """Return this certificate as the window keeps it; numbers as in the code."""
        self.ensure_one()
        limits = certificates.split(bytes.fromhex(self.blob))[0]
        names = ("site", "kid", "device", "not_before", "not_after", "max_serial", "visit_from")
        names += ("visit_to", "max_pax", "max_uses", "entrances", "class_mask")
        return {
            **{name: getattr(limits, name) for name in names},
            "site_id": self.site_id.id,
            "blob": self.blob,
            "embed": not self._known_everywhere(),
            "used": key_sql.last(self.env.cr, [self.kid]).get(self.kid, 0),
            "until_ms": int(to_unix(self.not_after) * 1000),
        }

    # ------------------------------------------------------------------
    # what becomes of it
    # ------------------------------------------------------------------

    def action_suspect(self):
        """Let gates admit only those tickets that the server knows."""
        self._change_state((OPEN, CLOSED), ALLOW_LIST)

    def action_revoke(self):
        """Let gates refuse every code of this key; its tickets keep their short numbers."""
        self._change_state((OPEN, CLOSED, ALLOW_LIST), REVOKED)

    def action_trust(self):
        """Take a suspicion back."""
        self._change_state((ALLOW_LIST,), OPEN)

    def _change_state(self, allowed, state):
        if not self.env.user.has_group("scenic_ticketing.group_manager") and not self.env.su:
            raise UserError(self.env._("Only a manager can change whether a key is trusted."))
        self.check_access("read")
        if servers := self.filtered(lambda c: not c.pos_config_id):
            raise UserError(
                self.env._(
                    "Key %(kid)s is the one of the server, which signs for all windows: only an "
                    "administrator can take it out of use, in its state bar.",
                    kid=servers[0].kid,
                )
            )
        changed = self.filtered(lambda certificate: certificate.state in allowed)
        changed.sudo().write({"state": state})
