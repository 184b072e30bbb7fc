from odoo import fields, models


class ScenicLaneVisitor(models.Model):
    """What a lane tells its visitors, and what it does when it did not see one."""

    _inherit = "scenic.lane"

    on_unknown = fields.Selection(
        [
            ("consumed", "Keep it used, staff may open again"),
            ("released", "Give the right back"),
            ("staff", "Keep it used and ask a person"),
        ],
        "If the Passage Is Unknown",
        required=True,
        default="consumed",
        help="The lane opened, but power, contact or the order was lost before anybody was seen. "
        "Giving the right back lets a visitor in twice who did pass; asking opens an incident with "
        "the amount.",
    )
    lang = fields.Selection(
        lambda self: self.env["res.lang"].get_installed(),
        "Language",
        help="Of the texts for visitors at this lane. Empty = the language of the box.",
    )
    sound_good = fields.Char(
        "Sound: Welcome",
        help="Name of a sound of the site (Gates, Sounds) when somebody may pass at this lane. "
        "Empty = the sound of the site for the answer and the language, else a tone.",
    )
    sound_staff = fields.Char(
        "Sound: Ask Staff", help="Name of a sound of the site for a doubt at this lane."
    )
    sound_bad = fields.Char(
        "Sound: Refused", help="Name of a sound of the site for a refusal at this lane."
    )

    def _for_visitors(self):
        """Return the members of the lane's configuration that only concern its visitors."""
        self.ensure_one()
        sounds = {colour: self[f"sound_{colour}"] for colour in ("good", "staff", "bad")}
        return {
            "on_unknown": self.on_unknown,
            "lang": self.lang or "",
            "sounds": {colour: name for colour, name in sounds.items() if name},
        }
