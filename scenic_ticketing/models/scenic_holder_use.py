from datetime import timedelta

from odoo import api, fields, models

from ..tools import holder_sql

# how long a window may take from the ID card to the money
CLAIM_MINUTES = 30


class ScenicHolderUse(models.Model):
    """An ID that has, or is about to get, a ticket of a policy for a day: at most one."""

    _name = "scenic.holder.use"
    _description = "Scenic ID with a Ticket"
    _order = "visit_date desc, id desc"

    site_id = fields.Many2one("scenic.site", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="cascade")
    policy_id = fields.Many2one("scenic.policy", required=True, index=True, ondelete="cascade")
    visit_date = fields.Date(required=True)
    id_hash = fields.Char(required=True, groups=fields.NO_ACCESS)
    holder_ref = fields.Char(required=True, help="Random identity of the holder.")
    ticket_id = fields.Many2one(
        "scenic.ticket",
        index="btree_not_null",
        ondelete="cascade",
        help="The ticket that was sold for this ID. None: a window is about to sell it.",
    )
    place = fields.Char(help="Which window asked for the ID.")
    order_ref = fields.Char(help="For which order it asked.")
    expires_at = fields.Datetime(help="Until when the ID waits for the sale.")

    _one_a_day = models.Constraint(
        "UNIQUE (site_id, policy_id, visit_date, id_hash)",
        "This ID already has a ticket for that day.",
    )

    @api.model
    def _claim(self, site, wants, order_ref=None, place=None):
        """Take IDs; return those of ``wants`` that somebody else has.

        ``wants``: list of ``(policy, visit_date, holder, ticket)``; without tickets the IDs are
        kept for an order, for half an hour. Two that ask at the same moment meet at the unique
        constraint: one waits, and then sees that it came second.
        """
        days = {day for _policy, day, _holder, _ticket in wants}
        keys = {day: self.env["scenic.holder.salt"]._key(site, day) for day in days}
        holders = self.env["scenic.holder"].union(*(holder for _p, _d, holder, _t in wants))
        identities = holders._identities()
        rows, of_want = {}, []
        for policy, day, holder, ticket in wants:
            row = (policy.id, day, keys[day].hash("use", identities[holder]))
            # a second holder with the same ID in one go comes second, too
            mine = rows.setdefault(row, (holder.uid, ticket.id)) == (holder.uid, ticket.id)
            of_want.append(row if mine else None)
        got = self._insert(site, rows, order_ref, place)
        return [want for want, row in zip(wants, of_want, strict=True) if row not in got]

    @api.model
    def _insert(self, site, rows, order_ref, place):
        if not rows:
            return set()
        now = fields.Datetime.now()
        until = now + timedelta(minutes=CLAIM_MINUTES)
        self.env.flush_all()
        got = holder_sql.claim(
            self.env.cr,
            site=site.id,
            company=site.sudo().company_id.id,
            uid=self.env.uid,
            now=now,
            place=place,
            order_ref=order_ref,
            expires_at=until if order_ref else None,
            policies=[row[0] for row in rows],
            days=[row[1] for row in rows],
            hashes=[row[2] for row in rows],
            refs=[ref for ref, _ticket in rows.values()],
            tickets=[ticket or None for _ref, ticket in rows.values()],
        )
        self.sudo().invalidate_model()
        return got

    @api.model
    def _is_of_order(self, site, wants, order_ref):
        """Tell whether IDs that are taken wait for this very order."""
        identities = wants[0][2]._identities()
        for policy, day, holder, _ticket in wants:
            key = self.env["scenic.holder.salt"]._key(site, day)
            domain = [
                ("policy_id", "=", policy.id),
                ("visit_date", "=", day),
                ("id_hash", "=", key.hash("use", identities[holder])),
                ("order_ref", "=", order_ref),
            ]
            if self.sudo().search_count(domain, limit=1):
                return True
        return False

    @api.model
    def _free(self, tickets):
        """Give back the IDs of tickets, or hand them to another ticket of the same holder."""
        uses = self.sudo().search([("ticket_id", "in", tickets.ids)])
        for use in uses:
            heir = (
                self.env["scenic.ticket"]
                .sudo()
                .search(
                    [
                        ("holder_id.uid", "=", use.holder_ref),
                        ("policy_id", "=", use.policy_id.id),
                        ("visit_date", "=", use.visit_date),
                        ("state", "!=", "void"),
                        ("id", "not in", tickets.ids),
                    ],
                    limit=1,
                )
            )
            if heir:
                use.ticket_id = heir
            else:
                use.unlink()
