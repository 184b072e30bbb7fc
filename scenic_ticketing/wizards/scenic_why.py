from odoo import api, fields, models

from ..tools.site_time import to_unix


class ScenicWhy(models.TransientModel):
    """The test bench: what would happen to this code, there and then, and why."""

    _name = "scenic.why"
    _inherit = ["scenic.reason"]
    _description = "Why Is a Ticket Let In or Refused?"

    text = fields.Char(
        string="Code or Number",
        help="Scan or paste the code, or type the ticket number: T and 15 digits.",
    )
    zone_id = fields.Many2one(
        "scenic.zone",
        string="Into",
        required=True,
        default=lambda self: self._default_zone(),
    )
    entrance_id = fields.Many2one(
        "scenic.entrance",
        string="At the Entrance",
        domain="[('site_id', '=', site_id)]",
        help="Empty = one at which the ticket is good.",
    )
    lane_code = fields.Char(
        string="Lane", help="The same ticket on the same lane within seconds is one scan, not two."
    )
    site_id = fields.Many2one(related="zone_id.site_id")
    at = fields.Datetime(
        string="When",
        required=True,
        default=fields.Datetime.now,
        help="Any moment: now, tomorrow morning, or the one at which somebody was refused. Uses "
        "after it do not count.",
    )
    wanted = fields.Integer(
        string="Persons", help="How many persons want to pass. 0 = all that the ticket is for."
    )
    staff = fields.Boolean(
        string="Attendant Stands by", help="The attendant has looked and answers for the visitor."
    )
    ticket_id = fields.Many2one("scenic.ticket", compute="_compute_why")
    product_id = fields.Many2one(related="ticket_id.product_id")
    policy_id = fields.Many2one(related="product_id.scenic_policy_id", string="Policy")
    ticket_state = fields.Selection(related="ticket_id.state", string="State")
    visit_date = fields.Date(related="ticket_id.visit_date")
    valid_until = fields.Date(related="ticket_id.valid_until")
    reason = fields.Selection(compute="_compute_why")
    reason_code = fields.Char(compute="_compute_why")
    colour = fields.Selection(
        [("GREEN", "Pass"), ("RED", "Stop"), ("STAFF", "Attendant decides")],
        string="Decision",
        compute="_compute_why",
    )
    admit = fields.Integer(string="Persons Let In", compute="_compute_why")
    site_clock = fields.Char(string="On the Site's Clock", compute="_compute_why")
    checks_html = fields.Html(compute="_compute_why", sanitize=False)
    report_text = fields.Text(string="For Support", compute="_compute_why")

    @api.model
    def _default_zone(self):
        """Return the zone this user asked about last, else the first park."""
        last = self.search([("create_uid", "=", self.env.uid)], order="id desc", limit=1)
        zones = self.env["scenic.zone"]
        return last.zone_id or zones.search([], limit=1)

    @api.depends("text", "zone_id", "entrance_id", "lane_code", "at", "wanted", "staff")
    def _compute_why(self):
        for bench in self:
            bench.update(bench._why_vals())

    def _why_vals(self):
        zone, at = self.zone_id._origin, self.at or fields.Datetime.now()
        vals = dict.fromkeys(
            ("ticket_id", "reason", "reason_code", "colour", "admit", "checks_html", "report_text"),
            False,
        )
        if not zone:
            return vals | {"site_clock": False}
        clock = zone.site_id._wall_clock(at)
        vals["site_clock"] = f"{clock['day']} {clock['time']}"
        if not (self.text or "").strip():
            return vals
        answer, lines = self._explain(zone, at)
        ticket = self.env["scenic.check"]._visible(answer["ticket_id"])
        if answer["ticket_id"] and not ticket:
            # another company's ticket: that it is not good here is all there is to say
            lines = []
        vals |= {
            "ticket_id": ticket,
            "reason": answer["reason"],
            "reason_code": answer["reason"],
            "colour": answer["colour"],
            "admit": answer["admit"],
            "checks_html": self._checks_html(lines),
        }
        vals["report_text"] = self._report_text(vals, ticket, zone, lines)
        return vals

    def _explain(self, zone, at):
        ledger = self.env["scenic.redemption"].sudo()
        answer, checks = ledger._explain(
            self.text,
            zone,
            self.lane_code or "",
            now=to_unix(at),
            entrance=self.entrance_id._origin.bit if self.entrance_id else None,
            staff=self.staff,
            wanted=max(0, self.wanted),
        )
        words = self.env["scenic.explanation"]
        return answer, words._explain_lines(checks, zone)

    def _checks_html(self, lines):
        return self.env["ir.qweb"]._render(
            "scenic_ticketing.why_checks",
            {
                "lines": [line for line in lines if line["outcome"] != "skipped"],
                "skipped": [line["title"] for line in lines if line["outcome"] == "skipped"],
            },
        )

    def _report_text(self, vals, ticket, zone, lines):
        """Return everything as plain text, to send to whoever helps."""
        labels = self._reason_labels()
        colours = dict(self._fields["colour"]._description_selection(self.env))
        head = [
            (self.env._("Ticket"), ticket.alias or self.text.strip()),
            (self.env._("Product"), ticket.product_id.display_name or "–"),
            (self.env._("Policy"), self._policy_line(ticket)),
            (self.env._("Into"), zone.display_name),
            (self.env._("Entrance"), self.entrance_id.name or "–"),
            (self.env._("Lane"), self.lane_code or "–"),
            (self.env._("When"), f"{vals['site_clock']} ({zone.site_id.tz})"),
            (self.env._("Persons"), str(self.wanted or "–")),
            (self.env._("Decision"), f"{colours[vals['colour']]} · {vals['reason_code']}"),
        ]
        text = [f"{name}: {value}" for name, value in head] + [labels[vals["reason_code"]]]
        for line in lines:
            if line["outcome"] == "skipped":
                continue
            mark = "→" if line["decided"] else " "
            reason = f" [{line['reason']}]" if line["reason"] else ""
            text.append(f"{mark} {line['title']}: {line['label']}{reason}. {line['text']}".rstrip())
        return "\n".join(text)

    def _policy_line(self, ticket):
        policy = ticket.sudo().product_id.scenic_policy_id
        return f"{policy.name} v{policy.version}" if policy else "–"

    def action_now(self):
        """Ask again for this moment."""
        self.at = fields.Datetime.now()
        return self._reopen()

    def action_ask(self):
        """Show the answer; for scanners that end with Enter."""
        return self._reopen()

    def action_print(self):
        """Hand out the answer as a text file."""
        return self.env.ref("scenic_ticketing.scenic_why_report").report_action(self)

    def _reopen(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Why?"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": self.env.context.get("why_target", "current"),
        }

    @api.model
    def _open(self, text, zone=None, **values):
        """Return the action that answers for a text, in a dialog."""
        vals = {"text": text, **values} | ({"zone_id": zone.id} if zone else {})
        return self.create(vals).with_context(why_target="new")._reopen()
