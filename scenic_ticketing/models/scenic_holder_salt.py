import os

from odoo import api, fields, models

from ..tools import holder_sql
from ..tools.holder_crypto import SALT_SIZE, DayKey


class ScenicHolderSalt(models.Model):
    """Half of the key of a site and day; without this row the day's data cannot be read again."""

    _name = "scenic.holder.salt"
    _description = "Scenic Salt of a Day"
    _order = "day desc"

    site_id = fields.Many2one("scenic.site", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="site_id.company_id", store=True, index=True)
    day = fields.Date(required=True)
    salt = fields.Char(required=True, groups=fields.NO_ACCESS)

    _site_day_uniq = models.Constraint("UNIQUE (site_id, day)", "This day already has its salt.")

    @api.model
    def _key(self, site, day, create=True):
        """Return the DayKey of a site and day; None when it has none and ``create`` is False.

        The salt is written by a transaction of its own: two windows that sell the first ticket of
        a day at the same moment get the same salt, and neither has to start again.
        """
        domain = [("site_id", "=", site.id), ("day", "=", day)]
        salt = self.sudo().search(domain).salt
        if not salt:
            with self.env["scenic.redemption"].sudo()._short_transaction() as other:
                if create:
                    holder_sql.add_salt(other.env.cr, site.id, day, os.urandom(SALT_SIZE).hex())
                # also when it was written after this transaction began
                salt = other.env["scenic.holder.salt"].search(domain).salt
        if not salt and create:
            # the site is as new as this transaction, so nobody else can sell for it
            self.env.flush_all()
            holder_sql.add_salt(self.env.cr, site.id, day, os.urandom(SALT_SIZE).hex())
            salt = self.sudo().search(domain).salt
        return self._derive(site, day, salt) if salt else None

    @api.model
    def _keys_of(self, sites):
        """Return every DayKey of sites that still can be derived."""
        return [
            self._derive(row.site_id, row.day, row.salt)
            for row in self.sudo().search([("site_id", "in", sites.ids)])
        ]

    @api.model
    def _derive(self, site, day, salt):
        site = site.sudo()
        secret = self.env["scenic.keyring"]._require().subkey("holder", site.code)
        return DayKey(secret, bytes.fromhex(salt), site.code, day)
