from odoo import api, fields, models

from ..tools import lane_status

# what boxes and their systems say of a device, and the trouble that it is
SIGNS = (
    ("route", ("errno 113", "errno 101", "no route")),
    ("refused", ("errno 111", "refused")),
    ("late", ("errno 110", "timed out", "timeout")),
    ("broke", ("errno 104", "errno 32]", "reset by peer")),
    ("nothing", ("errno 2]", "no such file")),
    ("right", ("errno 13]", "permission denied")),
    ("busy", ("errno 16]", "another program")),
    ("unplugged", ("errno 19]", "unplugged")),
    ("name", ("errno -2]", "errno -3]", "service not known")),
    ("new", ("not connected yet",)),
    ("silent", ("no answer", "is silent")),
)


class ScenicBoxWords(models.Model):
    """What a box says of itself, in the words of whoever reads it; boxes speak English."""

    _inherit = "scenic.box"

    trouble_text = fields.Char(
        "In Trouble", compute="_compute_trouble_text", help="Lanes and devices that need a look."
    )

    @api.depends_context("lang")
    @api.depends("status", "trouble")
    def _compute_trouble_text(self):
        states = dict(
            self.env["scenic.lane"]._fields["shown_state"]._description_selection(self.env)
        )
        for box in self:
            box.trouble_text = lane_status.trouble(
                box.status, self._device_words, states | {"disk": self.env._("disk")}
            )

    @api.model
    def _device_words(self, detail):
        """Return ``detail`` of a device in words; what nobody foresaw stays as the box said it."""
        low = detail.lower()
        found = next((name for name, signs in SIGNS if any(s in low for s in signs)), None)
        return self._trouble_words()[found] if found else detail

    @api.model
    def _trouble_words(self):
        return {
            "route": self.env._("not reachable in the network"),
            "refused": self.env._("refuses the connection"),
            "late": self.env._("does not answer in time"),
            "broke": self.env._("broke the connection"),
            "nothing": self.env._("nothing is plugged in there"),
            "right": self.env._("the box may not use this port"),
            "busy": self.env._("another program uses it"),
            "unplugged": self.env._("unplugged"),
            "name": self.env._("its name is not known"),
            "new": self.env._("not connected yet"),
            "silent": self.env._("does not answer"),
        }


class ScenicBoxUpdateWords(models.Model):
    _inherit = "scenic.box.update"

    short_hash = fields.Char("Version", compute="_compute_words", help="The first 12 digits.")
    why_text = fields.Char("Why", compute="_compute_words")

    @api.depends_context("lang")
    @api.depends("hash", "why", "what")
    def _compute_words(self):
        known = {
            "time": self.env._("did not prove itself in time"),
            "starts": self.env._("the box ended again and again"),
        }
        for update in self:
            update.short_hash = (update.hash or "")[:12]
            taken_back = update.what == "rolled_back"
            update.why_text = known.get(update.why, update.why) if taken_back else update.why
