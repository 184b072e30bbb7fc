import json
import secrets
from datetime import datetime, timedelta, timezone
from pathlib import Path

from odoo import api, fields, models, tools
from odoo.exceptions import UserError
from odoo.modules.module import Manifest
from odoo.tools import SQL

from ..tools import handler_zip

ORDER_FOR = timedelta(hours=1)  # how long "update now" waits for a quiet moment
QUIET_S, QUIET_NOW_S = 600, 5  # without a scan, at closing time and when somebody orders it
PROVE_S = 180


class ScenicBoxUpdate(models.Model):
    """What happened to the handlers of a box; rows come from the box itself."""

    _name = "scenic.box.update"
    _description = "Handler Update of a Box"
    _order = "happened_at desc, id desc"
    _rec_name = "hash"

    box_id = fields.Many2one("scenic.box", required=True, readonly=True, index=True)
    company_id = fields.Many2one(related="box_id.company_id", store=True, index=True)
    happened_at = fields.Datetime(required=True, readonly=True)
    what = fields.Selection(
        [
            ("ordered", "Ordered now"),
            ("swapped", "New handlers tried"),
            ("confirmed", "New handlers in force"),
            ("rolled_back", "Taken back"),
        ],
        required=True,
        readonly=True,
    )
    hash = fields.Char("Handlers", readonly=True)
    why = fields.Char("Reason", readonly=True)
    user_id = fields.Many2one("res.users", readonly=True)

    _event_uniq = models.Constraint(
        "UNIQUE (box_id, happened_at, what, hash)", "This is noted already."
    )


