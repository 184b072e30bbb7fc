from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

# A box calls every 2 to 5 seconds; writing its row each time would only make dead rows.
SEEN_EVERY_S = 30


class ScenicBox(models.Model):
    _name = "scenic.box"
    _description = "IoT Box"
    _inherit = ["mail.thread"]
    _order = "site_id, name"

    name = fields.Char(required=True, help="Name of the box, for example the gate house it is in.")
    active = fields.Boolean(default=True)
    site_id = fields.Many2one("scenic.site", required=True, index=True, tracking=True)
    company_id = fields.Many2one(related="site_id.company_id", store=True, index=True)
    lane_ids = fields.One2many("scenic.lane", "box_id")
    printer_ids = fields.One2many("scenic.printer", "box_id")
    reader_ids = fields.One2many("scenic.reader", "box_id")
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user.filtered(lambda user: user.id != SUPERUSER_ID),
        help="Owner of the incidents that this box reports. Empty = a manager of the company.",
    )
    state = fields.Selection(
        [
            ("new", "Waiting for pairing"),
            ("paired", "Paired"),
            ("quarantined", "Quarantined"),
            ("blocked", "Blocked"),
        ],
        required=True,
        default="new",
        readonly=True,
        copy=False,
        tracking=True,
        help="A box goes into quarantine when its journal contradicts itself, for example after "
        "its memory card was copied. Its reports are kept, but wait for a manager.",
    )
    identifier = fields.Char(
        readonly=True,
        copy=False,
        help="Name that the box gives itself, known after pairing.",
    )
    token = fields.Char(
        groups="base.group_system",
        copy=False,
        readonly=True,
        exportable=False,
        prefetch=False,
        help="Secret shared with the box. It signs every message in both directions.",
    )
    channel = fields.Char(
        groups="base.group_system",
        copy=False,
        readonly=True,
        exportable=False,
        prefetch=False,
        help="Bus channel of the box. Whoever knows its name can listen.",
    )
    pairing_line = fields.Char(
        compute="_compute_pairing", groups="base.group_system", exportable=False
    )
    pairing_qr = fields.Binary(
        "QR Code", compute="_compute_pairing", groups="base.group_system", exportable=False
    )
    handlers_auto_update = fields.Boolean(
        "Automatic Driver Update",
        default=True,
        help="The box fetches new drivers by itself when it starts.",
    )
    silent_after_s = fields.Integer(
        "Silent After (s)",
        required=True,
        default=120,
        help="Seconds without any sign of life after which the box is reported as silent.",
    )
    version = fields.Char(readonly=True, copy=False, help="Software version the box reported.")
    image_version = fields.Char(readonly=True, copy=False, help="Version of the IoT box software.")
    ip = fields.Char("IP Address", readonly=True, copy=False)
    paired_at = fields.Datetime(readonly=True, copy=False)
    last_seen = fields.Datetime(readonly=True, copy=False, help=f"Exact to {SEEN_EVERY_S} seconds.")
    clock_drift = fields.Float(
        "Clock Drift (s)",
        digits=(12, 1),
        readonly=True,
        copy=False,
        help="Clock of the box less clock of the server, at the last contact.",
    )
    unsent = fields.Integer(
        "Unsent Facts",
        readonly=True,
        copy=False,
        help="Reports that wait on the box, as it said at the last contact.",
    )
    status = fields.Json(readonly=True, copy=False)
    trouble = fields.Char(readonly=True, copy=False, help="Lanes and devices that need a look.")
    is_online = fields.Boolean("Online", compute="_compute_is_online", search="_search_is_online")
    fact_count = fields.Integer(compute="_compute_fact_count")

    _identifier_uniq = models.UniqueIndex(
        "(identifier) WHERE identifier IS NOT NULL", "Each box is paired with one record only."
    )
    _silent_after_positive = models.Constraint(
        "CHECK (silent_after_s >= 30)",
        "A box can be called silent after 30 seconds at the soonest.",
    )

    @api.depends("last_seen", "silent_after_s")
    def _compute_is_online(self):
        now = fields.Datetime.now()
        for box in self:
            limit = timedelta(seconds=box.silent_after_s)
            box.is_online = bool(box.last_seen) and now - box.last_seen <= limit

    def _search_is_online(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        self.flush_model(["last_seen", "silent_after_s"])
        self.env.cr.execute(
            SQL(
                """SELECT id FROM scenic_box WHERE last_seen >=
                   (now() AT TIME ZONE 'UTC') - make_interval(secs => silent_after_s)"""
            )
        )
        ids = [row[0] for row in self.env.cr.fetchall()]
        wanted = (True in value) == (operator == "in")
        return [("id", "in" if wanted else "not in", ids)]

    def _compute_fact_count(self):
        # counting millions of facts takes seconds; the journals know how far they are complete
        counts = dict(
            self.env["scenic.box.epoch"]
            .sudo()
            ._read_group([("box_id", "in", self.ids)], ["box_id"], ["acked_to:sum"])
        )
        for box in self:
            box.fact_count = counts.get(box, 0)

    @api.constrains("site_id")
    def _check_site(self):
        for box in self:
            if box.lane_ids.filtered(lambda lane, box=box: lane.site_id != box.site_id):
                raise ValidationError(
                    self.env._(
                        "Box %(box)s has lanes of another site. Move the lanes first.", box=box.name
                    )
                )

    def _check_no_report(self):
        """Refuse to move boxes whose reports belong to the present site."""
        for box in self:
            if self.env["scenic.gate.fact"].search_count([("box_id", "=", box.id)], limit=1):
                raise ValidationError(
                    self.env._(
                        "Box %(box)s has reported passages of its site. Archive it and create "
                        "another one for the new site.",
                        box=box.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_if_reported(self):
        for box in self:
            if self.env["scenic.gate.fact"].sudo().search_count([("box_id", "=", box.id)], limit=1):
                raise UserError(
                    self.env._(
                        "Box %(box)s has reported passages, which are kept. Archive it instead.",
                        box=box.name,
                    )
                )

    def action_view_facts(self):
        """Show what this box reported."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_gate_iot.scenic_gate_fact_action"
        )
        action["domain"] = [("box_id", "=", self.id)]
        return action
