from odoo import fields, models

from odoo.addons.scenic_ticketing.tools.append_only import protect


class ScenicAuditCheckLine(models.Model):
    """One series of documents, or one table that only grows."""

    _name = "scenic.audit.check.line"
    _description = "Scenic Audit Check Line"
    _order = "id"
    _rec_name = "series"
    _log_access = False

    check_id = fields.Many2one(
        "scenic.audit.check", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="check_id.company_id")
    kind = fields.Selection(
        [
            ("order", "Orders of a window"),
            ("entry", "Entries and invoices"),
            ("shift", "Shifts"),
            ("purge", "Certificates of destruction"),
            ("day", "Day closes"),
            ("month", "Month closes"),
            ("settlement", "Settlements"),
            ("table", "Table that only grows"),
        ],
        required=True,
        readonly=True,
    )
    series = fields.Char(readonly=True)
    state = fields.Selection(
        [
            ("good", "Complete"),
            ("gap", "Numbers are missing"),
            ("twice", "Numbers came twice"),
            ("open", "Can be rewritten"),
        ],
        required=True,
        readonly=True,
    )
    first = fields.Integer(string="From", readonly=True, aggregator=None)
    last = fields.Integer(string="To", readonly=True, aggregator=None)
    count = fields.Integer(string="Documents", readonly=True)
    missing = fields.Integer(readonly=True)
    gaps = fields.Char(string="Missing Numbers", readonly=True, help="At most twenty spans.")
    twice = fields.Char(string="Numbers that Came Twice", readonly=True)

    def init(self):
        """Install the law of this table in the database itself."""
        super().init()
        protect(self.env.cr, self._table)
