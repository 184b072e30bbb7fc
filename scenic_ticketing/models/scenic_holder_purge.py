import hashlib
from datetime import timedelta

from odoo import api, fields, models

from ..tools import holder_sql

# a holder without a ticket belongs to a sale that was given up
ABANDONED = timedelta(days=1)


class ScenicHolderPurge(models.Model):
    """Destroying what is known about visitors, a day of a site at a time, with a certificate."""

    _inherit = "scenic.holder"

    @api.model
    def _cron_purge(self):
        """Destroy every day whose time is over, and what sales left behind that never happened."""
        sites = self.env["scenic.site"].sudo().with_context(active_test=False)
        for site in sites.search([("company_id", "!=", False)]):
            days = self._days_over(site)
            for count, day in enumerate(days, start=1):
                self._purge_day(site, day)
                if not self.env["ir.cron"]._commit_progress(1, remaining=len(days) - count):
                    return
            self._purge_abandoned(site)

    @api.model
    def _days_over(self, site):
        """Return the days of which something is left though their time is over."""
        limit = site._today() - timedelta(days=site.holder_retention_days)
        days = set()
        for model, name in (
            ("scenic.holder", "last_day"),
            ("scenic.holder.use", "visit_date"),
            ("scenic.holder.salt", "day"),
        ):
            groups = (
                self.env[model]
                .sudo()
                ._read_group([("site_id", "=", site.id), (name, "<", limit)], [f"{name}:day"])
            )
            days |= {day for (day,) in groups}
        return sorted(days)

    @api.model
    def _purge_day(self, site, day):
        """Destroy everything about the holders of a day; return the certificate.

        A use is keyed by its visit date, a holder by the last day of the ticket: of a ticket for
        several days the hash of the use goes first.
        """
        place = [("site_id", "=", site.id)]
        holders = self.sudo().search([*place, ("last_day", "=", day)])
        uses = self.env["scenic.holder.use"].sudo().search([*place, ("visit_date", "=", day)])
        salts = self.env["scenic.holder.salt"].sudo().search([*place, ("day", "=", day)])
        return self._destroy(site, "day", day, holders, uses, salts)

    @api.model
    def _purge_abandoned(self, site):
        """Destroy holders without a ticket, and give back IDs that waited for a sale."""
        before = fields.Datetime.now() - ABANDONED
        place = [("site_id", "=", site.id)]
        holders = self.sudo().search([*place, ("create_date", "<", before)])._unreferenced()
        uses = (
            self.env["scenic.holder.use"]
            .sudo()
            .search([*place, ("ticket_id", "=", False), ("expires_at", "<", before)])
        )
        if not (holders or uses):
            return self.env["scenic.purge.certificate"]
        salts = self.env["scenic.holder.salt"]
        return self._destroy(site, "abandoned", site._today(), holders, uses, salts)

    def _unreferenced(self):
        """Return those that no ticket, list of visitors or other record refers to."""
        free = self
        for model in self.env.values():
            if model._abstract or model._transient:
                continue
            for field in model._fields.values():
                if field.type == "many2one" and field.comodel_name == self._name and field.store:
                    free -= model.sudo().search([(field.name, "in", free.ids)])[field.name]
        return free

    @api.model
    def _destroy(self, site, kind, day, holders, uses, salts):
        self.env.flush_all()
        rows = holders.ids, uses.ids, salts.ids
        photos = len(holders.filtered("has_photo"))
        digest = self._digest(*rows)
        tickets = holder_sql.destroy(self.env.cr, *rows)
        self.env.invalidate_all()
        return self.env["scenic.purge.certificate"]._write_down(
            site,
            {
                "kind": kind,
                "day": day,
                "holder_count": len(rows[0]),
                "photo_count": photos,
                "use_count": len(rows[1]),
                "salt_count": len(rows[2]),
                "ticket_count": tickets,
                "digest": digest,
            },
        )

    @api.model
    def _digest(self, holder_ids, use_ids, salt_ids):
        """Return the hash over rows: a restored backup gives the one in the certificate."""
        prints = holder_sql.fingerprints(self.env.cr, holder_ids, use_ids, salt_ids)
        return hashlib.sha256("\n".join(prints).encode()).hexdigest()
