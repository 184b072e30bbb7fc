from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ProductTemplateSell(models.Model):
    """What a window asks and offers when it sells a ticket, and deposits."""

    _inherit = "product.template"

    scenic_deposit = fields.Boolean(
        string="Visitor Deposit",
        help="The price is a deposit: it is given back when the ticket or receipt is scanned at "
        "any window, once. It is owed to the visitor and never revenue.",
    )
    scenic_concession_sale = fields.Boolean(related="scenic_policy_id.concession_at_sale")
    scenic_concession_proof = fields.Char(related="scenic_policy_id.concession_proof")
    scenic_together = fields.Char(
        compute="_compute_scenic_together",
        help="Ticket products with the same text are sold in one dialog: they open the same zones "
        "of the same site for the same time.",
    )

    @api.depends(
        "scenic_site_id",
        "scenic_policy_id.validity",
        "entitlement_ids.zone_id",
        "entitlement_ids.slot_required",
    )
    def _compute_scenic_together(self):
        for template in self:
            if not template.is_scenic_ticket:
                template.scenic_together = False
                continue
            zones = sorted(template.entitlement_ids.zone_id.ids)
            parts = [
                template.scenic_site_id.id,
                template.sudo().scenic_policy_id.validity,
                *zones,
                "at",
                template.scenic_slot_zone_id.id or 0,
            ]
            template.scenic_together = "-".join(str(part) for part in parts)

    @api.constrains("scenic_deposit", "taxes_id", "service_tracking", "type")
    def _check_scenic_deposit(self):
        for template in self.filtered("scenic_deposit"):
            if template.taxes_id or template.is_scenic_ticket or template.type != "service":
                raise ValidationError(
                    self.env._(
                        "%(product)s is a deposit: make it a service without sales taxes that is "
                        "no ticket. The thing itself can be a product of its own.",
                        product=template.name,
                    )
                )

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_fields(self, config):
        return [
            *super()._load_pos_data_fields(config),
            "scenic_deposit",
            "scenic_concession_sale",
            "scenic_concession_proof",
            "scenic_together",
        ]
