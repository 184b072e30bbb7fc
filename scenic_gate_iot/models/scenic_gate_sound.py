from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..iot_handlers.scenic_gate import sound_config
from ..iot_handlers.scenic_gate.speaker import is_address

COLOURS = ("good", "staff", "bad")


class ScenicGateSoundConfig(models.AbstractModel):
    """Sounds and loudspeakers in the configuration of a box."""

    _inherit = "scenic.gate.config"

    # EXTENDS scenic_gate_iot
    @api.model
    def _extra(self, box):
        extra = super()._extra(box)
        return extra + self.env["scenic.sound"]._stamp(box.site_id) if box.kind == "box" else extra

    # EXTENDS scenic_gate_iot
    @api.model
    def _build(self, box, offset, lang):
        config = super()._build(box, offset, lang)
        if box.kind == "box" and (sounds := self.env["scenic.sound"]._for_box(box)):
            config["sounds"] = sounds
        return config

    # EXTENDS scenic_gate_iot
    @api.model
    def _lane(self, lane):
        """Send loudspeakers apart: a box that does not know them refuses no configuration."""
        config = super()._lane(lane)
        speakers = [item for item in config["devices"] if item["role"] == "speaker"]
        if speakers:
            config["devices"] = [item for item in config["devices"] if item not in speakers]
            config["speakers"] = speakers
        return config


class ScenicDeviceSpeaker(models.Model):
    _inherit = "scenic.device"

    role = fields.Selection(
        selection_add=[("speaker", "Loudspeaker")], ondelete={"speaker": "cascade"}
    )
    driver = fields.Selection(
        selection_add=[("speaker", "Loudspeaker at the box (ALSA)")],
        ondelete={"speaker": "cascade"},
    )

    @api.constrains("url", "driver")
    def _check_speaker_url(self):
        for device in self.filtered(lambda item: item.driver == "speaker"):
            if not is_address(device.url or ""):
                raise ValidationError(
                    self.env._(
                        "%(device)s: the address of a loudspeaker is alsa: and the name of the "
                        "device, for example alsa:default or alsa:plughw:CARD=Device,DEV=0. The "
                        "command aplay -L on the box lists them.",
                        device=device.name,
                    )
                )

    def action_test_sound(self):
        """Let all four sounds of the lane be heard."""
        return self.lane_id.action_test_sound()


class ScenicLaneSound(models.Model):
    _inherit = "scenic.lane"

    heard = fields.Json(compute="_compute_heard", help="What visitors hear at this lane.")

    @api.depends("lang", "sound_good", "sound_staff", "sound_bad", "site_id", "box_id")
    def _compute_heard(self):
        for lane in self:
            lane.heard = lane._heard()

    def _heard(self):
        """Return what is heard at the lane: [{"label", "source", "url"}]."""
        self.ensure_one()
        sounds = self.env["scenic.sound"]
        config = sound_config.parse(sounds._for_box(self.box_id))
        lang = self.lang or self.company_id.partner_id.lang or "en_US"
        own = self._for_visitors()["sounds"]
        labels = dict(sounds._selection_occasion())
        found = []
        for name in sound_config.TONES:
            keys = ("group", "good") if name == "group" else (name,)
            chosen = config.chosen(own, lang, keys)
            sound = chosen and sounds.search(
                [("site_id", "=", self.site_id.id), ("name", "=", chosen)], limit=1
            )
            found.append(
                {
                    "label": labels[name],
                    "source": sound.name if sound else self.env._("Tone"),
                    "url": f"/scenic/sound/{sound.id}" if sound else f"/scenic/sound/tone/{name}",
                }
            )
        return found

    @api.constrains("sound_good", "sound_staff", "sound_bad")
    def _check_sounds(self):
        """Refuse names that nothing bears; names from before are left alone until they change."""
        for lane in self:
            names = set(lane._for_visitors()["sounds"].values())
            known = self.env["scenic.sound"].search([("site_id", "=", lane.site_id.id)])
            for name in names - set(known.mapped("name")):
                raise ValidationError(
                    self.env._(
                        "Lane %(lane)s: %(site)s has no sound %(name)s. Add it in Gates, Sounds, "
                        "or leave the field empty.",
                        lane=lane.code,
                        site=lane.site_id.name,
                        name=name,
                    )
                )

    def action_test_sound(self):
        """Let all four sounds of the lane be heard, one after the other."""
        self._test("test_sound")
