from odoo import fields, models


class ProductTemplateKeys(models.Model):
    """Which tickets belong together in what a window may sign."""

    _inherit = "product.template"

    scenic_class_no = fields.Integer(
        string="Ticket Class",
        help="0 to 31. The certificate of a window names the classes that it sells: gates refuse "
        "tickets of any other class that its key has signed.",
    )

    _scenic_class_no_range = models.Constraint(
        "CHECK (scenic_class_no IS NULL OR scenic_class_no BETWEEN 0 AND 31)",
        "The class of a ticket is between 0 and 31.",
    )

    def write(self, vals):
        res = super().write(vals)
        if "scenic_class_no" in vals:
            self.env.registry.clear_cache()
        return res
