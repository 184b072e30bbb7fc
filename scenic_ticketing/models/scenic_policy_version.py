from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError


class ScenicPolicyVersion(models.Model):
    """What a policy said from one publication to the next, and what each product's rule was then.

    Redemptions carry the number; this tells what it meant. Kept for ever, written by publishing.
    """

    _name = "scenic.policy.version"
    _description = "Version of a Ticket Policy"
    _order = "published_at desc, id desc"
    _rec_name = "number"

    policy_id = fields.Many2one(
        "scenic.policy", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="policy_id.company_id", store=True, index=True)
    number = fields.Integer(string="Version", required=True, readonly=True, aggregator=None)
    content = fields.Json(required=True, readonly=True, help="The fields of the policy.")
    changes = fields.Json(
        string="Changed Fields", readonly=True, help="What the publication changed."
    )
    changes_html = fields.Html(string="Changes", compute="_compute_changes_html", sanitize=False)
    product_tmpl_id = fields.Many2one(
        "product.template",
        string="Because Of",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The product whose rights were published; empty when the policy itself was.",
    )
    rule_ids = fields.One2many(
        "scenic.policy.version.rule", "version_id", string="Rules of the Products", readonly=True
    )
    submitted_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    published_by_id = fields.Many2one("res.users", readonly=True, ondelete="restrict")
    published_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    rehearsal_id = fields.Many2one(
        "scenic.rehearsal",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The past day that was played before the publication.",
    )
    is_live = fields.Boolean(string="In Force", compute="_compute_is_live")

    _number_uniq = models.Constraint(
        "UNIQUE (policy_id, number)", "This version of the policy is already kept."
    )

    @api.depends("policy_id.name", "number")
    def _compute_display_name(self):
        for version in self:
            version.display_name = self.env._(
                "%(policy)s, version %(number)s",
                policy=version.policy_id.name,
                number=version.number,
            )

    @api.depends("number", "policy_id.version")
    def _compute_is_live(self):
        for version in self:
            version.is_live = version.number == version.policy_id.version

    @api.depends("changes")
    def _compute_changes_html(self):
        for version in self:
            rows = Markup().join(
                Markup("<li>%s: %s → <b>%s</b></li>") % tuple(change)
                for change in version.changes or []
            )
            version.changes_html = rows and Markup("<ul class='mb-0'>%s</ul>") % rows

    def action_restore(self):
        """Make a draft that says what this version said."""
        self.ensure_one()
        policy = self.policy_id
        policy.check_access("write")
        if policy.open_draft_id:
            raise UserError(
                self.env._(
                    "%(policy)s has an open draft. Publish or discard it first.",
                    policy=policy.name,
                )
            )
        action = policy.action_new_draft()
        draft = policy.browse(action["res_id"])
        draft.write(draft._publish_content_vals(self.sudo().content))
        return action

    @api.model
    def _of_uses(self, uses):
        """Return {id: version} of the redemptions ``uses``: what judged them."""
        found = {}
        for use in uses:
            template = use.ticket_id.sudo().product_tmpl_id
            key = (template, use.policy_version, use.happened_at)
            if key not in found:
                found[key] = self._of_product(*key)
            found[use.id] = found[key]
        return found

    @api.model
    def _of_product(self, template, number, moment):
        """Return the version ``number`` that judged tickets of a product at ``moment``.

        A product may have changed its policy, so the number alone does not tell: it is the last
        version of this number that had a rule for the product by then.
        """
        if not number:
            return self.browse()
        rules = self.env["scenic.policy.version.rule"].sudo()
        domain = [("product_tmpl_id", "=", template.id), ("number", "=", number)]
        before = [*domain, ("published_at", "<=", moment)]
        order = "published_at desc, id desc"
        rule = rules.search(before, order=order, limit=1) or rules.search(domain, limit=1)
        return rule.version_id.with_env(self.env)
