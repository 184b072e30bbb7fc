import hashlib
import json

from odoo import api, fields, models, tools
from odoo.tools import SQL

from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules import wire

from ..tools.config_fault import made_of
from .scenic_box_hands import HAND_KEY
from .scenic_box_lan import LAN_KEY

# Tables a configuration is made of. One hash of their rows tells whether anything changed, also
# when the change was committed late or in another worker.
_STAMP = """
SELECT md5(string_agg(part, '|' ORDER BY part)) FROM (
    SELECT 'box' || id || ':' || state || ':' || site_id || ':' || coalesce(zone_id, 0) || ':'
           || coalesce(entrance_id, 0) || ':' || md5(coalesce(tls_certificate, '')) AS part
      FROM scenic_box WHERE id = %(box)s
    UNION ALL SELECT 'lane' || id || ':' || write_date FROM scenic_lane WHERE box_id = %(box)s
    UNION ALL SELECT 'device' || d.id || ':' || d.write_date FROM scenic_device d
      JOIN scenic_lane l ON l.id = d.lane_id WHERE l.box_id = %(box)s
    UNION ALL SELECT 'site' || id || ':' || write_date FROM scenic_site WHERE id = %(site)s
    UNION ALL SELECT 'zone' || id || ':' || write_date FROM scenic_zone WHERE site_id = %(site)s
    UNION ALL SELECT 'entrance' || id || ':' || write_date FROM scenic_entrance
      WHERE site_id = %(site)s
    UNION ALL SELECT 'certificate' || id || ':' || write_date FROM scenic_certificate
      WHERE site_id = %(site)s
    UNION ALL SELECT 'product' || p.id || ':' || p.write_date FROM product_template p
      WHERE p.scenic_site_id = %(site)s
    UNION ALL SELECT 'right' || e.id || ':' || e.write_date FROM scenic_entitlement e
      JOIN product_template p ON p.id = e.product_tmpl_id WHERE p.scenic_site_id = %(site)s
    UNION ALL SELECT 'policy' || id || ':' || write_date FROM scenic_policy
    UNION ALL SELECT 'calendar' || id || ':' || write_date FROM scenic_blackout
    UNION ALL SELECT 'closed' || id || ':' || write_date FROM scenic_blackout_line
    UNION ALL SELECT 'reader' || id || ':' || write_date FROM scenic_reader
      WHERE box_id = %(box)s
    UNION ALL SELECT 'printer' || id || ':' || write_date FROM scenic_printer
      WHERE box_id = %(box)s
    UNION ALL SELECT 'peer' || id || ':' || state || ':' || active || ':' || lan_port || ':'
           || coalesce(lan_address, '') || ':' || coalesce(ip, '') || ':' || name || ':'
           || coalesce(hand_url, '')
      FROM scenic_box WHERE site_id = %(site)s AND kind = 'box'
    UNION ALL SELECT 'hand' || id || ':' || state || ':' || active
      FROM scenic_box WHERE site_id = %(site)s AND kind = 'handheld'
    UNION ALL SELECT 'way' || l.id || ':' || l.box_id || ':' || l.active || ':'
           || coalesce(l.zone_id, 0) || ':' || coalesce(l.entrance_id, 0)
      FROM scenic_lane l JOIN scenic_box b ON b.id = l.box_id WHERE b.site_id = %(site)s
    UNION ALL SELECT 'language' || code FROM res_lang WHERE active
    UNION ALL SELECT 'since' || %(since)s
    UNION ALL SELECT 'extra' || %(extra)s
) AS parts
"""

