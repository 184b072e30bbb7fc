import base64
import json
import secrets
from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.image import image_process

from ..tools import documents
from ..tools.holder_crypto import SealError

DOC_TYPES = [
    ("cn_id", "Resident ID Card"),
    ("passport", "Passport"),
    ("hk_mo", "Travel Permit for Hong Kong and Macao Residents"),
    ("tw", "Travel Permit for Taiwan Residents"),
    ("foreign", "Foreign Permanent Resident ID Card"),
    ("other", "Other Document"),
]
PHOTO_SIZE = 480


class ScenicHolder(models.Model):
    """Who a ticket is for. Everything that says so in clear is sealed, see tools/holder_crypto.

    ``name``, ``id_masked`` and ``phone_masked`` are what screens show. Number, full name and phone
    are opened by ``_opened``, for checks of the server itself, and for people only by
    ``scenic.holder.reading``, which leaves a trace.
    """

    _name = "scenic.holder"
    _description = "Scenic Ticket Holder"
    _order = "id desc"

    uid = fields.Char(string="Identity", required=True, readonly=True, copy=False)
    site_id = fields.Many2one("scenic.site", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="site_id.company_id", store=True, index=True)
    last_day = fields.Date(
        required=True,
        readonly=True,
        help="Last valid day of the tickets. Some days later everything about the holder is "
        "destroyed, together with all others of that day.",
    )
    doc_type = fields.Selection(DOC_TYPES, string="Document", readonly=True)
    name = fields.Char(readonly=True, help="With all but its ends hidden.")
    id_masked = fields.Char(string="Document Number", readonly=True)
    phone_masked = fields.Char(string="Phone", readonly=True)
    id_hash = fields.Char(readonly=True, groups=fields.NO_ACCESS, copy=False)
    phone_hash = fields.Char(readonly=True, groups=fields.NO_ACCESS, copy=False)
    sealed = fields.Char(readonly=True, groups=fields.NO_ACCESS, copy=False)
    sealed_photo = fields.Binary(
        readonly=True, attachment=False, groups=fields.NO_ACCESS, copy=False, prefetch=False
    )
    has_photo = fields.Boolean(readonly=True)
    photo = fields.Binary(
        compute="_compute_photo",
        exportable=False,
        help="Compared with the visitor by the attendant; kept sealed.",
    )
    ticket_ids = fields.One2many("scenic.ticket", "holder_id", string="Tickets")

    _uid_day_uniq = models.Constraint(
        "UNIQUE (uid, site_id, last_day)", "This holder is already known for that day."
    )
    _id_hash_index = models.Index("(id_hash) WHERE id_hash IS NOT NULL")
    _phone_hash_index = models.Index("(phone_hash) WHERE phone_hash IS NOT NULL")
    _day_index = models.Index("(site_id, last_day)")

    @api.depends("name", "id_masked")
    def _compute_display_name(self):
        for holder in self:
            parts = [part for part in (holder.name, holder.id_masked) if part]
            holder.display_name = " · ".join(parts) or holder._trace_name()

    def _trace_name(self):
        """Return how logs and chatter call this holder: it says nothing about the person."""
        self.ensure_one()
        return self.env._("holder %(number)s", number=self.sudo().uid[:8])

    # ------------------------------------------------------------------
    # making
    # ------------------------------------------------------------------

    @api.model
    def _checked(self, vals, today):
        """Return the clear data of ``vals`` in one spelling, or raise DocumentError.

        ``vals``: ``number`` (or what a card reader sent), ``doc_type``, ``name``, ``phone``,
        ``birthday`` (date or YYYY-MM-DD), ``photo`` (base64); all of them may be missing.
        """
        clear = {
            "name": documents.normalise_name(vals.get("name")),
            "doc_type": "",
            "number": "",
            "birthday": "",
            "phone": "",
        }
        birthday = _day(vals.get("birthday"), today)
        if (vals.get("number") or "").strip():
            document = documents.read(vals["number"], today, vals.get("doc_type") or "")
            birthday = document.birthday or birthday
            clear.update(doc_type=document.doc_type, number=document.number)
            clear["name"] = clear["name"] or document.name
        if (vals.get("phone") or "").strip():
            clear["phone"] = documents.normalise_phone(vals["phone"])
        clear["birthday"] = birthday.isoformat() if birthday else ""
        return clear

    @api.model
    def _make(self, clear, site, last_day, photo=None, uid=None):
        """Seal the clear data of ``_checked`` for tickets that end on ``last_day``."""
        uid = uid or secrets.token_hex(16)
        key = self.env["scenic.holder.salt"]._key(site, last_day)
        seal = key.seal(uid, "person", json.dumps(clear, ensure_ascii=False).encode())
        picture = key.seal(uid, "photo", _small(photo)) if photo else None
        number, phone = clear["number"], clear["phone"]
        vals = {
            "uid": uid,
            "site_id": site.id,
            "last_day": last_day,
            "doc_type": clear["doc_type"] or False,
            "name": documents.mask_name(clear["name"]) if clear["name"] else False,
            "id_masked": documents.mask_number(number) if number else False,
            "phone_masked": documents.mask_phone(phone) if phone else False,
            "id_hash": key.hash("id", _identity(clear)) if number else False,
            "phone_hash": key.hash("phone", phone) if phone else False,
            "sealed": base64.b64encode(seal).decode(),
            "sealed_photo": base64.b64encode(picture) if picture else False,
            "has_photo": bool(picture),
            **self._sealed_vals(key, site, clear),
        }
        return self.sudo().create(vals).with_env(self.env)

    @api.model
    def _sealed_vals(self, key, site, clear):
        """Return what else is made of the clear data with the key of the last day; for addons."""
        return {}

    def _for_day(self, site, last_day):
        """Return this holder sealed for another last day: the same person, another key."""
        self.ensure_one()
        holder = self.sudo()
        if (holder.site_id, holder.last_day) == (site, last_day):
            return self
        domain = [("uid", "=", holder.uid), ("site_id", "=", site.id), ("last_day", "=", last_day)]
        if known := self.sudo().search(domain):
            return known.with_env(self.env)
        photo = base64.b64encode(holder._open_photo()) if holder.has_photo else None
        return self._make(holder._opened()[holder], site, last_day, photo, uid=holder.uid)

    # ------------------------------------------------------------------
    # opening
    # ------------------------------------------------------------------

    def _opened(self):
        """Return ``{holder: clear data}``; for the server's own checks, never for a screen."""
        keys, clear = {}, {}
        for holder in self.sudo():
            place = holder.site_id, holder.last_day
            if place not in keys:
                keys[place] = self.env["scenic.holder.salt"]._key(*place, create=False)
            try:
                if not keys[place]:
                    raise SealError
                text = keys[place].open(holder.uid, "person", base64.b64decode(holder.sealed))
            except SealError:
                raise UserError(
                    self.env._(
                        "What was written down about %(holder)s cannot be read: the key of its "
                        "day was destroyed, or the server has another key file.",
                        holder=holder._trace_name(),
                    )
                ) from None
            clear[self.browse(holder.id)] = json.loads(text)
        return clear

    def _identities(self):
        """Return ``{holder: type and number as one text}``, by which an ID counts as the same."""
        return {holder: _identity(clear) for holder, clear in self._opened().items()}

    def _open_photo(self):
        self.ensure_one()
        holder = self.sudo()
        key = self.env["scenic.holder.salt"]._key(holder.site_id, holder.last_day, create=False)
        if not key or not holder.sealed_photo:
            return b""
        try:
            sealed = holder.with_context(bin_size=False).sealed_photo
            return key.open(holder.uid, "photo", base64.b64decode(sealed))
        except SealError:
            return b""

    @api.depends("sealed_photo")
    def _compute_photo(self):
        for holder in self:
            holder.photo = base64.b64encode(holder._open_photo()) if holder.has_photo else False


def _identity(clear):
    return f"{clear['doc_type']}:{clear['number']}"


def _small(photo):
    """Return a base64 picture as a small JPEG, without what cameras write into it."""
    data = photo.encode() if isinstance(photo, str) else photo
    return image_process(
        base64.b64decode(data), size=(PHOTO_SIZE, PHOTO_SIZE), output_format="JPEG"
    )


def _day(value, today):
    """Return a date of birth; DocumentError when it is none."""
    try:
        born = date.fromisoformat(value) if isinstance(value, str) and value else value
    except ValueError:
        raise documents.DocumentError(documents.E_BIRTH) from None
    if born and born > today:
        raise documents.DocumentError(documents.E_BIRTH)
    return born or None
