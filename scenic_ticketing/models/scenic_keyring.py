import configparser
import logging
import os
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

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


class Trust(NamedTuple):
    """What the codes of one site are checked with."""

    verifier: Verifier
    dynamic_key: bytes | None


@lru_cache(maxsize=1)
def _path_in(config_file, _changed):
    """Read the path of the key file out of the server's configuration, again when it changed."""
    parser = configparser.RawConfigParser()
    try:
        parser.read(config_file)
    except configparser.Error:
        return None
    return parser.get(SECTION, OPTION, fallback="").strip() or None


class ScenicKeyring(models.AbstractModel):
    """The signing keys: read from a file beside the server, never stored in the database."""

    _name = "scenic.keyring"
    _description = "Scenic Keyring"

    @api.model
    def _key_path(self):
        """Return the path of the key file, None when nothing names one."""
        if path := os.environ.get(ENVIRONMENT):
            return path
        path = tools.config["config"] or ""
        try:
            changed = os.stat(path).st_mtime_ns
        except OSError:
            return None
        return _path_in(path, changed)

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
    def _stamp(self):
        """Return what identifies the content of the key file, None when it cannot be read."""
        path = self._key_path()
        try:
            stat = os.stat(path or "")
        except OSError:
            return None
        return path, stat.st_mtime_ns, stat.st_size

    @api.model
    def _keys(self):
        """Return the key file's content; OSError or KeyFileError when there is none."""
        stamp = self._stamp()
        if stamp is None or stamp not in _loaded:
            path = self._key_path() or ""
            keys = key_files.load(Path(path).read_bytes())
            _loaded.clear()
            _loaded[stamp] = keys
        return _loaded[stamp]

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
        kid = certificates._current_kid(site)
        return kid, self._keys().issuer

    @api.model
    def _verifier(self, site):
        """Return the verifier of a site's codes, with every certificate that was ever issued."""
        self._require()
        return self._trust(site).verifier

    @api.model
    def _dynamic_key(self, site):
        """Return the key of the live codes of a site; None without a key file."""
        return self._trust(site).dynamic_key

    @api.model
    def _trust(self, site):
        """Return what a site's codes are checked with; without a key file it knows no code.

        ``site``: record or SiteInfo. Kept in memory until a certificate or the key file changes.
        """
        return self._trust_of(site.id, self._stamp())

    @api.model
    @tools.ormcache("site_id", "stamp")
    def _trust_of(self, site_id, stamp):
        site = self.env["scenic.site"].browse(site_id).sudo()
        try:
            keys = self._keys() if stamp else None
        except key_files.KeyFileError:
            keys = None
        verifier = Verifier(site.code, keys.roots if keys else {})
        if keys:
            for certificate in self.env["scenic.certificate"].sudo()._trusted(site):
                certificate._teach(verifier)
        return Trust(verifier, keys.dynamic_key(site.code) if keys else None)

    @api.model
    def _read_code(self, text):
        """Return the TicketCode of a text that a key of ours was allowed to sign; else CodeError.

        For codes of tickets that are looked up afterwards: a key under suspicion may have signed
        them, because those that the database knows are good.
        """
        decoded = ticket_code.decode(text)
        site_id = self.env["scenic.site"]._by_code().get(decoded.ticket.site)
        if site_id is None:
            raise ticket_code.CodeError(Reason.E_SITE)
        verifier = self._verifier(self.env["scenic.site"].browse(site_id))
        self.env["scenic.certificate"].sudo()._recall(verifier, decoded.ticket.kid)
        ticket, certificate = verifier.verify_decoded(decoded)
        rule = self.env["product.template"]._scenic_rule_of(ticket.product)
        verifier.check_limits(ticket, certificate, rule.class_no if rule else 0, listed=True)
        return ticket

    def _register_hook(self):
        super()._register_hook()
        if problem := self._problem():
            _logger.warning(problem)
