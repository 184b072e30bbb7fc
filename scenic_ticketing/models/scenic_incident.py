from odoo import fields, models


class ScenicIncident(models.Model):
    """Something that needs a person: what happened, who owns it, what it costs, how it ended."""

    _name = "scenic.incident"
    _description = "Scenic Incident"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "happened_at desc, id desc"

    kind = fields.Selection(
        [
            ("excess", "Used more often than sold"),
            ("after_void", "Used after it was void"),
            ("unknown_ticket", "Unknown ticket"),
            ("tailgate", "Tailgating"),
            ("forced_open", "Barrier forced open"),
            ("reverse", "Passage in the wrong direction"),
            ("oversold", "Oversold"),
            ("silent_gate", "Gate without contact"),
            ("box_forked", "Copied gate box"),
            ("price", "Sold at another price"),
            ("payment", "Payment to be settled"),
            ("other", "Other"),
        ],
        required=True,
        default="other",
        index=True,
    )
    ticket_id = fields.Many2one("scenic.ticket", index="btree_not_null", ondelete="restrict")
    site_id = fields.Many2one("scenic.site", index="btree_not_null", ondelete="restrict")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    lane_code = fields.Char(string="Lane")
    happened_at = fields.Datetime(required=True, default=fields.Datetime.now, index=True)
    amount = fields.Monetary(
        help="What the incident may cost, net of tax, in the currency of the company."
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one("res.users", string="Owner", index=True, tracking=True)
    state = fields.Selection(
        [("open", "Open"), ("done", "Done")],
        required=True,
        default="open",
        index=True,
        tracking=True,
    )
    facts = fields.Text(help="What the system knows, written when the incident was found.")
    outcome = fields.Text(help="What was found out and done about it.", tracking=True)

    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for incident in self:
            incident.display_name = f"{kinds.get(incident.kind, '')} #{incident.id or ''}"

    def action_done(self):
        """Close the incident; the outcome says how it ended."""
        self.write({"state": "done"})

    def action_reopen(self):
        """Open a closed incident again."""
        self.write({"state": "open"})
