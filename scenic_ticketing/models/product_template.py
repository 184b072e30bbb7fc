from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.tools import float_compare, float_is_zero

from ..tools.validity import Validity

# what a sale or a gate reads from memory
_RULE_FIELDS = {
    "gate_product_code",
    "scenic_site_id",
    "scenic_policy_id",
    "scenic_entrance_ids",
    "scenic_pax",
    "entitlement_ids",
}


class Mould(NamedTuple):
    """What all tickets of a product have in common when they are sold."""

    template_id: int
    site_id: int
    site_code: int
    company_id: int
    policy_id: int
    number: int  # gate product number
    validity: Validity
    entrances: int  # bit mask
    flags: int  # as in the ticket code
    pax: int
    uses: dict  # zone id: uses per person, 0 = unlimited
    shares: dict  # zone id: weight of its part of the revenue
    choices: dict  # zone id: (choice, zones of it that may be used), only zones of a choice
    slot_zone_id: int | bool = False  # whose time slot is sold with the ticket
    day_limits: tuple = ()  # ((zone id or False = site, persons a day), …)


class ProductTemplate(models.Model):
    _inherit = "product.template"

    service_tracking = fields.Selection(
        selection_add=[("scenic_ticket", "Scenic ticket")],
        ondelete={"scenic_ticket": "set default"},
    )
    is_scenic_ticket = fields.Boolean(
        string="Scenic Ticket",
        compute="_compute_is_scenic_ticket",
        inverse="_inverse_is_scenic_ticket",
        search="_search_is_scenic_ticket",
        help="Each unit sold becomes one ticket with its own code.",
    )
    scenic_site_id = fields.Many2one(
        "scenic.site", string="Site", ondelete="restrict", index="btree_not_null"
    )
    scenic_policy_id = fields.Many2one(
        "scenic.policy", string="Ticket Policy", ondelete="restrict", index="btree_not_null"
    )
    gate_product_code = fields.Integer(
        string="Gate Product Number",
        copy=False,
        help="1 to 65535, part of every ticket code. Given automatically when left empty.",
    )
    entitlement_ids = fields.One2many(
        "scenic.entitlement", "product_tmpl_id", string="Rights", copy=True
    )
    scenic_entrance_ids = fields.Many2many(
        "scenic.entrance",
        string="Only at Entrances",
        domain="[('site_id', '=', scenic_site_id)]",
        help="Entrances at which the ticket is good. None = all of them.",
    )
    scenic_pax = fields.Integer(
        string="Persons per Code",
        default=1,
        help="How many persons enter on one code, 1 to 255. 1 = each visitor has an own ticket.",
    )
    scenic_media_product_id = fields.Many2one(
        "product.product",
        string="Ticket Paper or Wristband",
        domain="[('is_storable', '=', True)]",
        help="One piece is taken from stock with every ticket that a window issues.",
    )
    scenic_sale_days_ahead = fields.Integer(related="scenic_policy_id.sale_days_ahead")
    scenic_validity_days = fields.Integer(related="scenic_policy_id.validity_days")
    scenic_ticket_count = fields.Integer(compute="_compute_scenic_ticket_count")

    _gate_product_code_uniq = models.UniqueIndex(
        "(gate_product_code) WHERE gate_product_code > 0",
        "Another ticket product already has this gate product number.",
    )
    _gate_product_code_range = models.Constraint(
        "CHECK (gate_product_code IS NULL OR gate_product_code BETWEEN 0 AND 65535)",
        "The gate product number is between 1 and 65535.",
    )
    _scenic_pax_range = models.Constraint(
        "CHECK (scenic_pax IS NULL OR scenic_pax BETWEEN 1 AND 255)",
        "One code is for 1 to 255 persons.",
    )

    @api.depends("service_tracking")
    def _compute_is_scenic_ticket(self):
        for template in self:
            template.is_scenic_ticket = template.service_tracking == "scenic_ticket"

    def _inverse_is_scenic_ticket(self):
        for template in self:
            if template.is_scenic_ticket:
                template.write({"type": "service", "service_tracking": "scenic_ticket"})
            elif template.service_tracking == "scenic_ticket":
                template.service_tracking = "no"

    def _search_is_scenic_ticket(self, operator, value):
        if operator != "in":
            return NotImplemented
        wanted = set(value)
        if wanted >= {True, False}:
            return [(1, "=", 1)]
        return [("service_tracking", "=" if True in wanted else "!=", "scenic_ticket")]

    def _compute_scenic_ticket_count(self):
        counts = {
            template.id: count
            for template, count in self.env["scenic.ticket"]._read_group(
                [("product_id.product_tmpl_id", "in", self.ids)],
                ["product_tmpl_id"],
                ["__count"],
            )
        }
        for template in self:
            template.scenic_ticket_count = counts.get(template.id, 0)

    # EXTENDS product
    def _service_tracking_blacklist(self):
        # a ticket needs a visit date and a site: the generic sale flows know neither
        return [*super()._service_tracking_blacklist(), "scenic_ticket"]

    @api.model_create_multi
    def create(self, vals_list):
        templates = super().create(vals_list)
        templates._scenic_complete()
        return templates

    def write(self, vals):
        res = super().write(vals)
        if {"service_tracking", "scenic_site_id", "company_id"} & vals.keys():
            self._scenic_complete()
        if _RULE_FIELDS & vals.keys():
            self.env.registry.clear_cache()
        return res

    def _scenic_complete(self):
        """Give each ticket product the number gates know it by, and the company of its site."""
        for template in self.filtered("is_scenic_ticket"):
            if not template.gate_product_code:
                number = self.env["ir.sequence"].sudo().next_by_code("scenic.gate.product")
                template.gate_product_code = int(number)
            # the park that admits is the one that owes the visit, so it is the one that sells
            if template.scenic_site_id and not template.company_id:
                template.company_id = template.scenic_site_id.company_id

    @api.constrains(
        "service_tracking",
        "type",
        "company_id",
        "scenic_site_id",
        "scenic_policy_id",
        "entitlement_ids",
    )
    def _check_scenic_ticket(self):
        for template in self.filtered("is_scenic_ticket"):
            if not (template.scenic_site_id and template.scenic_policy_id):
                raise ValidationError(
                    self.env._(
                        "%(product)s is sold as a ticket: choose its site and its ticket policy.",
                        product=template.name,
                    )
                )
            site_company = template.scenic_site_id.company_id
            if template.company_id and template.company_id != site_company:
                raise ValidationError(
                    self.env._(
                        "%(product)s has to belong to %(company)s, the company of %(site)s.",
                        product=template.name,
                        company=site_company.name,
                        site=template.scenic_site_id.name,
                    )
                )
            if not template.entitlement_ids:
                raise ValidationError(
                    self.env._(
                        "%(product)s opens no gate yet: add at least one right.",
                        product=template.name,
                    )
                )
            template._check_scenic_rights()

    def _check_scenic_rights(self):
        self.ensure_one()
        foreign = self.entitlement_ids.zone_id.filtered(
            lambda zone: zone.site_id != self.scenic_site_id
        )
        if foreign:
            raise ValidationError(
                self.env._(
                    "%(zones)s do not belong to %(site)s, the site of %(product)s.",
                    zones=", ".join(foreign.mapped("name")),
                    site=self.scenic_site_id.name,
                    product=self.name,
                )
            )
        total = sum(self.entitlement_ids.mapped("share"))
        if not float_is_zero(total, 2) and float_compare(total, 100, 2):
            raise ValidationError(
                self.env._(
                    "The revenue shares of %(product)s add up to %(total)s %%. Make it 100 %%, or "
                    "leave all of them at 0 to share evenly.",
                    product=self.name,
                    total=f"{total:.2f}",
                )
            )

    @tools.ormcache("self.id")
    def _scenic_mould(self):
        """Return what a sale copies into its tickets, kept in memory by each worker."""
        template = self.sudo()
        site, policy = template.scenic_site_id, template.scenic_policy_id
        return Mould(
            template_id=template.id,
            site_id=site.id,
            site_code=site.code,
            company_id=site.company_id.id,
            policy_id=policy.id,
            number=template.gate_product_code,
            validity=policy._validity_view(),
            entrances=template.scenic_entrance_ids._mask(),
            flags=policy._code_flags(),
            pax=template.scenic_pax,
            uses={right.zone_id.id: right.uses for right in template.entitlement_ids},
            shares=template.entitlement_ids._weights(),
            choices={
                right.zone_id.id: (right.choice, right.pick)
                for right in template.entitlement_ids.filtered("choice")
            },
            slot_zone_id=template.scenic_slot_zone_id.id,
            day_limits=template._scenic_day_limits(),
        )

    @api.model
    @tools.ormcache("number")
    def _scenic_rule_of(self, number):
        """Return the rule of a gate product number, None when no product has it."""
        template = (
            self.sudo()
            .with_context(active_test=False)
            .search([("gate_product_code", "=", number)], limit=1)
        )
        return template._scenic_rule() if template and number else None

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_fields(self, config_id):
        return [
            *super()._load_pos_data_fields(config_id),
            "is_scenic_ticket",
            "scenic_site_id",
            "scenic_pax",
            "scenic_sale_days_ahead",
            "scenic_validity_days",
        ]

    def action_scenic_tickets(self):
        """Open the tickets sold of this product."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_ticketing.scenic_ticket_action"
        )
        action["domain"] = [("product_id.product_tmpl_id", "in", self.ids)]
        action["context"] = {}
        return action
