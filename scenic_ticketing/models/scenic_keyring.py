import configparser
import logging
import os
from pathlib import Path

from odoo import api, models, tools
from odoo.exceptions import UserError

from ..iot_handlers.scenic_rules import keys as key_files
from ..iot_handlers.scenic_rules import ticket_code
from ..iot_handlers.scenic_rules.reason import Reason
from ..iot_handlers.scenic_rules.verifier import Verifier

_logger = logging.getLogger(__name__)

ENVIRONMENT = "SCENIC_KEY_FILE"
SECTION, OPTION = "scenic", "key_file"

# {(path, modification time, size): KeyFile}; one entry. Keys live in the process only.
_loaded = {}


class ScenicKeyring(models.AbstractModel):
    """The signing keys: read from a file beside the server, never stored in the database."""

    _name = "scenic.keyring"
    _description = "Scenic Keyring"

    @api.model
    def _key_path(self):
        """Return the path of the key file, None when nothing names one."""
        if path := os.environ.get(ENVIRONMENT):
            return path
        parser = configparser.RawConfigParser()
        try:
            parser.read(tools.config["config"] or [])
        except configparser.Error:
            return None
        return parser.get(SECTION, OPTION, fallback="").strip() or None

    @api.model
    def _problem(self):
        """Return a sentence for people when tickets cannot be signed, else None."""
        path = self._key_path()
        if not path:
            return self.env._(
                "Tickets cannot be signed: no key file is named. Write its path as key_file in "
                "the section [scenic] of the server's configuration file."
            )
        try:
            self._keys()
        except OSError as err:
            return self.env._(
                "Tickets cannot be signed: the key file %(path)s cannot be read (%(cause)s).",
                path=path,
                cause=err.strerror,
            )
        except key_files.KeyFileError as err:
            return self.env._(
                "Tickets cannot be signed: the key file %(path)s is damaged. %(cause)s",
                path=path,
                cause=str(err),
            )
        return None

    @api.model
    def _keys(self):
        """Return the key file's content; OSError or KeyFileError when there is none."""
        path = Path(self._key_path() or "")
        stat = path.stat()
        identity = (path, stat.st_mtime_ns, stat.st_size)
        if identity not in _loaded:
            keys = key_files.load(path.read_bytes())
            _loaded.clear()
            _loaded[identity] = keys
        return _loaded[identity]

    @api.model
    def _require(self):
        """Return the keys, or tell the user in one sentence what is missing."""
        if problem := self._problem():
            raise UserError(problem)
        return self._keys()

    @api.model
    def _signer(self, site):
        """Return ``(kid, sign, certificate blob)`` for tickets of a site."""
        keys = self._require()
        certificate = self.env["scenic.certificate"].sudo()._current(site)
        return certificate.kid, keys.issuer, bytes.fromhex(certificate.blob)

    @api.model
    def _signer_or_number(self, site):
        """Return ``(kid, sign)``; ``sign`` is None when the key file is missing.

        For sales: the money is taken, so the ticket exists, with or without a signature.
        """
        certificates = self.env["scenic.certificate"].sudo()
        if problem := self._problem():
            _logger.error("Tickets are sold without a code. %s", problem)
            return certificates._placeholder(site).kid, None
        return certificates._current(site).kid, self._keys().issuer

    @api.model
    @tools.ormcache("site_id", "stamp")
    def _cached_verifier(self, site_id, stamp):
        """Build the verifier of a site once per worker and key file (``stamp`` names it)."""
        site = self.env["scenic.site"].browse(site_id).sudo()
        verifier = Verifier(site.code, self._keys().roots)
        for certificate in (
            self.env["scenic.certificate"].sudo().search([("site_id", "=", site_id)])
        ):
            certificate._teach(verifier)
        return verifier

    @api.model
    def _verifier(self, site):
        """Return the verifier of a site's codes, with every certificate that was ever issued."""
        self._require()
        return self._cached_verifier(site.id, hash(next(iter(_loaded))))

    @api.model
    def _dynamic_key(self, site):
        """Return the key of the live codes of a site; None without a key file."""
        try:
            return self._keys().dynamic_key(site.code)
        except (OSError, key_files.KeyFileError):
            return None

    @api.model
    def _read_code(self, text):
        """Return the TicketCode of a text whose signature is good; CodeError otherwise."""
        decoded = ticket_code.decode(text)
        site_id = self.env["scenic.site"]._by_code().get(decoded.ticket.site)
        if site_id is None:
            raise ticket_code.CodeError(Reason.E_SITE)
        verifier = self._verifier(self.env["scenic.site"].browse(site_id))
        ticket, _certificate = verifier.verify_decoded(decoded)
        return ticket

    def _register_hook(self):
        super()._register_hook()
        if problem := self._problem():
            _logger.warning(problem)
