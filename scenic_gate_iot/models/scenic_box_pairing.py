import base64
import hmac
import io
import secrets
from urllib.parse import quote

import qrcode

from odoo import api, fields, models, tools
from odoo.tools import SQL


class ScenicBoxPairing(models.Model):
    """How a box proves who it is, and how it gets the secret for that."""

    _inherit = "scenic.box"

    _AUTH_FIELDS = frozenset(("identifier", "token", "state", "site_id", "active"))

    @api.depends("token")
    def _compute_pairing(self):
        base_url = self.get_base_url()
        for box in self:
            # The three keys must be present, even empty: the stock box wants exactly these.
            box.pairing_line = (
                f"{base_url}?token={box.token}&db_uuid=&enterprise_code="
                f"&db_name={self.env.cr.dbname}"
            )
            picture = io.BytesIO()
            qrcode.make(box._pair_url(), box_size=5).save(picture)
            box.pairing_qr = base64.b64encode(picture.getvalue())

    def _pair_url(self):
        """Return where a phone pairs the box; what is behind the # stays in the phone."""
        self.ensure_one()
        return f"{self.get_base_url()}/scenic/gate/pair#{quote(self.pairing_line)}"

    def action_pair(self):
        """Open the page that pairs the box from this computer."""
        self.ensure_one()
        self.check_access("write")
        return {"type": "ir.actions.act_url", "url": self._pair_url(), "target": "new"}

    @api.model_create_multi
    def create(self, vals_list):
        self._forget_credentials()
        boxes = super().create(vals_list)
        for box in boxes.sudo():  # not by default: who creates a box need not see its secrets
            box.write({k: v for k, v in self._new_secrets().items() if not box[k]})
        return boxes

    def write(self, vals):
        if self._AUTH_FIELDS & set(vals):
            self._forget_credentials()
        if "site_id" in vals:
            self.filtered(lambda box: box.site_id.id != vals["site_id"])._check_no_report()
        return super().write(vals)

    @api.model
    @tools.ormcache()
    def _credentials(self):
        """Return {identifier: {id, token, state, lang}} of the boxes that may talk.

        Kept in the memory of each worker, as every call of every box asks for it. Strangers
        cannot fill the cache, since there is one entry for all boxes.
        """
        self.env.cr.execute(
            SQL(
                """SELECT b.identifier, b.id, b.token, b.state, coalesce(p.lang, 'en_US')
                     FROM scenic_box b JOIN res_company c ON c.id = b.company_id
                     JOIN res_partner p ON p.id = c.partner_id
                    WHERE b.identifier IS NOT NULL AND b.active AND b.state != 'new'
                      AND b.kind = 'box'"""
            )
        )
        names = ("id", "token", "state", "lang")
        return {
            identifier: tools.frozendict(zip(names, rest, strict=True))
            for identifier, *rest in self.env.cr.fetchall()
        }

    def _forget_credentials(self):
        """Drop the cached credentials in all workers, now and again after the commit.

        Another thread may read the old row between the first clearing and the commit.
        """
        self.env.registry.clear_cache()
        self.env.cr.postcommit.add(self.env.registry.clear_cache)

    @api.model
    def _new_secrets(self):
        return {
            "token": secrets.token_urlsafe(32),
            "channel": "scenic_box-" + secrets.token_urlsafe(32),
        }

    @api.model
    def _pair(self, identifier, token, vals):
        """Return the box that ``token`` belongs to, paired with ``identifier``, or an empty set.

        A known identifier must bring its own token; an unknown one takes the prepared record
        that has this token. A record that already has another identifier is never taken over.
        """
        boxes = self.search([("kind", "=", "box"), ("identifier", "=", identifier)])
        if not boxes:
            boxes = self.search(
                [("kind", "=", "box"), ("identifier", "=", False), ("state", "=", "new")]
            )
        own = boxes.filtered(lambda b: hmac.compare_digest(b.token.encode(), token.encode()))
        boxes = own[:1]
        if boxes.state == "new":
            vals = {
                **vals,
                "identifier": identifier,
                "state": "paired",
                "paired_at": fields.Datetime.now(),
            }
        changed = {name: value for name, value in vals.items() if boxes and boxes[name] != value}
        if changed:
            boxes.write(changed)
        if "paired_at" in changed and not self.env["scenic.keyring"]._problem():
            # a key that is made with the first sale would be unknown to the gate for a moment
            self.env["scenic.certificate"].sudo()._current(boxes.site_id)
        return boxes

    def action_replace_hardware(self):
        """Give the record a new secret and wait for another box; the history stays."""
        self.ensure_one()
        self.check_access("write")
        self.sudo().write({"identifier": False, "state": "new", **self._new_secrets()})
        self.message_post(body=self.env._("The pairing was ended. The box waits for new hardware."))

    def _quarantine(self, text):
        """Stop trusting the box: its facts are stored, but they wait for a manager."""
        for box in self.filtered(lambda item: item.state == "paired"):
            box.write({"state": "quarantined"})
            box.message_post(body=text)

    def action_release(self):
        """Trust the box again and give the waiting facts their place in the ledger."""
        self.ensure_one()
        self.check_access("write")
        self.sudo().write({"state": "paired"})
        self.env["scenic.gate.intake"].sudo()._judge_held(self)
