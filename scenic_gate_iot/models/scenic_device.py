import json

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..iot_handlers.scenic_gate import driver_specs
from ..tools import device_problem, lane_status

# What a driver can play on a lane.
DRIVER_ROLES = device_problem.roles()


class ScenicDevice(models.Model):
    _name = "scenic.device"
    _description = "Gate Device"
    _order = "lane_id, sequence, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    lane_id = fields.Many2one("scenic.lane", required=True, index=True, ondelete="cascade")
    site_id = fields.Many2one(related="lane_id.site_id")
    company_id = fields.Many2one(related="lane_id.company_id", store=True, index=True)
    role = fields.Selection(
        [("reader", "Reader"), ("barrier", "Barrier"), ("terminal", "Terminal")],
        required=True,
        default="reader",
        help="A reader delivers codes, a barrier lets persons pass, a terminal does both.",
    )
    driver = fields.Selection(
        [
            ("line_reader", "Line scanner (serial, USB, TCP)"),
            ("hid_reader", "Keyboard scanner (USB)"),
            ("tcp_head", "QR head that connects to the box (TCP)"),
            ("osdp", "OSDP reader or controller"),
            ("modbus_barrier", "Modbus relay board (RTU, TCP)"),
            ("frame_barrier", "Turnstile board by frames (presets, own boards)"),
            ("http_terminal", "Terminal by HTTP (QR head, face, Hikvision, ZKTeco)"),
            ("sam_idcard", "Resident ID card reader (serial)"),
        ],
        required=True,
        default="line_reader",
    )
    url = fields.Char(
        "Address",
        required=True,
        help="Where the box finds the device, for example /dev/serial/by-path/… or "
        "socket://10.0.0.5:4001 for a scanner, tcp://10.0.0.6:502 for a relay board.",
    )
    options = fields.Json("Driver Options", default=lambda self: {})
    options_text = fields.Text(
        "Options",
        compute="_compute_options_text",
        inverse="_inverse_options_text",
        help='Settings of the driver as a JSON object, for example {"unit": 1, "out_coil": 0}.',
    )
    password = fields.Char(
        groups="base.group_system",
        copy=False,
        exportable=False,
        prefetch=False,
        help="What the box signs in with at a terminal. Sent to the box only.",
    )
    is_ok = fields.Boolean("Answers", compute="_compute_live")
    live_detail = fields.Char("Detail", compute="_compute_live")

    _name_uniq = models.Constraint(
        "UNIQUE (lane_id, name)", "Two devices of a lane need different names."
    )

    @api.depends("options")
    def _compute_options_text(self):
        for device in self:
            device.options_text = json.dumps(device.options or {}, ensure_ascii=False, indent=1)

    def _inverse_options_text(self):
        for device in self:
            device.options = self._parsed_options(device.name, device.options_text)

    def _parsed_options(self, name, text):
        try:
            return json.loads(text or "{}")
        except ValueError as err:
            raise ValidationError(
                self.env._(
                    "The options of %(device)s are not JSON: %(error)s.", device=name, error=err
                )
            ) from err

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_options(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._with_options(vals))

    def _with_options(self, vals):
        # an inverse comes after the checks, which would look at a driver with the options before
        if "options_text" not in vals:
            return vals
        vals = dict(vals)
        name = vals.get("name") or self[:1].name
        vals["options"] = self._parsed_options(name, vals.pop("options_text"))
        return vals

    def _options_for_box(self):
        """Return the options of the driver, with what only the box may know."""
        self.ensure_one()
        secret = self.sudo().password
        return (self.options or {}) | ({"password": secret} if secret else {})

    def _reads_credentials(self):
        """Tell whether it may see a card, a face or an identity card."""
        self.ensure_one()
        options = self.options or {}
        return (
            self.driver in ("sam_idcard", "osdp")
            or (self.driver == "http_terminal" and options.get("profile") != "vgdecode")
            or options.get("kind") in ("card", "face", "idcard")
        )

    @api.depends_context("lang")
    @api.depends("lane_id.box_id.status", "name")
    def _compute_live(self):
        for device in self:
            lane = device.lane_id
            ok, detail = lane_status.device(lane.box_id.status, lane.code, device.name)
            device.is_ok = bool(ok)
            words = lane.box_id._device_words(detail) if detail else ""
            device.live_detail = f"{words} · {detail}" if words != detail else detail

    @api.onchange("driver")
    def _onchange_driver(self):
        roles = DRIVER_ROLES.get(self.driver, ())
        if roles and self.role not in roles:
            self.role = roles[0]

    @api.constrains("options", "driver", "role")
    def _check_options(self):
        for device in self:
            options = device.options or {}
            if isinstance(options, dict):
                for problem in driver_specs.problems(device.driver, options, device.role):
                    raise ValidationError(device_problem.text(self.env, device, problem))
            else:
                raise ValidationError(
                    self.env._(
                        "The options of %(device)s must be a JSON object, written in braces.",
                        device=device.name,
                    )
                )

    @api.constrains("driver", "role")
    def _check_role(self):
        for device in self:
            if device.role not in DRIVER_ROLES[device.driver]:
                raise ValidationError(
                    self.env._(
                        "%(device)s: this driver cannot be a %(role)s. Choose another driver.",
                        device=device.name,
                        role=dict(self._fields["role"]._description_selection(self.env))[
                            device.role
                        ],
                    )
                )

    @api.constrains("url", "driver")
    def _check_url(self):
        for device in self:
            url = device.url or ""
            known = "://" in url or url.startswith(("/", "alsa:"))
            if " " in url or not url.isprintable() or not known:
                raise ValidationError(
                    self.env._(
                        "%(url)s is not an address of a device. Write a path such as "
                        "/dev/ttyUSB0 or an address such as tcp://10.0.0.6:502.",
                        url=url,
                    )
                )
            if not driver_specs.fits(device.driver, url):
                raise ValidationError(
                    self.env._(
                        "%(device)s: the address must begin with one of %(wanted)s.",
                        device=device.name,
                        wanted=", ".join(driver_specs.SPECS[device.driver].schemes),
                    )
                )
