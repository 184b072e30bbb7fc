from odoo import api, fields, models


class ScenicFreeReason(models.Model):
    """Why a window may give a ticket away, and how many of them a day."""

    _name = "scenic.free.reason"
    _description = "Reason of Complimentary Tickets"
    _inherit = ["pos.load.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company, index=True)
    limit_day = fields.Integer(
        string="Persons a Day",
        help="So many persons a day may enter free for this reason, all windows of a site "
        "together. 0 = no limit.",
    )
    limit_cashier = fields.Integer(
        string="Persons a Day and Cashier",
        help="So many persons a day may one cashier let in free for this reason. 0 = no limit.",
    )
    given_today = fields.Integer(string="Today (persons)", compute="_compute_given_today")

    _limits = models.Constraint(
        "CHECK (COALESCE(limit_day, 0) >= 0 AND COALESCE(limit_cashier, 0) >= 0)",
        "Limits cannot be negative. 0 means no limit.",
    )

    def _compute_given_today(self):
        for reason in self:
            sites = self.env["scenic.site"].search([("company_id", "in", self.env.companies.ids)])
            reason.given_today = sum(reason._given(site) for site in sites)

    def _given(self, site, user=None):
        """Return how many persons got in free for this reason today, void tickets left out."""
        self.ensure_one()
        domain = [
            ("free_reason_id", "=", self.id),
            ("site_id", "=", site.id),
            ("state", "!=", "void"),
            ("issued_at", ">=", site._midnight(site._today())),
        ]
        if user:
            domain.append(("pos_order_id.user_id", "=", user.id))
        tickets = self.env["scenic.ticket"].sudo()
        return tickets._read_group(domain, aggregates=["pax:sum"])[0][0] or 0

    def _obstacle(self, site, persons, user):
        """Return why so many persons cannot get in free any more today, "" when they can."""
        self.ensure_one()
        for limit, given in (
            (self.limit_day, self.limit_day and self._given(site)),
            (self.limit_cashier, self.limit_cashier and self._given(site, user)),
        ):
            if limit and given + persons > limit:
                return self.env._(
                    "%(reason)s: %(limit)s persons a day are free, and %(given)s were today. "
                    "Sell the tickets, or ask a manager to raise the limit.",
                    reason=self.name,
                    limit=limit,
                    given=given,
                )
        return ""

    # ------------------------------------------------------------------
    # window
    # ------------------------------------------------------------------

    @api.model
    def _may_give(self, user):
        """Tell whether a user may give tickets away."""
        return user.has_groups(
            "scenic_ticketing.group_complimentary,scenic_ticketing.group_manager"
        )

    @api.model
    def pos_check(self, config_id, wants):
        """Return why an order cannot be given away, or an empty text; changes nothing.

        ``wants``: list of ``{"reason_id", "product_id", "persons"}``.
        """
        self.env["scenic.ticket"]._check_window(config_id)
        if not self._may_give(self.env.user):
            return self.env._(
                "You may not give tickets away. Ask a colleague who may, or charge the tickets."
            )
        persons = {}
        for want in wants:
            reason = self.browse(want["reason_id"]).exists()
            product = self.env["product.product"].browse(want["product_id"])
            key = reason, product.sudo().scenic_site_id
            persons[key] = persons.get(key, 0) + want["persons"]
        return "\n".join(
            text
            for (reason, site), number in persons.items()
            if reason and (text := reason._obstacle(site, number, self.env.user))
        )

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_domain(self, data, config):
        return [("company_id", "in", [False, config.company_id.id])]

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_fields(self, config):
        return ["name", "sequence", "write_date"]
