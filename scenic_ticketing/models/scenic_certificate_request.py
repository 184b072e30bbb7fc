from odoo import api, fields, models

from ..iot_handlers.scenic_rules import allowance
from ..iot_handlers.scenic_rules.signature import PublicKey
from ..iot_handlers.scenic_rules.verifier import ALLOW_LIST, REVOKED
from ..tools.site_time import to_unix

_SUSPECT = (ALLOW_LIST, REVOKED)
_SELLING = ("opening_control", "opened")


class ScenicCertificateRequest(models.Model):
    """A window asks for the certificate of the key that its browser made."""

    _inherit = "scenic.certificate"

    @api.model
    def pos_request(self, config_id, alg, pub_hex, used=None):
        """Return what a window may sign from now on; asked at its start and while it is online.

        ``alg`` 1 = Ed25519, 2 = P-256; ``pub_hex`` the raw public key; ``used`` greatest number by
        key number (as text), so that a certificate is renewed before its numbers run out. Never
        raises for what the window says: it goes on selling with the server's codes.
        """
        config = self.env["scenic.ticket"]._check_window(config_id)
        answer = {
            "certificates": [],
            "products": {},
            "problem": self._request_problem(config, alg, pub_hex),
            "new_key": False,
            "now": int(to_unix(fields.Datetime.now()) * 1000),
        }
        if answer["problem"]:
            return answer
        mine = self.sudo()
        suspect = [("pub", "=", pub_hex), ("state", "in", _SUSPECT)]
        if mine.search_count(suspect, limit=1):
            return answer | {"problem": "suspect_key", "new_key": True}
        products = self._window_products(config)
        by_site = {}
        for product in products.values():
            by_site.setdefault(product["site_id"], []).append(product)
        numbers = _numbers(used)
        for site in self.env["scenic.site"].sudo().browse(by_site):
            certificate = mine._for_window(
                config.sudo(), site, by_site[site.id], alg, pub_hex, numbers
            )
            answer["certificates"].append(certificate._to_window())
        return answer | {"products": products}

    @api.model
    def _request_problem(self, config, alg, pub_hex):
        """Return why a window gets no certificate, as a code, or an empty text."""
        if config.current_session_id.state not in _SELLING:
            return "no_session"
        if self.env["scenic.keyring"]._problem():
            return "no_key_file"
        try:
            PublicKey(alg, bytes.fromhex(pub_hex))
        except (TypeError, ValueError):
            return "bad_key"
        # one spelling for each key, because it is searched for
        return "" if pub_hex == pub_hex.lower() else "bad_key"

    @api.model
    def _window_products(self, config):
        """Return ``{template id: what the window writes into its tickets}``."""
        templates = self.env["product.template"].sudo()
        domain = [
            *templates._load_pos_data_domain({}, config),
            ("service_tracking", "=", "scenic_ticket"),
        ]
        products = {}
        for template in templates.search(domain):
            mould = template._scenic_mould()
            validity = mould.validity
            products[template.id] = {
                "number": mould.number,
                "site_id": mould.site_id,
                "class_no": template.scenic_class_no,
                "validity": {
                    "kind": validity.kind,
                    "days": validity.days,
                    "use_days": validity.use_days,
                    "begin": validity.begin and validity.begin.isoformat(),
                    "end": validity.end and validity.end.isoformat(),
                },
                "entrances": mould.entrances,
                "flags": mould.flags,
                "pax": mould.pax,
                "uses": allowance.uses_byte(mould.uses.values()),
                "timed": bool(mould.slot_zone_id),
            }
        return products


def _numbers(used):
    """Read what a window says about its running numbers; whatever it is, nothing is refused."""
    numbers = {}
    for kid, number in (used if isinstance(used, dict) else {}).items():
        if str(kid).isdigit() and type(number) is int:
            numbers[int(kid)] = number
    return numbers
