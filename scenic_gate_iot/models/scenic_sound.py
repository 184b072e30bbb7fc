import base64
import hashlib

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import human_size

from ..iot_handlers.scenic_gate import sound_config, sound_file

MAX_SITE_BYTES = 16 * 1024 * 1024  # each box of the site may have to keep them all


class ScenicSound(models.Model):
    """A sound of the park for its gates, for example a sentence that somebody has spoken."""

    _name = "scenic.sound"
    _description = "Sound of Gates"
    _order = "site_id, occasion, lang, name"

    name = fields.Char(required=True, help="Lanes may name it. Unique in the site.")
    active = fields.Boolean(default=True)
    site_id = fields.Many2one("scenic.site", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="site_id.company_id", store=True, index=True)
    occasion = fields.Selection(
        selection="_selection_occasion",
        help="The answer of the gate to which it belongs. Empty = it is only heard at lanes that "
        "name it.",
    )
    lang = fields.Selection(
        lambda self: self.env["res.lang"].get_installed(),
        "Language",
        help="Lanes that speak this language use it. Empty = good for every language.",
    )
    file = fields.Binary(
        "WAV File",
        required=True,
        attachment=True,
        help="PCM, 8 or 16 bits, mono or stereo, 8 to 48 kHz, at most 10 seconds and 1 MB.",
    )
    file_name = fields.Char()
    file_hash = fields.Char(compute="_compute_file_hash", store=True, readonly=True)
    size = fields.Integer("Bytes", compute="_compute_file_hash", store=True, readonly=True)
    seconds = fields.Float(compute="_compute_file_hash", store=True, readonly=True, digits=(16, 1))
    listen = fields.Json(compute="_compute_listen")

    _name_uniq = models.Constraint(
        "UNIQUE (site_id, name)", "Another sound of this site already has this name."
    )
    _occasion_uniq = models.UniqueIndex(
        "(site_id, occasion, COALESCE(lang, '')) WHERE active AND occasion IS NOT NULL",
        "This site already has a sound for this answer in this language.",
    )

    @api.model
    def _selection_occasion(self):
        """Return what a gate may say: the four kinds of answers, then each reason by itself."""
        texts = self.env["scenic.gate.config"]._fields["visitor_text"]
        reasons = [
            (code, f"{text} ({code})")
            for code, text in texts._description_selection(self.env)
            if code != "OK"
        ]
        kinds = {
            "good": self.env._("Welcome"),
            "group": self.env._("Welcome, several persons"),
            "staff": self.env._("Please wait for our staff"),
            "bad": self.env._("Refused"),
        }
        return [*kinds.items(), *reasons]

    @api.depends("file")
    def _compute_file_hash(self):
        for sound in self:
            data = sound._bytes()
            sound.file_hash = hashlib.sha256(data).hexdigest() if data else False
            sound.size = len(data)
            try:
                sound.seconds = sound_file.read(data).seconds
            except sound_file.SoundError:
                sound.seconds = 0  # the check below says what is wrong

    @api.depends("file_hash", "name")
    def _compute_listen(self):
        for sound in self:
            sound.listen = sound._origin.id and [
                {
                    "label": sound.name,
                    "source": "",
                    "url": f"/scenic/sound/{sound._origin.id}?{(sound.file_hash or '')[:8]}",
                }
            ]

    def _bytes(self):
        """Return the file itself."""
        self.ensure_one()
        return base64.b64decode(self.with_context(bin_size=False).file or b"")

    @api.constrains("file")
    def _check_file(self):
        for sound in self:
            try:
                sound_file.read(sound._bytes())
            except sound_file.SoundError as error:
                raise ValidationError(sound._problem_text(error)) from error

    def _problem_text(self, error):
        """Return what is wrong with a file and what to do about it."""
        name = self.file_name or self.name
        texts = {
            "size": self.env._(
                "%(file)s is too large: at most 1 MB. Save it shorter or with 16 kHz, mono.",
                file=name,
            ),
            "no_wav": self.env._(
                "%(file)s is not a WAV file. Save the recording as WAV (PCM), not as MP3 or M4A.",
                file=name,
            ),
            "format": self.env._(
                "%(file)s is a compressed WAV file. Save it as WAV, PCM, 16 bits.", file=name
            ),
            "channels": self.env._(
                "%(file)s has %(value)s channels. Save it as mono.", file=name, value=error.value
            ),
            "bits": self.env._(
                "%(file)s has %(value)s bits. Save it with 16 bits.", file=name, value=error.value
            ),
            "rate": self.env._(
                "%(file)s has %(value)s samples a second. Save it with 8000 to 48000.",
                file=name,
                value=error.value,
            ),
            "empty": self.env._("%(file)s holds no sound.", file=name),
            "long": self.env._(
                "%(file)s lasts %(value)s seconds. Visitors walk on: at most 10 seconds.",
                file=name,
                value=error.value,
            ),
        }
        return texts[error.code]

    @api.constrains("file", "site_id", "active")
    def _check_total(self):
        for site in self.site_id:
            sounds = self.sudo().search([("site_id", "=", site.id)])
            total = sum(sounds.mapped("size"))
            if len(sounds) > sound_config.MAX_FILES or total > MAX_SITE_BYTES:
                raise ValidationError(
                    self.env._(
                        "The sounds of %(site)s are too many for its boxes: %(count)s with "
                        "%(size)s, at most %(most)s with %(limit)s. Archive some.",
                        site=site.name,
                        count=len(sounds),
                        size=human_size(total),
                        most=sound_config.MAX_FILES,
                        limit=human_size(MAX_SITE_BYTES),
                    )
                )

    # ------------------------------------------------------------------
    # What boxes are told
    # ------------------------------------------------------------------

    @api.model
    def _stamp(self, site):
        """Return a text that changes whenever the sounds of a site change."""
        sounds = (
            self.sudo()
            .with_context(prefetch_fields=False)
            .search_read([("site_id", "=", site.id)], ["write_date"], order="id", load=None)
        )
        return ",".join(f"{item['id']}:{item['write_date']}" for item in sounds)

    @api.model
    def _for_box(self, box):
        """Return the member ``sounds`` of the configuration of ``box``."""
        named = {
            lane[f"sound_{colour}"] for lane in box.lane_ids for colour in ("good", "staff", "bad")
        }
        files, voice = {}, {}
        for sound in self.sudo().search([("site_id", "=", box.site_id.id)], order="id"):
            if not (sound.occasion or sound.name in named):
                continue
            files[sound.name] = {"hash": sound.file_hash, "size": sound.size}
            if sound.occasion:
                voice.setdefault(sound.lang or "", {})[sound.occasion] = sound.name
        return {"files": files, "voice": voice} if files else {}

    @api.model
    def _by_hash(self, box_id, digest):
        """Return the bytes of a sound that is in the configuration of a box, None if it is not."""
        box = self.env["scenic.box"].browse(box_id).sudo()
        known = {item["hash"]: name for name, item in self._for_box(box).get("files", {}).items()}
        if digest not in known:
            return None
        return (
            self.sudo()
            .search([("site_id", "=", box.site_id.id), ("name", "=", known[digest])], limit=1)
            ._bytes()
        )
