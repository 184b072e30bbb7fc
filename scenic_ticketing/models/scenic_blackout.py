from odoo import api, fields, models

from ..iot_handlers.scenic_rules.site_time import day_number


class ScenicBlackout(models.Model):
    """A named list of days on which tickets are not good, for instance the national holidays."""

    _name = "scenic.blackout"
    _description = "Scenic Blackout Calendar"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company, index=True)
    line_ids = fields.One2many("scenic.blackout.line", "blackout_id", string="Days", copy=True)
    policy_ids = fields.Many2many(
        "scenic.policy",
        relation="scenic_policy_blackout_rel",
        column1="blackout_id",
        column2="policy_id",
        string="Used by Policies",
        readonly=True,
        copy=False,
    )
    active = fields.Boolean(default=True)

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    def _spans(self):
        """Return the closed days as ``((first, last), ...)`` day numbers, ascending and merged."""
        spans = sorted(
            (day_number(line.date_from), day_number(line.date_to))
            for line in self.filtered("active").line_ids
        )
        merged = []
        for first, last in spans:
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(merged[-1][1], last))
            else:
                merged.append((first, last))
        return tuple(merged)