# What a lane shows the visitor; staff get the longer sentences of scenic.reason.
VISITOR_TEXTS = [
    ("OK", "Welcome"),
    ("SAME_SCAN", "Please walk through"),
    ("E_FOREIGN", "This is not a ticket of ours"),
    ("E_FORMAT", "Please scan again"),
    ("E_TYPE", "Please scan again"),
    ("E_VERSION", "Please ask our staff"),
    ("E_SIG", "This ticket is not genuine"),
    ("E_CERT", "This ticket is not genuine"),
    ("E_SITE", "This ticket is for another place"),
    ("E_UNKNOWN_KEY", "Please ask our staff"),
    ("E_KEY_REVOKED", "This ticket is not valid"),
    ("E_KEY_CLOSED", "This ticket is not valid"),
    ("E_LIMIT", "This ticket is not valid"),
    ("E_PRODUCT", "Please ask our staff"),
    ("E_CLOCK", "Please ask our staff"),
    ("E_EXPIRED", "This ticket has expired"),
    ("E_EARLY", "This ticket is for a later day"),
    ("E_SLOT", "This is not the booked time"),
    ("E_ENTRANCE", "Please use the entrance on your ticket"),
    ("E_ZONE", "This ticket does not include this entrance"),
    ("E_WEEKDAY", "Not good on this day of the week"),
    ("E_BLACKOUT", "Not good on this date"),
    ("E_HOURS", "Not good at this time of day"),
    ("E_PERIOD", "Its time since the first use is over"),
    ("E_TOTAL", "All passages have been used"),
    ("E_DAY_LIMIT", "No passages left today"),
    ("E_INTERVAL", "Too soon after the last entry"),
    ("E_PASSBACK", "This ticket is inside already"),
    ("E_ORDER", "Please visit the other area first"),
    ("E_WITHIN", "The time for this area is over"),
    ("E_CHOICE", "Another area was chosen with this ticket"),
    ("E_BLOCKED", "This ticket is blocked, please ask our staff"),
    ("E_HELD", "This ticket is not activated yet"),
    ("E_REVOKED", "This ticket was refunded"),
    ("E_SUPERSEDED", "There is a newer copy of this ticket"),
    ("E_USED", "This ticket has been used"),
    ("E_USED_PEER", "This ticket has been used"),
    ("E_DYNAMIC", "Please show the live code on your phone"),
    ("E_UNKNOWN_ALIAS", "This number is not known"),
    ("E_NO_TICKET", "No ticket was found, please ask our staff"),
    ("R_ID", "Please show your identity document"),
    ("R_CONCESSION", "Please show the proof of your discount"),
    ("R_COMPANION", "Please enter together with your companion"),
    ("R_HOLDER", "Please wait while we look at your pass"),
    ("R_GROUP_COUNT", "Group: please wait for our staff"),
    ("R_UNLISTED_CUT_OFF", "Please ask our staff"),
    ("R_EXPOSURE", "Please ask our staff"),
    ("R_UNSEEN", "Please ask our staff"),
    ("R_BLOCKED", "Please step out of the gate"),
    ("E_STORE", "Out of order, please ask our staff"),
    ("E_FAULT", "Out of order, please ask our staff"),
]


