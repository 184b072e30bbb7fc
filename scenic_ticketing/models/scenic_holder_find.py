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
        found = documents.candidates(text, today)
        try:
            found.append(documents.read(text, today))
        except documents.DocumentError:
            pass
        try:
            found.append(documents.check(documents.OTHER, text, today))
        except documents.DocumentError:
            pass
        if found:
            wanted["id"] = sorted({f"{item.doc_type}:{item.number}" for item in found})
        try:
            wanted["phone"] = [documents.normalise_phone(text)]
        except documents.DocumentError:
            pass
        return wanted
