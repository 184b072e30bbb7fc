from datetime import timedelta

from odoo import fields, models


class ScenicSlotSeason(models.Model):
    """Days of the year on which a timetable holds."""

    _name = "scenic.slot.season"
    _description = "Season of a Timetable"
    _order = "date_from, id"

    template_id = fields.Many2one(
        "scenic.slot.template", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="template_id.company_id", store=True, index=True)
    name = fields.Char(translate=True)
    date_from = fields.Date(string="From", required=True)
    date_to = fields.Date(string="To", required=True)

    _dates = models.Constraint(
        "CHECK (date_from <= date_to)", "A season does not end before it begins."
    )


class ScenicSlotTemplateQuota(models.Model):
    """What a channel may sell of each slot that a timetable makes."""

    _name = "scenic.slot.template.quota"
    _description = "Channel Quota of a Timetable"
    _order = "template_id, id"

    template_id = fields.Many2one(
        "scenic.slot.template", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="template_id.company_id", store=True, index=True)
    channel_id = fields.Many2one("scenic.channel", required=True, ondelete="restrict")
    reserved = fields.Integer(
        string="Kept", default=0, help="Places that only this channel can sell, until the release."
    )
    maximum = fields.Integer(
        string="At Most", default=0, help="Most places that this channel sells. 0 = no limit."
    )
    release_hours = fields.Float(
        string="Released before (hours)",
        default=24.0,
        help="So long before the start everybody can sell what is left. 0 = never.",
    )

    _channel_uniq = models.Constraint(
        "UNIQUE (template_id, channel_id)", "This channel already has a quota of this timetable."
    )
    _numbers = models.Constraint(
        "CHECK (reserved >= 0 AND maximum >= 0 AND release_hours >= 0"
        " AND (maximum = 0 OR maximum >= reserved))",
        "A quota is not negative, and its limit is not below the places kept.",
    )

    def _release_moment(self, start):
        """Return when the quota of a slot that begins at ``start`` is released, or False."""
        return start - timedelta(hours=self.release_hours) if self.release_hours else False
