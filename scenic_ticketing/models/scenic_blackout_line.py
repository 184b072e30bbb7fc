from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class ScenicBlackoutLine(models.Model):
    """Days from one date to another, both included."""

    _name = "scenic.blackout.line"
    _description = "Days of a Blackout Calendar"
    _order = "date_from, id"

    blackout_id = fields.Many2one("scenic.blackout", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="blackout_id.company_id", store=True, index=True)
    name = fields.Char(string="Occasion", translate=True, help="For example: National Day.")
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(string="To", required=True, help="This day is included.")

    @api.depends("name", "date_from", "date_to")
    def _compute_display_name(self):
        for line in self:
            days = f"{line.date_from} – {line.date_to}"
            if line.date_from == line.date_to:
                days = f"{line.date_from}"
            line.display_name = f"{line.name} ({days})" if line.name else days

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        for line in self:
            if line.date_to < line.date_from:
                raise ValidationError(
                    self.env._(
                        "The days of %(calendar)s end on %(last)s, before they begin on "
                        "%(first)s. Exchange the two dates.",
                        calendar=line.blackout_id.name,
                        first=line.date_from,
                        last=line.date_to,
                    )
                )

    @api.onchange("date_from")
    def _onchange_date_from(self):
        if self.date_from and (not self.date_to or self.date_to < self.date_from):
            self.date_to = self.date_from

    def _check_open(self):
        """Refuse to change under a published policy what a second person has approved."""
        policies = self.blackout_id.policy_ids.sudo()
        if self.env.su or not (published := policies.filtered(lambda p: p.state == "published")):
            return
        raise UserError(
            self.env._(
                "The days of %(calendar)s belong to the published policies %(policies)s. Copy the "
                "calendar, change the copy, and publish a draft of the policy that uses it.",
                calendar=", ".join(self.blackout_id.mapped("name")),
                policies=", ".join(published.mapped("name")),
            )
        )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._check_open()
        self.env.registry.clear_cache()
        return lines

    def write(self, vals):
        if {"date_from", "date_to", "blackout_id"} & vals.keys():
            self._check_open()
        self.env.registry.clear_cache()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        self._check_open()

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()
