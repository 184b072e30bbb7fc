from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..tools.site_time import to_utc


class ScenicCheck(models.TransientModel):
    """An attendant's desk: what is this code worth here and now, and let the visitor in."""

    _name = "scenic.check"
    _inherit = ["scenic.reason"]
    _description = "Check a Ticket"

    text = fields.Char(
        string="Code or Number",
        help="Scan the code, or type the ticket number: T and 15 digits.",
    )
    zone_id = fields.Many2one(
        "scenic.zone",
        string="Into",
        required=True,
        default=lambda self: self._default_zone(),
        help="The zone that the visitor wants to enter.",
    )
    wanted = fields.Integer(
        string="Persons Now",
        help="How many persons pass now. 0 = all that the ticket is for.",
    )
    reason = fields.Selection(compute="_compute_decision")
    colour = fields.Selection(
        [("GREEN", "Pass"), ("RED", "Stop"), ("STAFF", "Your decision")],
        string="Decision",
        compute="_compute_decision",
    )
    first_use = fields.Char(string="Used", compute="_compute_decision")
    rest = fields.Char(string="Left after This", compute="_compute_decision")
    ticket_id = fields.Many2one("scenic.ticket", compute="_compute_decision")
    product_id = fields.Many2one(related="ticket_id.product_id")
    visit_date = fields.Date(related="ticket_id.visit_date")
    valid_until = fields.Date(related="ticket_id.valid_until")
    ticket_state = fields.Selection(related="ticket_id.state", string="State")
    pax = fields.Integer(related="ticket_id.pax")
    rights_text = fields.Char(related="ticket_id.rights_text")
    done_text = fields.Char(string="Last Passage", readonly=True)

    @api.model
    def _default_zone(self):
        """Return the zone this user checked last, else the first park."""
        last = self.search([("create_uid", "=", self.env.uid)], order="id desc", limit=1)
        zones = self.env["scenic.zone"]
        return (
            last.zone_id
            or zones.search([("kind", "=", "park")], limit=1)
            or zones.search([], limit=1)
        )

    @api.depends("text", "zone_id", "wanted")
    def _compute_decision(self):
        for check in self:
            answer = check._judge() if (check.text or "").strip() and check.zone_id else {}
            check.update(check._decision_vals(answer))

    def _judge(self):
        ledger = self.env["scenic.redemption"].sudo()
        zone = self.zone_id._origin
        return ledger._judge(self.text, zone, wanted=max(0, self.wanted), staff=True)

    def _decision_vals(self, answer):
        rest = answer.get("rest")
        first_t, lane = answer.get("first_use_t"), answer.get("first_use_lane")
        first = ""
        if first_t:
            clock = self.zone_id.site_id._wall_clock(to_utc(first_t))
            first = f"{clock['day']} {clock['time']}" + (f" · {lane}" if lane else "")
        return {
            "reason": answer.get("reason", False),
            "colour": answer.get("colour", False),
            "ticket_id": self._visible(answer.get("ticket_id")),
            "rest": str(rest) if rest is not None else False,
            "first_use": first,
        }

    def _visible(self, ticket_id):
        """Return the ticket when this user may see it: not one of another company."""
        ticket = self.env["scenic.ticket"].browse(ticket_id or [])
        return ticket if ticket and ticket.has_access("read") else ticket.browse()

    def action_redeem(self):
        """Use the ticket now and make room for the next one."""
        self.ensure_one()
        groups = "scenic_ticketing.group_window,scenic_ticketing.group_attendant"
        if not self.env.user.has_groups(groups):
            raise AccessError(self.env._("Only window staff and attendants can let visitors in."))
        answer = self.env["scenic.redemption"]._redeem(
            self.text,
            self.zone_id,
            lane_code=self.env._("Desk"),
            how="window",
            wanted=max(0, self.wanted),
            staff=True,
            source_ref=f"desk:{self.id}:{self.text}",
        )
        labels = self._reason_labels()
        done = labels[answer["reason"]]
        if answer["reason"] == "OK":
            done = self.env._(
                "%(number)s: %(count)s let into %(zone)s.",
                number=answer["alias"],
                count=answer["admit"],
                zone=self.zone_id.name,
            )
        following = self.create({"zone_id": self.zone_id.id, "done_text": done})
        return following._reopen()

    def action_next(self):
        """Make room for the next ticket."""
        self.ensure_one()
        return self.create({"zone_id": self.zone_id.id})._reopen()

    def action_check(self):
        """Show the decision; for scanners that end with Enter."""
        return self._reopen()

    def action_why(self):
        """Tell every rule that was looked at."""
        self.ensure_one()
        return self.env["scenic.why"]._open(
            self.text, self.zone_id, wanted=max(0, self.wanted), staff=True
        )

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Check a Ticket"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
