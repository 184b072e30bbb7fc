from odoo import fields, models


class ScenicRehearsalScan(models.Model):
    """One scan of the day that the draft would answer differently."""

    _name = "scenic.rehearsal.scan"
    _description = "Rehearsed Scan"
    _order = "happened_at, id"

    rehearsal_id = fields.Many2one(
        "scenic.rehearsal", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="rehearsal_id.company_id", store=True, index=True)
    ticket_id = fields.Many2one("scenic.ticket", required=True, readonly=True, ondelete="cascade")
    product_tmpl_id = fields.Many2one(
        "product.template", string="Ticket Product", readonly=True, ondelete="cascade"
    )
    zone_id = fields.Many2one("scenic.zone", readonly=True, ondelete="cascade")
    lane_code = fields.Char(string="Lane", readonly=True)
    happened_at = fields.Datetime(string="Scanned", readonly=True)
    persons = fields.Integer(readonly=True)
    effect = fields.Selection(
        [
            ("refused", "Would be refused"),
            ("admitted", "Would be admitted"),
            ("staff", "Would need an attendant"),
            ("reason", "Refused for another reason"),
        ],
        required=True,
        readonly=True,
    )
    told_reason = fields.Selection(
        selection="_selection_reason",
        string="Told Then",
        readonly=True,
        help="What the gate said on that day.",
    )
    old_reason = fields.Selection(
        selection="_selection_reason",
        string="As It Is",
        readonly=True,
        help="What the rule in force says.",
    )
    new_reason = fields.Selection(
        selection="_selection_reason",
        string="With the Draft",
        readonly=True,
        help="What the draft says.",
    )

    def _selection_reason(self):
        return self.env["scenic.reason"]._fields["reason"]._description_selection(self.env)
