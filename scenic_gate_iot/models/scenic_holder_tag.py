from odoo import api, fields, models

from ..iot_handlers.scenic_gate import credential
from ..iot_handlers.scenic_gate.scan import IDCARD


class ScenicHolderTag(models.Model):
    """By which gates know the document of a holder: the day tag, never the number."""

    _inherit = "scenic.holder"

    id_tag = fields.Char(readonly=True, groups=fields.NO_ACCESS, copy=False)

    # EXTENDS scenic_ticketing
    @api.model
    def _sealed_vals(self, key, site, clear):
        vals = super()._sealed_vals(key, site, clear)
        if clear["number"]:
            vals["id_tag"] = self._tag(key, site, clear)
        return vals

    @api.model
    def _tag(self, key, site, clear):
        """Return the tag of a document for tickets that end on the day of ``key``."""
        secret = self.env["scenic.credential"]._site_key(site)
        name = credential.pseudonym(secret, IDCARD, f"{clear['doc_type']}:{clear['number']}")
        return credential.day_tag(gate_key(key), name).hex()

    def _make_tags(self):
        """Write the tags of holders that were sealed before gates could read documents."""
        for holder, clear in self._opened().items():
            key = self.env["scenic.holder.salt"]._key(holder.site_id, holder.last_day, create=False)
            if key and clear["number"]:
                holder.sudo().id_tag = self._tag(key, holder.site_id, clear)


def gate_key(key):
    """Return what gates get of the key of a day: it opens nothing and dies with it."""
    return bytes.fromhex(key.hash("gates", ""))
