import base64

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date


class ScenicSettlement(models.Model):
    """What is paid to one partner for the passages of one period.

    A settlement takes every accrued line until its last day that no other settlement has: what
    became known late, and what was taken back of an earlier period, comes with the next one. Its
    lines belong to it alone, so nothing is paid twice.
    """

    _name = "scenic.settlement"
    _description = "Scenic Settlement"
    _inherit = ["mail.thread"]
    _order = "date_to desc, id desc"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    number = fields.Integer(readonly=True, copy=False, help="Without gaps, in each company.")
    name = fields.Char(compute="_compute_name", store=True)
    partner_id = fields.Many2one(
        "res.partner", required=True, index=True, tracking=True, ondelete="restrict"
    )
    date_from = fields.Date(string="From", required=True, tracking=True)
    date_to = fields.Date(string="Until", required=True, tracking=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("confirmed", "Confirmed"),
            ("billed", "Billed"),
            ("cancelled", "Taken back"),
        ],
        required=True,
        readonly=True,
        copy=False,
        default="draft",
        tracking=True,
    )
    line_ids = fields.One2many("scenic.share.line", "settlement_id", readonly=True)
    passage_count = fields.Integer(string="Lines", readonly=True, copy=False)
    amount = fields.Monetary(
        string="Share", readonly=True, copy=False, tracking=True, help="Net of tax."
    )
    base = fields.Monetary(
        string="Value of the Passages", readonly=True, copy=False, help="Net of tax."
    )
    late_count = fields.Integer(string="Lines of Earlier Periods", readonly=True, copy=False)
    late_amount = fields.Monetary(
        string="Of it Earlier Periods",
        readonly=True,
        copy=False,
        help="Passages that became known late, and what was taken back, of periods that were "
        "settled before.",
    )
    move_id = fields.Many2one(
        "account.move", string="Bill", readonly=True, copy=False, ondelete="set null"
    )
    payment_state = fields.Selection(related="move_id.payment_state")
    confirmed_at = fields.Datetime(readonly=True, copy=False)
    confirmed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    attachment_id = fields.Many2one(
        "ir.attachment", string="Passage List", readonly=True, copy=False, ondelete="set null"
    )

    _dates = models.Constraint(
        "CHECK (date_to >= date_from)", "A period cannot end before it begins."
    )
    _number_uniq = models.UniqueIndex(
        "(company_id, number) WHERE number > 0", "This number is already taken."
    )
    _period_uniq = models.UniqueIndex(
        "(company_id, partner_id, date_to) WHERE state <> 'cancelled'",
        "This partner is already settled until that day.",
    )

    @api.depends("number")
    def _compute_name(self):
        for settlement in self:
            settlement.name = f"SET/{settlement.number:05d}" if settlement.number else False

    @api.depends("name", "partner_id.name", "date_to")
    def _compute_display_name(self):
        for settlement in self:
            title = settlement.name or self.env._("Draft")
            settlement.display_name = f"{title} · {settlement.partner_id.name or ''}"

    @api.constrains("company_id", "partner_id", "date_from", "date_to", "state")
    def _check_period(self):
        for settlement in self.filtered(lambda one: one.state != "cancelled"):
            other = self.search(
                [
                    ("id", "!=", settlement.id),
                    ("company_id", "=", settlement.company_id.id),
                    ("partner_id", "=", settlement.partner_id.id),
                    ("state", "!=", "cancelled"),
                    ("date_from", "<=", settlement.date_to),
                    ("date_to", ">=", settlement.date_from),
                ],
                limit=1,
            )
            if other:
                raise ValidationError(
                    self.env._(
                        "%(settlement)s already covers %(first)s to %(last)s.",
                        settlement=other.display_name,
                        first=format_date(self.env, other.date_from),
                        last=format_date(self.env, other.date_to),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            partner = self.env["res.partner"].browse(vals.get("partner_id"))
            vals["partner_id"] = partner.commercial_partner_id.id
        settlements = super().create(vals_list)
        settlements._collect()
        return settlements

    def write(self, vals):
        frozen = {"company_id", "partner_id", "date_from", "date_to"} & vals.keys()
        if frozen and self.filtered(lambda one: one.state != "draft"):
            raise UserError(self.env._("Only a draft settlement can be changed."))
        res = super().write(vals)
        if frozen:
            self._free()
            self._collect()
        return res

    @api.ondelete(at_uninstall=False)
    def _unlink_draft(self):
        if self.filtered(lambda one: one.state != "draft"):
            raise UserError(
                self.env._("A settlement leaves a trace: take it back, do not delete it.")
            )
        self._free()

    # ------------------------------------------------------------------
    # the way of a settlement
    # ------------------------------------------------------------------

    def action_collect(self):
        """Take what was accrued since the draft was made."""
        self.filtered(lambda one: one.state == "draft")._collect()

    def action_confirm(self):
        """Number the settlement, freeze its lines and attach the list of its passages."""
        for settlement in self.filtered(lambda one: one.state == "draft"):
            settlement._collect()
            if not settlement.passage_count:
                raise UserError(
                    self.env._(
                        "Nothing is owed to %(partner)s until %(day)s.",
                        partner=settlement.partner_id.name,
                        day=format_date(self.env, settlement.date_to),
                    )
                )
            settlement.write(
                {
                    "number": settlement._next_number(),
                    "state": "confirmed",
                    "confirmed_at": fields.Datetime.now(),
                    "confirmed_by_id": self.env.uid,
                }
            )
            settlement._attach_list()

    def _next_number(self):
        """Return the next number of the company; whoever asks at the same time waits."""
        self.env.flush_all()
        cr = self.env.cr
        cr.execute(
            "SELECT pg_advisory_xact_lock(hashtext('scenic.settlement'), %s)", [self.company_id.id]
        )
        cr.execute(
            "SELECT COALESCE(MAX(number), 0) + 1 FROM scenic_settlement WHERE company_id = %s",
            [self.company_id.id],
        )
        return cr.fetchone()[0]

    def action_cancel(self):
        """Take a settlement back: its lines wait for another one, the record stays."""
        for settlement in self:
            if settlement.state not in ("draft", "confirmed"):
                raise UserError(
                    self.env._(
                        "%(settlement)s is billed: reverse its bill, that takes it back.",
                        settlement=settlement.display_name,
                    )
                )
            if bill := settlement.move_id:
                bill.button_cancel()
            settlement._take_back()

    def _take_back(self):
        """Free the lines; the amounts, the number and the list stay as the trace."""
        self.state = "cancelled"
        self._free()

    def _attach_list(self):
        """Attach the list of passages: a workbook, or text when it is too long for one."""
        self.ensure_one()
        content, extension, mimetype = self._passage_file()
        self.attachment_id = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                {
                    "name": f"{self.name.replace('/', '-')}.{extension}",
                    "datas": base64.b64encode(content),
                    "mimetype": mimetype,
                    "res_model": self._name,
                    "res_id": self.id,
                }
            )
        )
        self.message_post(
            body=self.env._("Confirmed with %(count)s lines.", count=self.passage_count),
            attachment_ids=self.attachment_id.ids,
        )

    def action_lines(self):
        """Open the lines of these settlements."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_finance.scenic_share_line_action"
        )
        return {**action, "domain": [("settlement_id", "in", self.ids)], "context": {}}

    def action_bill_open(self):
        """Open the bill."""
        return self.move_id._get_records_action()
