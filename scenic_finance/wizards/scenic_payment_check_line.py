from odoo import fields, models


class ScenicPaymentCheckLine(models.TransientModel):
    _name = "scenic.payment.check.line"
    _description = "Scenic Payment Finding"
    _order = "check_id desc, id"

    check_id = fields.Many2one("scenic.payment.check", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="check_id.currency_id")
    code = fields.Selection(
        [
            ("no_account", "Method without account"),
            ("bank_account", "Method past its clearing account"),
            ("not_reconcilable", "Account without reconciliation"),
            ("no_difference_accounts", "Drawer without difference accounts"),
            ("no_session", "Missing session"),
            ("number_gap", "Missing number"),
            ("no_entry", "Not in the ledger"),
            ("cash_difference", "Count and ledger differ"),
            ("opening", "Drawer opened with another sum"),
            ("no_sale", "Money without a sale"),
            ("bank_late", "Late at the bank"),
            ("cash_out", "Cash not deposited"),
        ],
        string="What",
        required=True,
        readonly=True,
    )
    name = fields.Char(string="Finding", required=True, readonly=True)
    amount = fields.Monetary(readonly=True)
    session_id = fields.Many2one("pos.session", readonly=True)
    payment_method_id = fields.Many2one("pos.payment.method", readonly=True)
    move_id = fields.Many2one("account.move", string="Entry", readonly=True)
    statement_id = fields.Many2one("scenic.acquirer.statement", readonly=True)

    def action_open(self):
        """Open what the finding is about."""
        self.ensure_one()
        record = self.statement_id or self.move_id or self.session_id or self.payment_method_id
        return record._get_records_action() if record else False
