from bisect import bisect_right

from odoo import api, fields, models
from odoo.tools import SQL

_MEMORY = "scenic_box_rules"


class ScenicBoxRules(models.Model):
    """Which versions of the rules a box was given, and when.

    A box decides by the rules it was sent last, also while it has no contact. So the moment of a
    passage tells which version of the policy judged it, and the passage need not carry it.
    """

    _name = "scenic.box.rules"
    _description = "Rules Sent to a Box"
    _order = "sent_at desc, id desc"
    _log_access = False

    box_id = fields.Many2one("scenic.box", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="box_id.company_id")
    sent_at = fields.Datetime(required=True, readonly=True)
    versions = fields.Json(
        required=True, readonly=True, help="Version of the rule by gate product number."
    )

    _by_box = models.Index("(box_id, sent_at)")

    @api.model
    def _note(self, box, config):
        """Remember the versions in a configuration that goes to a box, if they are news to it."""
        versions = {
            str(rule["product"]): rule["version"] for rule in config["rules"] if rule.get("version")
        }
        last = self.sudo().search([("box_id", "=", box.id)], limit=1)
        if last.versions != versions:
            self.sudo().create(
                {"box_id": box.id, "sent_at": fields.Datetime.now(), "versions": versions}
            )
            self.env.cr.cache.pop(_MEMORY, None)

    @api.model
    def _version_at(self, box_id, product, moment):
        """Return the version a box judged a gate product number by, None when nobody knows."""
        known = self.env.cr.cache.setdefault(_MEMORY, {})
        if box_id not in known:
            rows = self.env.execute_query(
                SQL(
                    "SELECT sent_at, versions FROM scenic_box_rules WHERE box_id = %s"
                    " ORDER BY sent_at, id",
                    box_id,
                )
            )
            known[box_id] = ([sent for sent, _v in rows], [versions for _s, versions in rows])
        moments, versions = known[box_id]
        place = bisect_right(moments, moment)
        return versions[place - 1].get(str(product)) if place else None
