from collections import defaultdict
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import breakage, breakage_sql


class ScenicBreakageCurve(models.Model):
    """How much of what a channel sells of a product stays unused: built from history, approved.

    An approved curve is what the recognition takes breakage ahead by. It keeps the months, the
    limits and the back-test that it was built from, so that it can be recomputed at any time.
    """

    _name = "scenic.breakage.curve"
    _description = "Scenic No-show Curve"
    _order = "product_id, channel_id, id desc"
    _inherit = ["mail.thread"]
    _mail_post_access = "read"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    product_id = fields.Many2one(
        "product.product", required=True, readonly=True, index=True, ondelete="restrict"
    )
    channel_id = fields.Many2one("scenic.channel", readonly=True, ondelete="restrict")
    state = fields.Selection(
        [("draft", "Proposed"), ("approved", "Approved"), ("withdrawn", "Withdrawn")],
        required=True,
        readonly=True,
        default="draft",
        tracking=True,
    )
    built_until = fields.Date(
        string="Built from", readonly=True, help="Posted books at the end of this day."
    )
    date_from = fields.Date(
        string="In Force from", tracking=True, help="First day whose recognition uses it."
    )
    approved_by = fields.Many2one("res.users", readonly=True)
    tickets = fields.Integer(readonly=True, help="Tickets of the months that count.")
    months = fields.Integer(readonly=True, help="Months that are over, with no open ticket.")
    lowest_rate = fields.Float(readonly=True, digits=(16, 6), aggregator=None)
    average_rate = fields.Float(readonly=True, digits=(16, 6), aggregator=None)
    rate = fields.Float(
        readonly=True,
        digits=(16, 6),
        tracking=True,
        aggregator=None,
        help="The lowest month, at most the cap; nothing while the history is too small.",
    )
    verdict = fields.Selection(
        [
            ("ok", "Highly probable"),
            ("months", "Too few months"),
            ("tickets", "Too few tickets"),
            ("nothing", "A month without no-shows"),
        ],
        readonly=True,
    )
    min_tickets = fields.Integer(readonly=True)
    min_months = fields.Integer(readonly=True)
    cap = fields.Float(readonly=True, digits=(16, 6), aggregator=None)
    sold_value = fields.Monetary(
        string="Sold", readonly=True, help="Of the months that count, whoever owns it."
    )
    told_value = fields.Monetary(
        string="Foretold", readonly=True, help="Back-test: breakage that earlier months foretold."
    )
    actual_value = fields.Monetary(
        string="Expired", readonly=True, help="Back-test: what really expired in the same months."
    )
    error = fields.Monetary(
        string="Back-test Error", readonly=True, help="Foretold minus expired, of all months."
    )
    worst_error = fields.Monetary(
        readonly=True, aggregator=None, help="The month in which most would have been taken back."
    )
    month_ids = fields.One2many("scenic.breakage.month", "curve_id", readonly=True)
    point_ids = fields.One2many("scenic.breakage.point", "curve_id", readonly=True)
    line_count = fields.Integer(compute="_compute_line_count")

    @api.depends("product_id", "channel_id")
    def _compute_display_name(self):
        for curve in self:
            channel = curve.channel_id.name or self.env._("no channel")
            curve.display_name = f"{curve.product_id.name}, {channel}"

    def _compute_line_count(self):
        counts = dict(
            self.env["scenic.breakage.line"]._read_group(
                [("curve_id", "in", self.ids)], ["curve_id"], ["__count"]
            )
        )
        for curve in self:
            curve.line_count = counts.get(curve, 0)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_proposals(self):
        if self.filtered(lambda curve: curve.state != "draft"):
            raise UserError(self.env._("An approved curve is part of the books: withdraw it."))

    # ------------------------------------------------------------------
    # building
    # ------------------------------------------------------------------

    @api.model
    def _build(self, company, day=None):
        """Propose a curve for each product and channel that sold deferred tickets; returns them.

        Earlier proposals that nobody approved are replaced.
        """
        self = self.sudo().with_company(company)
        recognition = self.env["scenic.recognition"].sudo()
        day = day or recognition._today(company)
        self.search([("company_id", "=", company.id), ("state", "=", "draft")]).unlink()
        self.env.flush_all()
        owed = recognition._owed_when_unused(company, day)
        self.env.cr.execute(breakage_sql.pools(company, day, owed))
        histories = defaultdict(list)
        for product, channel, month, *figures in self.env.cr.fetchall():
            tickets, *amounts = figures
            month_sold = breakage.Month(tickets, *map(breakage.exact, amounts))
            histories[product, channel].append((month, month_sold))
        return self.create(
            [
                self._build_vals(company, day, product, channel, history)
                for (product, channel), history in histories.items()
            ]
        )

    @api.model
    def _build_vals(self, company, day, product, channel, history):
        limits = company._scenic_breakage_limits()
        months = [month for _first, month in history]
        found = breakage.estimate(months, limits)
        told = breakage.back_test(months, limits)
        rows = [
            self._month_vals(company, first, month, *foretold)
            for (first, month), foretold in zip(history, told, strict=True)
        ]
        tested = [row for row in rows if row["counted"] and row["told_rate"]]
        over = [first for first, month in history if breakage.counts(month)]
        return {
            "company_id": company.id,
            "product_id": product,
            "channel_id": channel,
            "built_until": day,
            "tickets": found.tickets,
            "months": found.months,
            "lowest_rate": found.lowest,
            "average_rate": found.average,
            "rate": found.rate,
            "verdict": found.verdict,
            "min_tickets": limits.tickets,
            "min_months": limits.months,
            "cap": limits.cap,
            "told_value": sum(row["told_value"] for row in tested),
            "actual_value": sum(row["expired_value"] for row in tested),
            "error": sum(row["error"] for row in tested),
            "worst_error": max((row["error"] for row in tested), default=0.0),
            "month_ids": [fields.Command.create(row) for row in rows],
            **self._point_vals(company, day, product, channel, over),
        }

    @api.model
    def _month_vals(self, company, first, month, told_rate, told_value):
        told, counted = company.currency_id.round(float(told_value)), breakage.counts(month)
        return {
            "month": first,
            "tickets": month.tickets,
            "used_value": float(month.used),
            "expired_value": float(month.expired),
            "open_value": float(month.open),
            "counted": counted,
            "rate": float(breakage.month_rate(month)),
            "told_rate": float(told_rate),
            "told_value": told,
            "error": told - float(month.expired) if counted and told_rate else 0.0,
        }

    @api.model
    def _point_vals(self, company, day, product, channel, months):
        """Return the points of the curve, the part that was used by days after the sale."""
        self.env.cr.execute(breakage_sql.ages(company.id, day, product, channel, months))
        used = self.env.cr.fetchall()
        wanted = [(product, channel, month) for month in months]
        self.env.cr.execute(breakage_sql.pools(company, day, (), wanted))
        sold = sum(sum(map(breakage.exact, row[4:7])) for row in self.env.cr.fetchall())
        points, running = [], Decimal(0)
        for age, amount in used if sold else ():
            running += breakage.exact(amount)
            share = float(running / sold)
            points.append(
                fields.Command.create(
                    {
                        "age": age,
                        "used_value": float(running),
                        "used_share": share,
                        "unused_share": 1 - share,
                    }
                )
            )
        return {"sold_value": float(sold), "point_ids": points}

    # ------------------------------------------------------------------
    # approving
    # ------------------------------------------------------------------

    @api.model
    def _in_force(self, company, day):
        """Return {(product id, channel id): curve} of the curves that hold on `day`."""
        curves = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "approved"),
                ("date_from", "<=", day),
            ],
            order="date_from, id",
        )
        return {(curve.product_id.id, curve.channel_id.id or None): curve for curve in curves}

    def action_build(self):
        """Propose curves from the posted books of the companies that are switched on."""
        self.env["scenic.recognition"]._check_accountant()
        curves = self.browse()
        for company in self.env.companies:
            curves |= self._build(company)
        if not curves:
            raise UserError(
                self.env._("No ticket sale is in the journal yet, so there is no history.")
            )
        return self._all_action()

    def action_approve(self):
        """Use these curves from their day on: the next recognition takes breakage ahead."""
        self.env["scenic.recognition"]._check_accountant()
        for curve in self:
            if curve.state != "draft":
                raise UserError(self.env._("%s is no proposal.", curve.display_name))
            if curve.verdict != "ok":
                verdicts = dict(self._fields["verdict"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "%(curve)s: %(why)s. Its breakage waits for the expiry.",
                        curve=curve.display_name,
                        why=verdicts[curve.verdict],
                    )
                )
            company = curve.company_id
            company._scenic_require("scenic_breakage_ahead_account_id")
            today = self.env["scenic.recognition"].sudo()._today(company)
            curve.sudo().write(
                {
                    "state": "approved",
                    "approved_by": self.env.uid,
                    "date_from": curve.date_from or today,
                }
            )
        return True

    def action_withdraw(self):
        """Stop using these curves: the next recognition takes back what they took ahead."""
        self.env["scenic.recognition"]._check_accountant()
        self.filtered(lambda curve: curve.state == "approved").sudo().state = "withdrawn"
        return True

    def action_lines(self):
        """Open what was booked by these curves."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_finance.scenic_breakage_line_action"
        )
        return {**action, "domain": [("curve_id", "in", self.ids)]}

    @api.model
    def _all_action(self):
        return self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_finance.scenic_breakage_curve_action"
        )