class ScenicGateConfig(models.AbstractModel):
    """What a box must know apart from the tickets."""

    _name = "scenic.gate.config"
    _description = "Configuration of a Box"

    visitor_text = fields.Selection(VISITOR_TEXTS)

    @api.model
    def _for_box(self, box, told=None):
        """Return (revision, configuration) of ``box`` as the protocol has it.

        ``told``: the revision that the box says it follows.
        """
        since = self.env["scenic.certificate"]._gates_since(box.site_id).isoformat()
        self.env.cr.execute(
            SQL(_STAMP, box=box.id, site=box.site_id.id, since=since, extra=self._extra(box))
        )
        stamp = self.env.cr.fetchone()[0]
        keys = json.dumps(self._keys(box.site_id) | self.env["scenic.credential"]._for_box(box))
        lang = self.env.lang or "en_US"
        revision, config = self._cached(box.id, stamp, box.site_id._gate_utc_offset(), lang, keys)
        if told == revision:
            box._acknowledge(revision, config)
        return revision, config

    @api.model
    def _extra(self, box):
        """Return what else changes the configuration of ``box``, as one text."""
        return ""

    @api.model
    @tools.ormcache("box_id", "stamp", "offset", "lang", "keys")
    def _cached(self, box_id, stamp, offset, lang, keys):
        """Build the configuration once for each state of the tables and keys behind it."""
        box = self.env["scenic.box"].browse(box_id).sudo().with_context(lang=lang)
        config = self._build(box, offset, lang) | json.loads(keys)
        lan, lan_key = box._lan(), config.pop("lan_key", None)
        hand_key = config.pop("hand_key", None)
        if lan and lan_key:
            config["lan"] = lan | {"key": lan_key} | box._hand_config(hand_key)
        elif hand_key and box.kind == "handheld":
            config |= box._hand_config(hand_key)
        text = json.dumps(config, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest(), config

    @api.model
    def _build(self, box, offset, lang):
        site = box.site_id
        return {
            "site": {
                "code": site.code,
                "name": site.name,
                "tz": site.tz,
                "utc_offset": offset,
            },
            **self._certificates(site),
            "rules": self._rules(site),
            "zones": [{"code": zone.code, "name": zone.name} for zone in site.zone_ids],
            "lanes": self._lanes(box),
            "printers": box.printer_ids._for_box(),
            "readers": box.reader_ids._for_box(),
            "exposure": made_of(site, lambda site: site._gate_exposure()),
            "lang": lang,
            "texts": self._texts(),
        }

    @api.model
    def _keys(self, site):
        """Return what the key file gives a box: public roots and the key of live codes."""
        keyring = self.env["scenic.keyring"]
        if keyring._problem():
            return {"roots": []}
        return {
            "roots": wire.roots_to_wire(keyring._keys().roots),
            "dynamic_key": keyring._dynamic_key(site).hex(),
            "lan_key": keyring._keys().subkey(LAN_KEY, site.code).hex(),
            "hand_key": keyring._keys().subkey(HAND_KEY, site.code).hex(),
        }

    @api.model
    def _certificates(self, site):
        certificates = self.env["scenic.certificate"]._for_gates(site)
        return {
            "certificates": certificates.mapped("blob"),
            "keys": [
                {
                    "kid": certificate.kid,
                    "state": certificate.state,
                    "last_serial": certificate.last_serial,
                    "serials": [],
                }
                for certificate in certificates
                if certificate.state != "open"
            ],
        }

    @api.model
    def _rules(self, site):
        products = (
            self.env["product.template"]
            .with_context(active_test=False)
            .search(
                [
                    ("scenic_site_id", "=", site.id),
                    ("is_scenic_ticket", "=", True),
                    ("gate_product_code", ">", 0),
                ],
                order="gate_product_code",
            )
        )
        return [made_of(product, _rule) for product in products]

    @api.model
    def _lanes(self, box):
        return [made_of(lane, self._lane) for lane in box.lane_ids]

    @api.model
    def _lane(self, lane):
        return {
            "code": lane.code,
            "name": lane.name,
            "zone": lane.zone_id.code or None,
            "entrance": lane.entrance_id.bit if lane.entrance_id else None,
            "direction": lane.direction,
            "confirm": lane.confirm,
            "pass_timeout_s": lane.pass_timeout_s,
            "on_unconfirmed": lane.on_unconfirmed,
            **lane._for_visitors(),
            "devices": [made_of(device, self._device) for device in lane.device_ids],
        }

    @api.model
    def _device(self, device):
        return {
            "name": device.name,
            "role": device.role,
            "driver": device.driver,
            "url": device.url,
            "options": device._options_for_box(),
        }

    @api.model
    def _texts(self):
        """Return {language: {reason: what the visitor reads}} in every installed language."""
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        field = self._fields["visitor_text"]
        return {
            lang: dict(field._description_selection(self.with_context(lang=lang).env))
            for lang in languages
        }


def _rule(product):
    return wire.rule_to_wire(product._scenic_rule())