class ScenicBoxHandlers(models.Model):
    _inherit = "scenic.box"

    handlers_status = fields.Json(readonly=True, copy=False)
    handlers_hash = fields.Char("Handlers in Force", compute="_compute_handlers")
    handlers_offered = fields.Char("Handlers of the Server", compute="_compute_handlers")
    handlers_state = fields.Selection(
        [
            ("steady", "Up to date"),
            ("waiting", "Waits for a quiet moment"),
            ("trial", "New handlers on trial"),
            ("rejected", "New handlers were taken back"),
            ("stock", "Fetched at every start (not pinned)"),
            ("unguarded", "Without guard: never updated"),
        ],
        "State of the Handlers",
        compute="_compute_handlers",
    )
    handlers_error = fields.Char("Last Trouble", compute="_compute_handlers")
    handlers_order = fields.Char(readonly=True, copy=False)
    handlers_order_at = fields.Datetime(readonly=True, copy=False)
    update_ids = fields.One2many("scenic.box.update", "box_id")

    @api.depends("handlers_status")
    def _compute_handlers(self):
        known = dict(self._fields["handlers_state"].selection)
        for box in self:
            told = box.handlers_status if isinstance(box.handlers_status, dict) else {}
            box.handlers_hash = str(told.get("hash") or "")[:12]
            box.handlers_offered = self._handler_set()[0][:12]
            box.handlers_state = told.get("state") if told.get("state") in known else False
            box.handlers_error = str(told.get("error") or "")

    def action_update_now(self):
        """Ask for the reason, then let the box update as soon as its lanes are empty."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Update Handlers Now"),
            "res_model": "scenic.box.update.order",
            "view_mode": "form",
            "target": "new",
            "context": {"default_box_id": self.id},
        }

    def _order_update(self, reason):
        """Let the box update within the hour, whatever the time of day."""
        self.ensure_one()
        if self.state != "paired":
            raise UserError(self.env._("Box %(box)s is not in service.", box=self.name))
        now = fields.Datetime.now()
        self.sudo().write({"handlers_order": secrets.token_hex(8), "handlers_order_at": now})
        self.env["scenic.box.update"].sudo().create(
            {
                "box_id": self.id,
                "happened_at": now,
                "what": "ordered",
                "hash": self._handler_set()[0],
                "why": reason,
                "user_id": self.env.uid,
            }
        )
        self.message_post(
            body=self.env._(
                "Update of the handlers ordered by %(user)s: %(reason)s",
                user=self.env.user.name,
                reason=reason,
            )
        )

    # ------------------------------------------------------------------
    # What the box is told
    # ------------------------------------------------------------------

    @api.model
    @tools.ormcache()
    def _handler_set(self):
        """Return (name, zip) of the gate handlers of this server, once for each worker."""
        modules = ["iot_drivers", *sorted(self.env.registry._init_modules - {"iot_drivers"})]
        manifests = [Manifest.for_addon(name, display_warning=False) for name in modules]
        folders = [Path(manifest.path) / "iot_handlers" for manifest in manifests if manifest]
        files = handler_zip.collect([folder for folder in folders if folder.is_dir()])
        ours = handler_zip.gate_handlers(files)
        return handler_zip.etag(ours, handler_zip.GATE_SALT), handler_zip.pack(ours)

    def _handlers_offer(self):
        """Return what this box is told about handlers in every reply."""
        self.ensure_one()
        ordered = bool(
            self.handlers_order_at and fields.Datetime.now() - self.handlers_order_at <= ORDER_FOR
        )
        closed = self.handlers_auto_update and not self.site_id._gate_is_open()
        return {
            "hash": self._handler_set()[0],
            "go": ordered or closed,
            "order": self.handlers_order if ordered else "",
            "quiet_s": QUIET_NOW_S if ordered else QUIET_S,
            "limit_s": PROVE_S,
        }

    # ------------------------------------------------------------------
    # What the box tells
    # ------------------------------------------------------------------

    # EXTENDS scenic_gate_iot
    def _seen(self, status, drift_s):
        written = super()._seen(status, drift_s)
        told = status.get("handlers")
        if isinstance(told, dict):
            self.env.cr.execute(
                SQL(
                    """UPDATE scenic_box SET handlers_status = %(told)s::jsonb
                        WHERE id = %(id)s AND handlers_status IS DISTINCT FROM %(told)s::jsonb""",
                    told=json.dumps(told),
                    id=self.id,
                )
            )
            if self.env.cr.rowcount:
                self.invalidate_recordset(["handlers_status"], flush=False)
                self._note_updates(told)
        return written

    def _note_updates(self, told):
        """Keep the history that a box tells, and report what was taken back."""
        events = told["events"] if isinstance(told.get("events"), list) else []
        events = [item for item in events if isinstance(item, dict)]
        known = {
            (row.happened_at, row.what, row.hash)
            for row in self.env["scenic.box.update"].search([("box_id", "=", self.id)], limit=50)
        }
        for event in events:
            row = _event(event)
            if row is None or (row["happened_at"], row["what"], row["hash"]) in known:
                continue
            self.env["scenic.box.update"].create(row | {"box_id": self.id})
            if row["what"] == "rolled_back":
                self._report_rolled_back(row)

    def _report_rolled_back(self, row):
        self.env["scenic.incident"]._gate_report(
            self,
            [
                {
                    "gate_key": f"update:{self.id}:{row['hash'][:12]}",
                    "kind": "update_failed",
                    "happened_at": row["happened_at"],
                    "facts": self.env._(
                        "New handlers %(hash)s of box %(box)s did not prove themselves "
                        "(%(why)s); the ones before are in force again.",
                        hash=row["hash"][:12],
                        box=self.name,
                        why=row["why"] or "-",
                    ),
                    "persons": 0,
                }
            ],
        )


class ScenicBoxUpdateIncident(models.Model):
    _inherit = "scenic.incident"

    kind = fields.Selection(
        selection_add=[("update_failed", "Update Taken Back")],
        ondelete={"update_failed": "set default"},
    )


def _event(event):
    """Return the values of a history row, None when the box said something else."""
    what, name, t = event.get("what"), event.get("hash"), event.get("t")
    if what not in ("swapped", "confirmed", "rolled_back") or not isinstance(name, str):
        return None
    try:
        moment = datetime.fromtimestamp(float(t), timezone.utc).replace(tzinfo=None, microsecond=0)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return {
        "happened_at": moment,
        "what": what,
        "hash": name[:64],
        "why": str(event.get("why") or "")[:200],
    }
