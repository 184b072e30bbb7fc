from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.base.models.res_partner import _tz_get

LAYOUTS = [
    ("wechat", "WeChat Pay bill"),
    ("alipay", "Alipay list of trades"),
    ("unionpay", "Card acquirer's settlement"),
    ("mapping", "A saved layout"),
]


class ScenicAcquirer(models.Model):
    """Who takes the visitors' money for the park, keeps a fee and pays out the rest."""

    _name = "scenic.acquirer"
    _description = "Scenic Acquirer"
    _order = "sequence, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        ondelete="restrict",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    layout = fields.Selection(
        LAYOUTS, string="File Layout", required=True, default="wechat", help="Of its statements."
    )
    mapping_id = fields.Many2one(
        "scenic.statement.mapping",
        string="Saved Layout",
        domain="[('kind', '=', 'acquirer')]",
        ondelete="restrict",
        help="Which column is what, for files of any other layout.",
    )
    tz = fields.Selection(
        _tz_get, string="Time Zone", required=True, default="Asia/Shanghai", help="Of its files."
    )
    merchant = fields.Char(
        string="Merchant Number", help="A file of another merchant is refused. Empty: not checked."
    )
    payment_method_ids = fields.Many2many(
        "pos.payment.method",
        "scenic_acquirer_payment_method_rel",
        "acquirer_id",
        "payment_method_id",
        string="Payment Methods",
        domain="[('company_id', '=', company_id), ('journal_id.type', '=', 'bank')]",
        check_company=True,
        help="Whose money this acquirer pays out.",
    )
    account_id = fields.Many2one(
        "account.account",
        string="Clearing Account",
        compute="_compute_account_id",
        store=True,
        readonly=False,
        check_company=True,
        domain="[('reconcile', '=', True), ('account_type', '=', 'asset_current')]",
        help="Where the payments wait: the outstanding account of the payment methods.",
    )
    bank_journal_id = fields.Many2one(
        "account.journal",
        string="Pays out to",
        domain="[('company_id', '=', company_id), ('type', '=', 'bank')]",
        check_company=True,
        ondelete="restrict",
    )
    fee_rate = fields.Float(
        string="Fee Rate (%)",
        digits=(16, 4),
        help="Agreed fee of a payment, in percent. Every payment of a statement is checked by it; "
        "0: not checked.",
    )
    tolerance = fields.Monetary(
        default=0.01,
        help="A difference of at most this is rounding: it is booked as such and nobody is asked.",
    )
    settle_days = fields.Integer(
        string="Pays out after (days)",
        default=1,
        help="When the bank should show the money: T+1 is one day after the last day of the "
        "statement.",
    )
    minutes = fields.Integer(
        string="Match by Time (minutes)",
        default=5,
        help="Payments that a window took without any number, on a terminal of its own, are "
        "matched when amount and time fit exactly one. 0: never.",
    )
    statement_ids = fields.One2many("scenic.acquirer.statement", "acquirer_id")
    statement_count = fields.Integer(compute="_compute_statements")
    open_count = fields.Integer(string="Statements to Check", compute="_compute_statements")
    last_day = fields.Date(string="Settled until", compute="_compute_statements")
    waiting = fields.Monetary(
        string="Waits on Clearing",
        compute="_compute_waiting",
        help="Balance of the clearing account: taken, and not settled yet.",
    )

    _name_uniq = models.Constraint(
        "UNIQUE (company_id, name)", "There is an acquirer of this name already."
    )
    _mapping = models.Constraint(
        "CHECK (layout <> 'mapping' OR mapping_id IS NOT NULL)", "Choose the saved layout."
    )
    _figures = models.Constraint(
        "CHECK (fee_rate >= 0 AND fee_rate < 100 AND tolerance >= 0 AND tolerance <= 1"
        " AND settle_days >= 0 AND minutes >= 0 AND minutes <= 60)",
        "Rate, tolerance (at most 1), days and minutes (at most 60) are not negative.",
    )

    @api.depends("payment_method_ids")
    def _compute_account_id(self):
        for acquirer in self:
            accounts = acquirer.payment_method_ids.outstanding_account_id
            acquirer.account_id = acquirer.account_id or accounts[:1]

    @api.depends("statement_ids.state")
    def _compute_statements(self):
        for acquirer in self:
            statements = acquirer.statement_ids
            acquirer.statement_count = len(statements)
            acquirer.open_count = len(statements.filtered(lambda each: each.state == "draft"))
            done = statements.filtered(lambda each: each.state == "confirmed")
            acquirer.last_day = max(done.mapped("date_to"), default=False)

    @api.depends("account_id")
    def _compute_waiting(self):
        lines = self.env["account.move.line"].sudo()
        for acquirer in self:
            domain = [
                ("account_id", "=", acquirer.account_id.id),
                ("company_id", "=", acquirer.company_id.id),
                ("parent_state", "=", "posted"),
            ]
            [(balance,)] = lines._read_group(domain, aggregates=["balance:sum"])
            acquirer.waiting = balance or 0.0

    @api.constrains("payment_method_ids", "account_id")
    def _check_account(self):
        for acquirer in self:
            for method in acquirer.payment_method_ids:
                account = method.outstanding_account_id
                if account and acquirer.account_id and account != acquirer.account_id:
                    raise ValidationError(
                        self.env._(
                            "%(method)s waits on %(account)s, the acquirer settles %(other)s. Both "
                            "have to be the same account.",
                            method=method.name,
                            account=account.display_name,
                            other=acquirer.account_id.display_name,
                        )
                    )
                others = self.search_count(
                    [("payment_method_ids", "in", method.ids), ("id", "!=", acquirer.id)]
                )
                if others:
                    raise ValidationError(
                        self.env._("%s is settled by another acquirer already.", method.name)
                    )

    def _pays_out_at(self, day):
        """Return the day on which the bank should show what was taken until `day`."""
        self.ensure_one()
        return day + timedelta(days=self.settle_days)

    def action_statements(self):
        """Open the statements of the acquirer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_finance.scenic_acquirer_statement_action"
        )
        return {**action, "domain": [("acquirer_id", "=", self.id)], "context": {}}

    def action_import(self):
        """Ask for a statement of this acquirer."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_finance.scenic_acquirer_import_action"
        )
        return {**action, "context": {"default_acquirer_id": self.id}}
