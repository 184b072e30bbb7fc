from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

# what a share paid by: it never changes once something was accrued by it
_TERMS = {
    "company_id",
    "partner_id",
    "product_tmpl_id",
    "zone_id",
    "channel_id",
    "sequence",
    "basis",
    "percent",
    "amount",
    "treatment",
    "owed_when_unused",
    "date_from",
}


class ScenicShare(models.Model):
    """What of a used ticket belongs to somebody else: an operator, a partner, the government.

    A share lies over a product, a zone and a channel, each of them or all of them, from one day
    to another. What was accrued by it stays: terms change by ending it and beginning another.
    """

    _name = "scenic.share"
    _description = "Scenic Share"
    _inherit = ["mail.thread"]
    _order = "company_id, sequence, id"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    sequence = fields.Integer(
        default=10, help="Fixed amounts are taken in this order, as far as the value goes."
    )
    partner_id = fields.Many2one(
        "res.partner", required=True, index=True, tracking=True, ondelete="restrict"
    )
    role = fields.Selection(
        [
            ("operator", "Attraction operator"),
            ("partner", "Partner"),
            ("government", "Government"),
        ],
        required=True,
        default="operator",
        tracking=True,
    )
    product_tmpl_id = fields.Many2one(
        "product.template",
        string="Ticket Product",
        domain="[('service_tracking', '=', 'scenic_ticket')]",
        ondelete="restrict",
        tracking=True,
        help="Empty: every ticket product.",
    )
    zone_id = fields.Many2one(
        "scenic.zone",
        ondelete="restrict",
        tracking=True,
        help="The share is of what the passage into this zone is worth. Empty: of every passage.",
    )
    channel_id = fields.Many2one(
        "scenic.channel", ondelete="restrict", tracking=True, help="Empty: wherever it was sold."
    )
    basis = fields.Selection(
        [("percent", "Percentage"), ("fixed", "Amount per person")],
        string="Measured as",
        required=True,
        default="percent",
        tracking=True,
    )
    percent = fields.Float(
        string="Share (%)",
        digits=(7, 4),
        tracking=True,
        help="Of the value that the passage releases, net of tax.",
    )
    amount = fields.Monetary(
        string="Per Person",
        tracking=True,
        help="Net of tax, for each person that passes. Never more than percentages leave of the "
        "value of the passage.",
    )
    treatment = fields.Selection(
        [("principal", "Principal: revenue and cost"), ("agent", "Agent: no revenue")],
        string="The Park is",
        required=True,
        default="principal",
        tracking=True,
        help="Principal: the whole price is the park's revenue and the share is a cost. Agent: "
        "the park only collects the share for the other side, so it never becomes revenue.",
    )
    owed_when_unused = fields.Boolean(
        tracking=True,
        help="The share is owed of expired tickets too. Such a part is never income of the park.",
    )
    date_from = fields.Date(
        string="From", required=True, default=fields.Date.context_today, tracking=True
    )
    date_to = fields.Date(
        string="Until", tracking=True, help="Last day of the passages. Empty: until further notice."
    )
    tax_ids = fields.Many2many(
        "account.tax",
        string="Input VAT",
        domain="[('type_tax_use', '=', 'purchase')]",
        check_company=True,
        help="Tax that the other side puts on its invoice, on top of the share.",
    )
    cost_account_id = fields.Many2one(
        "account.account",
        domain="[('internal_group', '=', 'expense')]",
        check_company=True,
        help="Empty: the company's account for share costs.",
    )
    previous_id = fields.Many2one(
        "scenic.share", string="Follows", readonly=True, copy=False, ondelete="restrict"
    )
    line_ids = fields.One2many("scenic.share.line", "share_id")
    is_used = fields.Boolean(compute="_compute_is_used", help="Something was accrued by it.")
    is_current = fields.Boolean(compute="_compute_is_current", search="_search_is_current")

    _percent = models.Constraint(
        "CHECK (basis <> 'percent' OR (percent > 0 AND percent <= 100))",
        "A percentage is above 0 and at most 100.",
    )
    _amount = models.Constraint(
        "CHECK (basis <> 'fixed' OR amount > 0)", "An amount per person is above 0."
    )
    _dates = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "A share cannot end before it begins.",
    )

    @api.depends("partner_id.name", "basis", "percent", "amount", "zone_id.name", "date_from")
    def _compute_display_name(self):
        for share in self:
            # the zone may be out of a reader's sight, the name of the share is not
            part = share.sudo()
            size = f"{part.percent:g} %"
            if part.basis == "fixed":
                size = formatLang(self.env, part.amount, currency_obj=part.currency_id)
            parts = [part.partner_id.name, size, part.zone_id.name, part.product_tmpl_id.name]
            share.display_name = " · ".join(name for name in parts if name)

    def _compute_is_used(self):
        used = self.env["scenic.share.line"].sudo()
        groups = used._read_group([("share_id", "in", self.ids)], ["share_id"])
        used_ids = {share.id for (share,) in groups}
        for share in self:
            share.is_used = share.id in used_ids

    @api.depends("date_from", "date_to")
    def _compute_is_current(self):
        today = fields.Date.context_today(self)
        for share in self:
            share.is_current = bool(share.date_from) and (
                share.date_from <= today <= (share.date_to or today)
            )

    @api.model
    def _search_is_current(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        today = fields.Date.context_today(self)
        now = [
            ("date_from", "<=", today),
            "|",
            ("date_to", "=", False),
            ("date_to", ">=", today),
        ]
        return now if (operator == "in") == (True in value) else ["!", "&", *now]

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if partner_id := vals.get("partner_id"):
                partner = self.env["res.partner"].browse(partner_id)
                vals["partner_id"] = partner.commercial_partner_id.id
        shares = super().create(vals_list)
        for share in shares:
            share._check_not_past(share.date_from, share.date_to)
        return shares

    def write(self, vals):
        if partner_id := vals.get("partner_id"):
            partner = self.env["res.partner"].browse(partner_id)
            vals["partner_id"] = partner.commercial_partner_id.id
        changed = [name for name in _TERMS & vals.keys() if self._differs(name, vals[name])]
        for share in self if changed else ():
            if share.is_used:
                raise UserError(
                    self.env._(
                        "Something was accrued by %(share)s, so its terms stay. Use Change the "
                        "Terms: they are others from a day on.",
                        share=share.display_name,
                    )
                )
        if "date_to" in vals:
            self._check_end(fields.Date.to_date(vals["date_to"]))
        res = super().write(vals)
        for share in self if changed else ():
            share._check_not_past(share.date_from, share.date_to)
        return res

    def _differs(self, name, value):
        field = self._fields[name]
        return any(field.convert_to_write(share[name], share) != value for share in self)

    @api.ondelete(at_uninstall=False)
    def _unlink_if_unused(self):
        if used := self.filtered("is_used"):
            raise UserError(
                self.env._(
                    "Something was accrued by %(share)s. Give it a last day instead.",
                    share=used[0].display_name,
                )
            )

    def action_lines(self):
        """Open what was accrued by these shares."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_finance.scenic_share_line_action"
        )
        return {**action, "domain": [("share_id", "in", self.ids)], "context": {}}
