import re
import secrets

from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules.signature import P256, PublicKey

KEY_SIZE = 65  # an uncompressed point, as browsers export it


class ScenicHandheld(models.Model):
    """The phone or scanner of an attendant: a gate without a barrier, known by a key of its own."""

    _inherit = "scenic.box"

    kind = fields.Selection(
        [("box", "IoT Box"), ("handheld", "Handheld")], required=True, default="box", readonly=True
    )
    attendant_id = fields.Many2one(
        "res.users", readonly=True, copy=False, tracking=True, help="Who used it last."
    )
    zone_id = fields.Many2one(
        "scenic.zone", readonly=True, copy=False, help="Where its attendant lets visitors in."
    )
    entrance_id = fields.Many2one("scenic.entrance", readonly=True, copy=False)
    public_key = fields.Char(
        groups="base.group_system",
        readonly=True,
        copy=False,
        help="Half of the key of the device. The other half cannot leave it.",
    )
    offline_hours = fields.Integer(
        "Offline at Most (h)",
        required=True,
        default=24,
        help="Hours without contact after which the handheld no longer decides alone.",
    )

    _offline_hours_range = models.Constraint(
        "CHECK (offline_hours BETWEEN 0 AND 168)", "A handheld may be offline for 0 to 168 hours."
    )
    _handheld_key = models.Constraint(
        "CHECK (kind != 'handheld' OR public_key IS NOT NULL)", "A handheld has a key."
    )

    @api.model
    def _handheld_enrol(self, name, public_key, place):
        """Register the device of this attendant; returns its record.

        ``public_key`` hex of an uncompressed point of P-256; ``place`` see ``_handheld_places``.
        """
        self._handheld_check_right()
        vals = self._handheld_place_vals(place)
        return self.sudo().create(
            {
                "kind": "handheld",
                "name": name.strip()[:64] or self.env.user.name,
                "user_id": False,
                "attendant_id": self.env.uid,
                "public_key": self._handheld_compressed(public_key),
                "identifier": f"handheld-{secrets.token_hex(16)}",
                "state": "paired",
                "paired_at": fields.Datetime.now(),
                **vals,
            }
        )

    @api.model
    def _handheld_check_right(self):
        if not self.env.user.has_group("scenic_ticketing.group_attendant"):
            raise AccessError(self.env._("Only gate attendants work with a handheld."))

    @api.model
    def _handheld_compressed(self, text):
        point = bytes.fromhex(text) if re.fullmatch("[0-9a-f]{130}", text or "") else b""
        if len(point) != KEY_SIZE or point[0] != 4:
            raise ValidationError(self.env._("The device sent no public key."))
        raw = bytes((2 + (point[-1] & 1),)) + point[1:33]
        try:
            PublicKey(P256, raw)
        except ValueError:
            raise ValidationError(self.env._("The device sent no public key.")) from None
        return raw.hex()

    @api.model
    def _handheld_place_vals(self, place):
        """Return the fields of a place ("site:zone:entrance", 0 = outside or any entrance)."""
        numbers = [int(part) for part in re.findall(r"\d{1,9}", place or "")]
        if len(numbers) != 3 or place not in {item["key"] for item in self._handheld_places()}:
            raise UserError(self.env._("This place does not exist any more. Choose another one."))
        site, zone, entrance = numbers
        return {"site_id": site, "zone_id": zone or False, "entrance_id": entrance or False}

    @api.model
    def _handheld_places(self):
        """Return [{"key", "name", "site"}] of the places where this user may work."""
        found = []
        for site in self.env["scenic.site"].search([("company_id", "in", self.env.companies.ids)]):
            lanes = self.env["scenic.lane"].search([("site_id", "=", site.id)])
            pairs = {(lane.zone_id, lane.entrance_id) for lane in lanes if lane.zone_id}
            entrances = self.env["scenic.entrance"].search([("site_id", "=", site.id)])
            if not pairs:
                pairs = {(zone, entrance) for zone in site.zone_ids for entrance in entrances}
            pairs |= {(zone, entrances.browse()) for zone in site.zone_ids}
            ordered = sorted(pairs, key=lambda p: (p[0].id, not p[1], p[1].bit))
            found += [self._handheld_place(site, zone, entrance) for zone, entrance in ordered]
            found.append(self._handheld_place(site, self.env["scenic.zone"], entrances.browse()))
        return found

    @api.model
    def _handheld_place(self, site, zone, entrance):
        names = [zone.name or self.env._("Exit"), entrance.name]
        return {
            "key": f"{site.id}:{zone.id or 0}:{entrance.id or 0}",
            "name": " · ".join(name for name in names if name),
            "site": site.name,
        }

    def _handheld_key(self):
        """Return the key of the place of this device."""
        return f"{self.site_id.id}:{self.zone_id.id or 0}:{self.entrance_id.id or 0}"

    def _handheld_lane(self):
        """Return the lane code under which this device reports."""
        return f"H{self.id}"

    def _handheld_begin(self, epoch, place):
        """Give a journal to the attendant who is signed in, at a place.

        A journal belongs to one attendant; a repeated call changes nothing.
        """
        self.ensure_one()
        self._handheld_check_right()
        box = self.sudo()
        vals = self._handheld_place_vals(place)
        if vals["site_id"] != box.site_id.id:
            # facts stay with the site where they happened
            raise UserError(
                self.env._("This device belongs to %(site)s. Set it up anew.",
                           site=box.site_id.name)
            )  # fmt: skip
        vals["attendant_id"] = self.env.uid
        changed = {name: value for name, value in vals.items() if box[name].id != value}
        if changed:
            box.write(changed)
        self.env["scenic.box.epoch"].sudo()._handheld_open(box.id, epoch, self.env.uid)

    @api.model
    @tools.ormcache()
    def _handheld_credentials(self):
        """Return {identifier: {id, key, state}} of the handhelds, kept in each worker's memory."""
        boxes = self.sudo().search([("kind", "=", "handheld")])
        return {
            box.identifier: tools.frozendict(id=box.id, key=box.public_key, state=box.state)
            for box in boxes
        }

    @api.model
    @tools.ormcache()
    def _handheld_ids(self):
        """Return the ids of all handhelds, archived ones too."""
        boxes = self.sudo().with_context(active_test=False)
        return frozenset(boxes.search([("kind", "=", "handheld")]).ids)

    def action_block(self):
        """Stop trusting a device that was lost: it gets nothing, what it reports waits."""
        self.check_access("write")
        for box in self.filtered(lambda item: item.kind == "handheld" and item.state == "paired"):
            box.sudo().write({"state": "blocked"})
            box.message_post(
                body=self.env._("Blocked. The device forgets its tickets when it calls.")
            )
