from odoo import fields, models


class ScenicProductDraftLine(models.Model):
    """One right in a draft: whatever can be said about a right of a product."""

    _name = "scenic.product.draft.line"
    _inherit = "scenic.entitlement"
    _description = "Right in a Draft"
    _order = "draft_id, sequence, id"

    draft_id = fields.Many2one(
        "scenic.product.draft", required=True, index=True, ondelete="cascade"
    )
    product_tmpl_id = fields.Many2one(
        related="draft_id.product_tmpl_id", store=True, required=False
    )

    _zone_uniq = models.Constraint(
        "UNIQUE (draft_id, zone_id)", "This draft already has a right for this zone."
    )

    # OVERRIDE
    def _publish_owner(self):
        return self.draft_id

    # OVERRIDE
    def _publish_before(self):
        self.draft_id._check_may_edit()
        self.draft_id.sudo()._touch()

    # OVERRIDE
    def _publish_after(self, owner):
        pass

    # The rights of a draft are checked together, as if they were the product's: see _findings.

    # OVERRIDE
    def _check_after(self):
        pass

    # OVERRIDE
    def _check_choice(self):
        pass
