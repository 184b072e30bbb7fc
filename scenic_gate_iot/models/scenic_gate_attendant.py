import hashlib
import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..iot_handlers.scenic_gate.lane_access import MAX_PIN, pin_hash

MIN_PIN = 6


class ScenicGateAttendant(models.Model):
    """Who may use the lane page of the boxes of a site. The PIN itself is stored nowhere."""

    _name = "scenic.gate.attendant"
    _description = "Gate Attendant"
    _order = "site_id, user_id"
    _rec_name = "user_id"

    user_id = fields.Many2one("res.users", "Attendant", required=True, index=True)
    site_id = fields.Many2one("scenic.site", required=True, index=True)
    company_id = fields.Many2one(related="site_id.company_id", store=True, index=True)
    box_ids = fields.Many2many(
        "scenic.box",
        domain="[('site_id', '=', site_id), ('kind', '=', 'box')]",
        help="Boxes at which the attendant may sign in. Empty = every box of the site.",
    )
    active = fields.Boolean(default=True)
    number = fields.Char(
        "Attendant Number", compute="_compute_number", help="Typed at the lane, with the PIN."
    )
    salt = fields.Char(groups="base.group_system", copy=False, exportable=False, prefetch=False)
    pin_hash = fields.Char(groups="base.group_system", copy=False, exportable=False, prefetch=False)
    pin_set_at = fields.Datetime("PIN Set on", readonly=True, copy=False)
    new_pin = fields.Char(
        "New PIN",
        compute="_compute_new_pin",
        inverse="_inverse_new_pin",
        exportable=False,
        help="At least six digits or letters. Only a slow hash of it is kept.",
    )

    _user_site_uniq = models.Constraint(
        "UNIQUE (user_id, site_id)", "This attendant is listed for this site already."
    )

    def _compute_number(self):
        for attendant in self:
            attendant.number = str(attendant.id or "")

    def _compute_new_pin(self):
        self.new_pin = False

    def _inverse_new_pin(self):
        for attendant in self.filtered("new_pin"):
            attendant._set_pin(attendant.new_pin.strip())

    def _set_pin(self, pin):
        self.ensure_one()
        self._check_pin(pin)
        salt = secrets.token_bytes(16)
        self.sudo().write(
            {
                "salt": salt.hex(),
                "pin_hash": pin_hash(pin, salt).hex(),
                "pin_set_at": fields.Datetime.now(),
            }
        )

    def _check_pin(self, pin):
        steps = {ord(after) - ord(before) for before, after in zip(pin, pin[1:], strict=False)}
        too_easy = steps in ({0}, {1}, {-1}) or pin in (self.number, self.user_id.login)
        if not MIN_PIN <= len(pin) <= MAX_PIN or too_easy:
            raise ValidationError(
                self.env._(
                    "A PIN has at least %(least)s signs and is neither a row like 123456 nor one "
                    "sign repeated.",
                    least=MIN_PIN,
                )
            )

    @api.constrains("box_ids", "site_id")
    def _check_boxes(self):
        for attendant in self:
            if attendant.box_ids.filtered(lambda box, a=attendant: box.site_id != a.site_id):
                raise ValidationError(self.env._("Choose boxes of the site of the attendant."))

    @api.model_create_multi
    def create(self, vals_list):
        # the inverse would run before the number, which a PIN must not be, exists
        pins = [vals.pop("new_pin", None) for vals in vals_list]
        attendants = super().create(vals_list)
        for attendant, pin in zip(attendants, pins, strict=True):
            if pin:
                attendant._set_pin(pin.strip())
        return attendants

    def write(self, vals):
        if set(vals) - {"new_pin"} and not (
            self.env.su or self.env.user.has_group("scenic_ticketing.group_manager")
        ):
            raise AccessError(self.env._("You can change your own PIN and nothing else."))
        return super().write(vals)

    def action_my_pin(self):
        """Let the user set the own PIN."""
        mine = self.search([("user_id", "=", self.env.uid)])
        if not mine:
            # no error: whoever looks through the menus has done nothing wrong
            return {
                "type": "ir.actions.client",
                "tag": "display_notification",
                "params": {
                    "type": "warning",
                    "message": self.env._(
                        "You are not listed as a gate attendant. Ask a manager to add you."
                    ),
                },
            }
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_gate_iot.scenic_gate_my_pin_action"
        )
        return action | {"res_id": mine[0].id}

    @api.model
    def _for_box(self, box):
        """Return what ``box`` needs to check the PINs of its attendants."""
        found = self.sudo().search(
            [("site_id", "=", box.site_id.id), ("pin_hash", "!=", False)], order="id"
        )
        return {
            str(item.id): {
                "name": item.user_id.name,
                "salt": item.salt,
                "hash": item.pin_hash,
            }
            for item in found
            if item.user_id.active and (not item.box_ids or box in item.box_ids)
        }

    @api.model
    def _stamp(self, site):
        """Return a text that changes whenever what boxes are told about attendants changes."""
        rows = self.sudo().with_context(active_test=False).search([("site_id", "=", site.id)])
        parts = [
            f"{item.id}:{item.write_date}:{item.salt}:{item.user_id.active}:{item.user_id.name}"
            for item in rows
        ]
        return hashlib.sha256("|".join(parts).encode()).hexdigest()

    @api.model
    def _of_code(self, code):
        """Return (attendant, remark) named by the ``code`` of a fact, "@number remark"."""
        name, _sep, note = (code or "").partition(" ")
        number = name[1:] if name.startswith("@") else ""
        known = self.sudo().with_context(active_test=False)
        return known.browse(int(number)).exists() if number.isdecimal() else known, note
