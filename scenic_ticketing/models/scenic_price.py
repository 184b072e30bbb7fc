from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ScenicPrice(models.Model):
    """What one ticket of a product costs in a season, from so many tickets and days ahead on."""

    _name = "scenic.price"
    _inherit = ["scenic.tariff.part"]
    _description = "Scenic Price"
    _order = "tariff_id, product_tmpl_id, season_id, channel_id, min_quantity, early_bird_days, id"

    tariff_id = fields.Many2one("scenic.tariff", required=True, index=True, ondelete="cascade")
    tariff_state = fields.Selection(related="tariff_id.state", store=True, string="Tariff Status")
    site_id = fields.Many2one(related="tariff_id.site_id")
    company_id = fields.Many2one(related="tariff_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="tariff_id.currency_id")
    season_id = fields.Many2one(
        "scenic.season",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('tariff_id', '=', tariff_id)]",
    )
    product_tmpl_id = fields.Many2one(
        "product.template",
        string="Ticket Product",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('is_scenic_ticket', '=', True), ('scenic_site_id', '=', site_id)]",
    )
    channel_id = fields.Many2one(
        "scenic.channel",
        index="btree_not_null",
        ondelete="restrict",
        help="Only for this sales channel. Empty = for every channel without prices of its own in "
        "this season.",
    )
    min_quantity = fields.Integer(
        string="From Tickets",
        required=True,
        default=1,
        aggregator=None,
        help="Holds for orders of at least this many tickets. The line for 1 ticket is the base: "
        "without it the other steps of the season do not count.",
    )
    early_bird_days = fields.Integer(
        string="Days Ahead",
        required=True,
        default=0,
        aggregator=None,
        help="Holds for tickets bought at least this many days before the visit. 0 = always.",
    )
    price = fields.Monetary(required=True, aggregator=None, help="For one ticket.")
    price_min = fields.Monetary(
        string="At Least", aggregator=None, help="A lower price is refused at publishing. 0 = none."
    )
    price_max = fields.Monetary(
        string="At Most", aggregator=None, help="A higher price is refused at publishing. 0 = none."
    )
    free = fields.Boolean(
        string="Free on Purpose",
        help="The price may be zero, next to nothing or below cost: free admission of children, "
        "for example.",
    )

    _step_uniq = models.UniqueIndex(
        "(season_id, product_tmpl_id, COALESCE(channel_id, 0), min_quantity, early_bird_days)",
        "This season already has a price for the same product, channel, number of tickets and "
        "days ahead.",
    )
    _numbers = models.Constraint(
        "CHECK (price >= 0 AND min_quantity >= 1 AND early_bird_days BETWEEN 0 AND 3660)",
        "A price and its days ahead cannot be negative, and it is for at least 1 ticket.",
    )
    _band = models.Constraint(
        "CHECK (COALESCE(price_min, 0) >= 0 AND COALESCE(price_max, 0) >= 0)",
        "The limits of a price cannot be negative.",
    )

    @api.depends("product_tmpl_id", "season_id", "channel_id", "min_quantity", "early_bird_days")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for line in self:
            parts = [line.product_tmpl_id.name, line.season_id.name, line.channel_id.name]
            if line.min_quantity > 1:
                parts.append(self.env._("from %(count)s tickets", count=line.min_quantity))
            if line.early_bird_days:
                parts.append(self.env._("%(days)s days ahead", days=line.early_bird_days))
            line.display_name = " / ".join(part for part in parts if part)

    @api.constrains("season_id", "tariff_id", "product_tmpl_id")
    def _check_product(self):
        for line in self:
            product = line.product_tmpl_id
            if line.season_id.tariff_id != line.tariff_id:
                raise ValidationError(
                    self.env._(
                        "%(line)s: choose a season of the same tariff.", line=line.display_name
                    )
                )
            if not product.is_scenic_ticket or product.scenic_site_id != line.site_id:
                raise ValidationError(
                    self.env._(
                        "%(product)s is not a ticket of %(site)s, so this tariff cannot price it.",
                        product=product.display_name,
                        site=line.site_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if "tariff_id" not in vals and vals.get("season_id"):
                season = self.env["scenic.season"].browse(vals["season_id"])
                vals["tariff_id"] = season.tariff_id.id
        return super().create(vals_list)
