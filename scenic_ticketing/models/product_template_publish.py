from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..iot_handlers.scenic_rules import wire

# what tickets already sold are judged by, and what new ones get
GUARDED = {
    "gate_product_code",
    "scenic_site_id",
    "scenic_policy_id",
    "scenic_entrance_ids",
    "scenic_pax",
    "entitlement_ids",
}


class ProductTemplatePublish(models.Model):
    """Rights of a product: free until the first ticket is sold, then only by a publication."""

    _inherit = "product.template"

    scenic_policy_id = fields.Many2one(domain="[('state', '=', 'published')]")
    scenic_is_sold = fields.Boolean(compute="_compute_scenic_is_sold")
    scenic_draft_ids = fields.One2many("scenic.product.draft", "product_tmpl_id")

    @api.depends("scenic_site_id")
    def _compute_scenic_is_sold(self):
        for template in self:
            template.scenic_is_sold = template._origin._scenic_has_tickets()

    def _scenic_has_tickets(self):
        tickets = self.env["scenic.ticket"].sudo()
        return bool(self) and bool(
            tickets.search_count([("product_tmpl_id", "in", self.ids)], limit=1)
        )

    @api.constrains("scenic_policy_id")
    def _check_policy_published(self):
        for template in self:
            policy = template.sudo().scenic_policy_id
            if policy and policy.state != "published":
                raise ValidationError(
                    self.env._(
                        "%(policy)s of %(product)s is not published. Let a second person publish "
                        "it first, or choose another ticket policy.",
                        policy=policy.display_name,
                        product=template.name,
                    )
                )

    # EXTENDS product
    @api.model_create_multi
    def create(self, vals_list):
        templates = super().create(vals_list)
        templates._scenic_keep_rules()
        return templates

    # EXTENDS product
    def write(self, vals):
        guarded = GUARDED & vals.keys()
        if guarded:
            self._scenic_check_rights_free()
        res = super().write(vals)
        if guarded:
            self._scenic_keep_rules()
        return res

    def _scenic_check_rights_free(self):
        """Refuse to change under the visitors what they have already bought."""
        if self.env.su:
            return
        for template in self:
            if template.is_scenic_ticket and template._scenic_has_tickets():
                raise UserError(
                    self.env._(
                        "Tickets of %(product)s are already sold. Use Change Rights: the new "
                        "rights are a draft that a second person publishes.",
                        product=template.name,
                    )
                )

    def _scenic_rule_wire(self):
        """Return the rule of this product as gates receive it, without the version."""
        rule = wire.rule_to_wire(self._scenic_rule())
        rule.pop("version", None)
        return rule

    def _scenic_keep_rules(self):
        """Keep the rule of each product with the version of its policy.

        Sold products get a new version, so that a number never means two rules for one ticket.
        """
        if self.env.context.get("scenic_rules_later"):
            return
        for template in self.sudo():
            policy = template.scenic_policy_id
            if policy.state != "published" or not template.gate_product_code:
                continue
            version = policy._current_version()
            known = version.rule_ids.filtered(lambda r, t=template: r.product_tmpl_id == t)
            rule = template._scenic_rule_wire()
            if known.rule == rule:
                continue
            if template._scenic_has_tickets():
                policy._new_version(product_tmpl_id=template.id)
            elif known:
                known.rule = rule
            else:
                version.rule_ids = [
                    fields.Command.create({"product_tmpl_id": template.id, "rule": rule})
                ]

    def action_scenic_change_rights(self):
        """Open the draft of this product's rights, a new one if there is none."""
        self.ensure_one()
        self.check_access("write")
        drafts = self.env["scenic.product.draft"]
        draft = drafts.search(
            [("product_tmpl_id", "=", self.id), ("state", "in", ("draft", "submitted"))], limit=1
        )
        return (draft or drafts._of_product(self))._publish_open()
