from odoo import fields, models


class ScenicSiteAlarm(models.Model):
    """From where on the gates of a site are in trouble. 0 = nobody is told."""

    _inherit = "scenic.site"

    alarm_silent_min = fields.Integer(
        "Silent Lane After (min)",
        default=15,
        help="A lane without any scan for so long is reported while a neighbour at the same "
        "entrance is busy.",
    )
    alarm_silent_scans = fields.Integer(
        "Busy From (scans)",
        default=20,
        help="A neighbour is busy when it had so many scans in that time.",
    )
    alarm_pace = fields.Integer(
        "Slow Entrance From (%)",
        default=50,
        help="An entrance that admitted so much less within an hour than in the same hour a week "
        "ago is reported.",
    )
    alarm_pace_min = fields.Integer(
        "Compared From (persons)",
        default=30,
        help="Hours in which fewer persons came a week ago say nothing.",
    )
    alarm_refused = fields.Integer(
        "Refusals in 5 Minutes",
        default=10,
        help="A lane that refuses so many, and at least half of its visitors, is reported.",
    )
    alarm_forged = fields.Integer(
        "Forged Codes in a Minute",
        default=3,
        help="So many codes with a false signature at one lane within a minute are an attempt.",
    )
    alarm_drift_s = fields.Integer(
        "Clock Wrong by (s)", default=30, help="A box whose clock is off by more is reported."
    )
    alarm_disk_mb = fields.Integer(
        "Disk Left (MB)", default=500, help="A box with less room on its disk is reported."
    )
    alarm_exposure = fields.Integer(
        "Exposure (%)",
        default=80,
        help="The live board marks a box that has used up so much of the money it may admit alone.",
    )
    alarm_unsent = fields.Integer(
        "Unsent Reports",
        default=500,
        help="A box that is in contact and still cannot get rid of so many reports is reported.",
    )
    alarm_peer_min = fields.Integer(
        "Boxes Not Heard After (min)",
        default=3,
        help="Two boxes that both reach the server and have not heard each other for so long are "
        "reported. Meanwhile a copied ticket can enter once at each.",
    )

    _alarms_positive = models.Constraint(
        "CHECK (alarm_silent_min >= 0 AND alarm_silent_scans >= 0 AND alarm_pace BETWEEN 0 AND 100"
        " AND alarm_pace_min >= 0 AND alarm_refused >= 0 AND alarm_forged >= 0"
        " AND alarm_drift_s >= 0 AND alarm_disk_mb >= 0 AND alarm_exposure BETWEEN 0 AND 100"
        " AND alarm_unsent >= 0 AND alarm_peer_min >= 0)",
        "Thresholds of alarms cannot be negative, and percents are at most 100.",
    )

    def _gate_expects_visitors(self, now=None):
        """Tell whether the site is open at ``now``: today, and at this hour."""
        self.ensure_one()
        return self._gate_is_open(now) and not self._is_closed(self._today(now))
