from odoo import api, fields, models

from ..tools import pay_sql
from ..tools.pay_code import machine

_STATES = [
    (machine.NEW, "Begun"),
    (machine.PAYING, "In question"),
    (machine.PAID, "Paid"),
    (machine.FAILED, "Not paid"),
    (machine.REVERSING, "Being reversed"),
    (machine.REVERSED, "Reversed"),
    (machine.REFUND_NEW, "Refund begun"),
    (machine.REFUNDING, "Refund in question"),
    (machine.REFUNDED, "Refunded"),
    (machine.REFUND_FAILED, "Not refunded"),
]


class ScenicPayAttempt(models.Model):
    """One attempt to take money by the customer's code, or to give it back: one money or none.

    It is stored before anything is sent, and only the machine of ``tools/pay_code`` moves it.
    """

    _name = "scenic.pay.attempt"
    _description = "Scenic Payment Attempt"
    _order = "id desc"
    _rec_name = "ref"

    kind = fields.Selection(
        [("pay", "Payment"), ("refund", "Refund")], required=True, readonly=True, default="pay"
    )
    ref = fields.Char(
        string="Reference",
        required=True,
        readonly=True,
        index=True,
        help="What the acquirer knows the payment by, for ever.",
    )
    refund_ref = fields.Char(string="Refund Reference", readonly=True)
    origin_id = fields.Many2one(
        "scenic.pay.attempt",
        string="Refund of",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    state = fields.Selection(
        _STATES, string="Status", required=True, readonly=True, default=machine.NEW, index=True
    )
    amount = fields.Integer(string="Amount in Cents", required=True, readonly=True, aggregator=None)
    value = fields.Monetary(string="Amount", compute="_compute_value")
    mismatch = fields.Integer(
        string="Taken in Cents",
        readonly=True,
        default=0,
        aggregator=None,
        help="What the acquirer says it took, where that is another amount.",
    )
    account = fields.Char(required=True, readonly=True, help="Section of the configuration file.")
    wallet = fields.Selection(
        [("wechat", "WeChat Pay"), ("alipay", "Alipay"), ("unionpay", "UnionPay")], readonly=True
    )
    code_hint = fields.Char(
        string="Customer's Code", readonly=True, help="Its beginning and end; no more is kept."
    )
    acquirer_ref = fields.Char(string="Acquirer's Number", readonly=True)
    code = fields.Char(string="Last Answer", readonly=True)
    trace = fields.Text(string="What Happened", readonly=True)

    # the machine's own; seconds since 1970
    begun = fields.Float(readonly=True, default=0, digits=(16, 3), aggregator=None)
    due = fields.Float(readonly=True, default=0, digits=(16, 3), aggregator=None)
    claimed_until = fields.Float(readonly=True, default=0, digits=(16, 3), aggregator=None)
    tries = fields.Integer(readonly=True, default=0, aggregator=None)
    step = fields.Integer(readonly=True, default=0, aggregator=None)

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True, ondelete="restrict")
    config_id = fields.Many2one(
        "pos.config",
        string="Window",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    session_id = fields.Many2one(
        "pos.session", required=True, readonly=True, index=True, ondelete="restrict"
    )
    payment_method_id = fields.Many2one(
        "pos.payment.method", required=True, readonly=True, ondelete="restrict"
    )
    user_id = fields.Many2one("res.users", string="Cashier", readonly=True, ondelete="restrict")
    payment_uuid = fields.Char(required=True, readonly=True, help="Of the window's payment line.")
    order_uuid = fields.Char(required=True, readonly=True, index=True)
    order_name = fields.Char(string="Order", readonly=True)
    settled_at = fields.Datetime(readonly=True)
    pos_payment_id = fields.Many2one(
        "pos.payment",
        string="Booked as",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    is_unbooked = fields.Boolean(
        string="Without a Sale",
        compute="_compute_is_unbooked",
        search="_search_is_unbooked",
        help="Money was taken or given back, and no order has it.",
    )

    _ref_uniq = models.UniqueIndex(
        "(ref) WHERE kind = 'pay'", "This payment reference was used before."
    )
    _refund_ref_uniq = models.UniqueIndex(
        "(refund_ref) WHERE refund_ref IS NOT NULL", "This refund reference was used before."
    )
    _one_money = models.UniqueIndex(
        "(payment_uuid) WHERE state NOT IN ('failed', 'reversed', 'refund_failed')",
        "This payment line has a payment already.",
    )
    _booked_once = models.UniqueIndex(
        "(pos_payment_id) WHERE pos_payment_id IS NOT NULL",
        "This payment is booked with another attempt.",
    )
    _shape = models.Constraint(
        "CHECK (amount > 0 AND (kind = 'refund') = (origin_id IS NOT NULL)"
        " AND (kind = 'refund') = (refund_ref IS NOT NULL)"
        " AND (kind = 'refund') = (state IN"
        " ('refund_new', 'refunding', 'refunded', 'refund_failed')))",
        "A refund has an amount, a payment and a reference of its own.",
    )
    _open = models.Index(
        "(due) WHERE state IN ('new', 'paying', 'reversing', 'refund_new', 'refunding')"
    )

    def init(self):
        """Install the laws of this table in the database itself."""
        super().init()
        pay_sql.install(self.env.cr)

    @api.depends("amount", "currency_id", "kind")
    def _compute_value(self):
        for attempt in self:
            cents = -attempt.amount if attempt.kind == "refund" else attempt.amount
            attempt.value = cents / 10**attempt.currency_id.decimal_places

    @api.depends("state", "pos_payment_id")
    def _compute_is_unbooked(self):
        for attempt in self:
            moved = attempt.state in (machine.PAID, machine.REFUNDED)
            attempt.is_unbooked = moved and not attempt.pos_payment_id

    def _search_is_unbooked(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = [
            ("state", "in", [machine.PAID, machine.REFUNDED]),
            ("pos_payment_id", "=", False),
        ]
        return domain if True in value else ["!", "&", *domain]

    def _is_open(self):
        return self.state not in machine.FINAL
