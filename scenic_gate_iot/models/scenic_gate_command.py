import secrets
import time
from datetime import datetime, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..iot_handlers.scenic_gate import auth

EXPIRES_S = 10  # a barrier must not open for an order that nobody remembers


class ScenicGateCommand(models.Model):
    """A signed order of staff to one lane, which the box obeys at most once."""

    _name = "scenic.gate.command"
    _description = "Gate Command"
    _order = "id desc"
    _rec_name = "action"

    uid = fields.Char(
        required=True, readonly=True, index=True, default=lambda self: secrets.token_hex(16)
    )
    lane_id = fields.Many2one("scenic.lane", required=True, readonly=True, index=True)
    lane_code = fields.Char(required=True, readonly=True)
    box_id = fields.Many2one("scenic.box", required=True, readonly=True, index=True)
    company_id = fields.Many2one(related="box_id.company_id", store=True, index=True)
    action = fields.Selection(
        [
            ("open", "Open once"),
            ("hold", "Hold open"),
            ("release", "End holding open"),
            ("reset", "Reset"),
        ],
        required=True,
        readonly=True,
        default="open",
    )
    persons = fields.Integer(readonly=True, default=1)
    reason = fields.Char(required=True, readonly=True, help="Why staff gave the order.")
    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, default=lambda self: self.env.user
    )
    expires = fields.Integer(
        required=True, readonly=True, help="Unix time after which the box refuses the order."
    )
    expires_at = fields.Datetime(compute="_compute_expires_at")
    result = fields.Char(readonly=True, help="Answer of the box.")
    answered_at = fields.Datetime(readonly=True)
    state = fields.Selection(
        [("sent", "Sent"), ("done", "Done"), ("failed", "Failed"), ("expired", "Expired")],
        compute="_compute_state",
    )

    _uid_uniq = models.Constraint("UNIQUE (uid)", "Each order is given once.")
    _open_orders = models.Index("(box_id, expires) WHERE result IS NULL")
    _persons_range = models.Constraint(
        "CHECK (persons BETWEEN 1 AND 255)", "A lane can be opened for 1 to 255 persons."
    )

    @api.depends("expires")
    def _compute_expires_at(self):
        for command in self:
            command.expires_at = datetime(1970, 1, 1) + timedelta(seconds=command.expires)

    @api.depends("result", "expires")
    def _compute_state(self):
        now = time.time()
        for command in self:
            if command.result:
                command.state = "done" if command.result == "done" else "failed"
            else:
                command.state = "sent" if command.expires > now else "expired"

    @api.model
    def _give(self, lane, action, reason, persons=1, **values):
        """Give ``lane`` an order and return it; the box gets it over the bus or when it calls."""
        lane.ensure_one()
        if lane.box_id.state != "paired":
            raise UserError(
                self.env._(
                    "Lane %(lane)s cannot obey: its box %(box)s is not in service.",
                    lane=lane.display_name,
                    box=lane.box_id.name,
                )
            )
        if not (reason or "").strip():
            raise UserError(
                self.env._("Say why the lane is to be opened: it is kept with the order.")
            )
        command = self.sudo().create(
            {
                "lane_id": lane.id,
                "lane_code": lane.code,
                "box_id": lane.box_id.id,
                "action": action,
                "persons": persons,
                "reason": reason,
                "user_id": self.env.uid,
                "expires": int(time.time()) + self._expires_s(action),
                **values,
            }
        )
        command._log()
        command._send()
        return command

    @api.model
    def _expires_s(self, action):
        """Return for how many seconds an order of this kind may be obeyed."""
        del action
        return EXPIRES_S

    def _answered(self):
        """The box answered these orders just now; hook for whoever wants to know."""

    def _log(self):
        self.ensure_one()
        label = dict(self._fields["action"]._description_selection(self.env))[self.action]
        self.lane_id.message_post(
            body=self.env._(
                "%(action)s, ordered by %(user)s: %(reason)s",
                action=label,
                user=self.user_id.name,
                reason=self.reason,
            )
        )

    def _message(self):
        """Return the order as the protocol has it, signed for its box."""
        self.ensure_one()
        box = self.box_id.sudo()
        message = {
            "uid": self.uid,
            "lane": self.lane_code,
            "action": self.action,
            "n": self.persons,
            "expires": self.expires,
            "op": "",
            "code": self._message_code(),
        }
        return message | {"sig": auth.command_signature(box.token, box.identifier, message)}

    def _message_code(self):
        """Return what the order is about, beside its lane."""
        return ""

    def _send(self):
        """Send the order over the bus; the next call of the box brings it again."""
        for command in self:
            box = command.box_id.sudo()
            device = f"scenic_gate:{command.lane_code}"
            # newer boxes look for the singular keys, those of 19.0 for the plural ones
            self.env["bus.bus"]._sendone(
                box.channel,
                "iot_action",
                {
                    "iot_identifiers": [box.identifier],
                    "iot_identifier": box.identifier,
                    "device_identifiers": [device],
                    "device_identifier": device,
                    "session_id": command.uid,
                    "action_unique_id": command.uid,
                    "action": "command",
                    "command": command._message(),
                },
            )

    @api.model
    def _pending(self, box):
        """Return the orders that ``box`` has not answered yet and may still obey."""
        commands = self.search(
            [("box_id", "=", box.id), ("result", "=", False), ("expires", ">", int(time.time()))],
            order="id",
        )
        return [command._message() for command in commands]

    @api.model
    def _acknowledge(self, box_id, acks):
        """Store the answers of a box; the first answer to an order stays."""
        self.env.cr.execute(
            SQL(
                """UPDATE scenic_gate_command AS c
                      SET result = a.result, answered_at = now() AT TIME ZONE 'UTC'
                     FROM unnest(%s::text[], %s::text[]) AS a(uid, result)
                    WHERE c.uid = a.uid AND c.box_id = %s AND c.result IS NULL
                RETURNING c.id""",
                [ack["uid"] for ack in acks],
                [ack["result"] or "unknown" for ack in acks],
                box_id,
            )
        )
        answered = [row[0] for row in self.env.cr.fetchall()]
        self.invalidate_model(["result", "answered_at"], flush=False)
        self.browse(answered)._answered()
