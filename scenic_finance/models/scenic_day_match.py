from odoo import api, fields, models

from ..tools import close_sql, day_match

_NUMBERS = (
    "reserved",
    "passed",
    "closed",
    "unknown",
    "tailgate",
    "forced",
    "free",
    "emergency",
    "sold",
    "paid",
    "used",
    "rotations",
)


class ScenicDayMatch(models.Model):
    """Sold, paid, used and counted by the barrier: one lane or window in one hour of a day."""

    _name = "scenic.day.match"
    _description = "Scenic Four-Way Match"
    _order = "close_id desc, place, site_id, entrance_id, lane, config_id, hour, id"
    _rec_name = "lane"
    _log_access = False

    close_id = fields.Many2one(
        "scenic.day.close", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    day = fields.Date(readonly=True)
    place = fields.Selection(
        [
            ("window", "Window"),
            ("office", "Orders and Vouchers"),
            ("gate", "Gate"),
            ("hand", "By Hand"),
        ],
        required=True,
        readonly=True,
        help="By Hand: handhelds and windows, which have no barrier.",
    )
    site_id = fields.Many2one("scenic.site", readonly=True)
    entrance_id = fields.Many2one("scenic.entrance", readonly=True)
    lane = fields.Char(readonly=True)
    config_id = fields.Many2one("pos.config", string="Window", readonly=True)
    hour = fields.Integer(readonly=True, aggregator=None)
    sold = fields.Integer(
        readonly=True, help="Persons. At a gate: of those let in, those with a sale behind them."
    )
    paid = fields.Integer(
        readonly=True,
        help="Persons. At a gate: of those let in, those whose sale is paid, invoiced or owed by a "
        "channel.",
    )
    used = fields.Integer(readonly=True, help="Persons let in according to the ledger of uses.")
    rotations = fields.Integer(readonly=True, help="Persons whom the barrier let in.")
    gap = fields.Integer(
        string="Barrier less Used", compute="_compute_gap", store=True, readonly=True
    )
    value = fields.Monetary(readonly=True, help="Net value of the uses.")
    sold_amount = fields.Monetary(readonly=True)
    paid_amount = fields.Monetary(readonly=True)
    reserved = fields.Integer(readonly=True, help="Rights that the gate says were used.")
    passed = fields.Integer(string="Seen to Pass", readonly=True)
    closed = fields.Integer(string="Nobody Seen", readonly=True)
    unknown = fields.Integer(string="Passage Unknown", readonly=True)
    tailgate = fields.Integer(string="Tailgating", readonly=True)
    forced = fields.Integer(string="Forced Open", readonly=True)
    free = fields.Integer(string="Opened by Staff", readonly=True)
    emergency = fields.Integer(readonly=True)
    barrier = fields.Boolean(readonly=True, help="A barrier reports from here.")
    seen = fields.Boolean(string="Sensor", readonly=True)

    def init(self):
        """Rows of a closed day stay as they are."""
        super().init()
        close_sql.freeze(self.env.cr, self._table, "scenic_day_close", "close_id")

    @api.depends("rotations", "used", "place")
    def _compute_gap(self):
        for row in self:
            row.gap = row.rotations - row.used if row.place == "gate" else 0

    def _place_text(self):
        """Return where it was, for people."""
        self.ensure_one()
        if self.place == "window":
            return self.config_id.name
        if self.place == "gate":
            names = (self.site_id.name, self.entrance_id.name, self.lane)
            return " · ".join(name for name in names if name)
        return dict(self._fields["place"]._description_selection(self.env))[self.place]

    def _key(self):
        """Return what names this row on every computation of the day."""
        self.ensure_one()
        return day_match.key(self._place())

    def _place(self):
        """Return where and when it was, as a row of the computation says it."""
        self.ensure_one()
        return {
            "place": self.place,
            "site_id": self.site_id.id,
            "entrance_id": self.entrance_id.id,
            "config_id": self.config_id.id,
            "lane": self.lane,
            "hour": self.hour,
        }

    def _signed(self):
        """Return this row as it is signed."""
        self.ensure_one()
        money = self.close_id._money
        return {
            "place": self.place,
            "site": self.site_id.name or "",
            "entrance": self.entrance_id.name or "",
            "lane": self.lane or "",
            "window": self.config_id.name or "",
            "hour": self.hour,
            "value": money(self.value),
            "sold_amount": money(self.sold_amount),
            "paid_amount": money(self.paid_amount),
            **{name: self[name] for name in _NUMBERS},
        }
