from odoo import api, models

from ..tools import documents


class ScenicHolderFind(models.Model):
    """Finding people without reading anything: by the hash of a whole number."""

    _inherit = "scenic.holder"

    @api.model
    def _find_person(self, text):
        """Return the holders whose document or phone number this is, in the user's companies."""
        sites = self.env["scenic.site"].search([("company_id", "in", self.env.companies.ids)])
        wanted = self._search_values(text, sites)
        if not wanted:
            return self.browse()
        salts = self.env["scenic.holder.salt"]
        hashes = {
            kind: [key.hash(kind, value) for key in keys for value in values]
            for keys in (salts._keys_of(sites),)
            for kind, values in wanted.items()
        }
        domain = [
            "|",
            ("id_hash", "in", hashes.get("id", [])),
            ("phone_hash", "in", hashes.get("phone", [])),
        ]
        return self.sudo().search([("site_id", "in", sites.ids), *domain]).with_env(self.env)

    @api.model
    def _search_values(self, text, sites):
        """Return ``{"id": [...], "phone": [...]}``: what a text can be, each in its spelling."""
        wanted = {}
        today = max((site._today() for site in sites), default=None)
        if not today or not (text or "").strip():
            return wanted
        found = [
            *documents.candidates(text, today),
            _tried(documents.read, text, today),
            _tried(documents.check, documents.OTHER, text, today),
        ]
        if numbers := sorted({f"{item.doc_type}:{item.number}" for item in found if item}):
            wanted["id"] = numbers
        if phone := _tried(documents.normalise_phone, text):
            wanted["phone"] = [phone]
        return wanted


def _tried(read, *args):
    """Return what a reader makes of a text, None when it is not its kind."""
    try:
        return read(*args)
    except documents.DocumentError:
        return None
