from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ProductTemplateMedia(models.Model):
    """What a ticket is handed out on, and what a deposit stands for."""

    _inherit = "product.template"

    scenic_media_qty = fields.Float(
        string="Pieces",
        default=1.0,
        digits="Product Unit",
        help="How much of the paper or wristband one ticket takes, in its own unit. Count paper in "
        "slips, and give the product a packaging for its rolls.",
    )
    scenic_media_per = fields.Selection(
        [("code", "Ticket"), ("person", "Person")],
        string="Pieces for each",
        default="code",
        help="Person: a group ticket takes as many wristbands as it has persons.",
    )
    scenic_media_again = fields.Boolean(
        string="Also when Printed Again",
        default=True,
        help="A ticket that is printed again or reissued takes the same once more.",
    )
    scenic_deposit_media_id = fields.Many2one(
        "product.product",
        string="Returnable Medium",
        domain="[('is_storable', '=', True)]",
        ondelete="restrict",
        help="The card or wristband that this deposit stands for: it leaves the stock of the "
        "window when the deposit is taken and comes back with it. Tickets on this medium take "
        "no piece of their own.",
    )

    _scenic_media_qty_positive = models.Constraint(
        "CHECK (scenic_media_qty IS NULL OR scenic_media_qty > 0)",
        "A ticket takes more than nothing of its paper or wristband.",
    )

    @api.constrains("scenic_deposit_media_id", "scenic_deposit")
    def _check_scenic_deposit_media(self):
        for template in self:
            if template.scenic_deposit_media_id and not template.scenic_deposit:
                raise ValidationError(
                    self.env._(
                        "%s is no deposit, so no medium can come back with it.",
                        template.display_name,
                    )
                )
