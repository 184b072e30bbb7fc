from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import rehearsal_sql

# tickets that one request plays; the rest of a very big day follows in the background
TICKETS_AT_ONCE = 20_000
_OPEN = ("draft", "submitted")


class ScenicRehearsal(models.Model):
    """A past day played again with a draft: who would be refused, who admitted, what it earns."""

    _name = "scenic.rehearsal"
    _description = "Rehearsal of a Draft"
    _order = "id desc"
    _rec_name = "draft_ref"

    draft_ref = fields.Reference(
        selection="_selection_draft_ref",
        string="Draft",
        required=True,
        index=True,
        help="The draft that is played; it stays a draft.",
    )
    edit_no = fields.Integer(readonly=True, aggregator=None)
    site_id = fields.Many2one(
        "scenic.site",
        required=True,
        ondelete="restrict",
        index=True,
        default=lambda self: self.env["scenic.site"].search([], limit=1),
    )
    company_id = fields.Many2one(related="site_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    day = fields.Date(
        string="Past Day",
        required=True,
        help="Sales and scans of this day, by the site's clock. A busy day shows most.",
    )
    resold = fields.Boolean(
        string="Sell the Tickets Anew",
        default=True,
        help="Yes: what a day like this would be, the tickets being sold by the draft as well. No: "
        "what becomes of tickets already sold, which keep their dates and rights.",
    )
    state = fields.Selection(
        [("new", "To Play"), ("running", "Playing"), ("done", "Played")],
        string="Status",
        required=True,
        readonly=True,
        default="new",
        index=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Played By",
        readonly=True,
        default=lambda self: self.env.user,
        ondelete="restrict",
    )
    played_at = fields.Datetime(string="Played On", readonly=True)
    ticket_total = fields.Integer(string="Tickets", readonly=True)
    ticket_done = fields.Integer(string="Tickets Played", readonly=True)
    last_ticket = fields.Integer(readonly=True, aggregator=None)
    progress = fields.Float(compute="_compute_progress")

    scan_ids = fields.One2many("scenic.rehearsal.scan", "rehearsal_id", readonly=True)
    sale_ids = fields.One2many("scenic.rehearsal.sale", "rehearsal_id", readonly=True)
    scan_count = fields.Integer(string="Scans", readonly=True)
    same_count = fields.Integer(string="Decided the Same", readonly=True)
    refused_count = fields.Integer(string="Would Be Refused", readonly=True)
    admitted_count = fields.Integer(string="Would Be Admitted", readonly=True)
    staff_count = fields.Integer(string="Would Need an Attendant", readonly=True)
    reason_count = fields.Integer(string="Other Reason", readonly=True)
    skipped_count = fields.Integer(
        string="Not Judged",
        readonly=True,
        help="Refused scans that no rule decided: forged, damaged, refunded or foreign codes.",
    )
    paid_amount = fields.Monetary(string="Paid Then", readonly=True)
    live_amount = fields.Monetary(string="At Today's Prices", readonly=True)
    draft_amount = fields.Monetary(string="With the Draft", readonly=True)
    difference = fields.Monetary(compute="_compute_difference", store=True)
    unsold_count = fields.Integer(
        string="Tickets No Longer Sold",
        readonly=True,
        help="Tickets of that day that could not be sold for their visit date with the draft.",
    )
    findings = fields.Json(string="Found", readonly=True)
    error_count = fields.Integer(string="Errors", readonly=True)
    findings_html = fields.Html(string="Findings", compute="_compute_findings_html", sanitize=False)

    @api.model
    def _selection_draft_ref(self):
        return [
            (name, model._description)
            for name, model in self.env.items()
            if "replaces_id" in model._fields and not model._abstract and "edit_no" in model._fields
        ]

    # EXTENDS base
    @api.model
    def default_get(self, names):
        values = super().default_get(names)
        if "day" in names and not values.get("day"):
            values["day"] = self._last_day(values.get("site_id"))
        return values

    @api.model
    def _last_day(self, site_id):
        """Return the last past day with passages, yesterday when there is none."""
        site = self.env["scenic.site"].browse(site_id or [])
        if not site:
            return False
        last = self.env["scenic.redemption"].search(
            [
                ("zone_id.site_id", "=", site.id),
                ("happened_at", "<", site._midnight(site._today())),
            ],
            order="happened_at desc",
            limit=1,
        )
        if last:
            return site._today(last.happened_at)
        return site._today() - timedelta(1)

    @api.depends("draft_ref", "day")
    def _compute_display_name(self):
        for record in self:
            record.display_name = f"{record.draft_ref.display_name or ''} · {record.day or ''}"

    @api.depends("ticket_total", "ticket_done", "state")
    def _compute_progress(self):
        for record in self:
            whole = record.ticket_total or 1
            record.progress = 100 if record.state == "done" else 100 * record.ticket_done / whole

    @api.depends("live_amount", "draft_amount")
    def _compute_difference(self):
        for record in self:
            record.difference = record.draft_amount - record.live_amount

    @api.depends("findings")
    def _compute_findings_html(self):
        for record in self:
            record.findings_html = self.env["scenic.publishable"]._findings_list(
                record.findings or []
            )

    # ------------------------------------------------------------------
    # playing
    # ------------------------------------------------------------------

    def action_play(self):
        """Play the day; a very big one goes on in the background."""
        self.ensure_one()
        self.check_access("write")
        self._check_may_play()
        mine = self.sudo()
        mine._begin()
        mine._play(TICKETS_AT_ONCE)
        if mine.state == "running":
            self.env.ref("scenic_ticketing.ir_cron_rehearsal").sudo()._trigger()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _check_may_play(self):
        draft = self.draft_ref
        if not draft or not draft.exists() or draft.state not in _OPEN:
            raise UserError(
                self.env._("Only a draft can be rehearsed. Make a draft and choose Rehearse there.")
            )
        if self.day >= self.site_id._today():
            raise UserError(
                self.env._("%(day)s is not over yet. Choose a day in the past.", day=self.day)
            )

    def _products(self):
        """Return the products of the draft that this site admits."""
        return (
            self.draft_ref.sudo()
            ._rehearsed_products()
            .filtered(lambda product: product.scenic_site_id == self.site_id)
        )

    def _span(self):
        """Return the first moment of the day and of the next one, naive UTC."""
        site = self.site_id
        return site._midnight(self.day), site._midnight(self.day + timedelta(1))

    def _begin(self):
        """Forget an earlier result, judge the draft itself and play the sales."""
        self.scan_ids.unlink()
        self.sale_ids.unlink()
        draft = self.draft_ref.sudo()
        findings = [
            {"severity": item["severity"], "message": str(item["message"])}
            for item in draft._findings() + draft._trial_findings()
        ]
        self.write(
            {
                **dict.fromkeys(self._counters(), 0),
                "state": "running",
                "edit_no": draft.edit_no,
                "user_id": self.env.uid,
                "played_at": fields.Datetime.now(),
                "findings": findings,
                "error_count": sum(item["severity"] == "error" for item in findings),
                "ticket_total": len(self._tickets()),
            }
        )
        self._play_sales()

    @api.model
    def _counters(self):
        return (
            "ticket_done",
            "last_ticket",
            "scan_count",
            "same_count",
            "refused_count",
            "admitted_count",
            "staff_count",
            "reason_count",
            "skipped_count",
            "unsold_count",
        )

    def _tickets(self):
        """Return the ids of the tickets that were shown on the day, ascending."""
        begin, end = self._span()
        zones = self.site_id.with_context(active_test=False).zone_ids
        products = self._products()
        used = rehearsal_sql.used_tickets(self.env, products.ids, zones.ids, begin, end)
        shown = self.env["scenic.ticket"].search(
            [
                ("uid", "in", list({scan["uid"] for scan in self._refused_scans(begin, end)})),
                ("product_tmpl_id", "in", products.ids),
            ]
        )
        return sorted({*used, *shown.ids})

    # hooks of the addons that know gates

    def _refused_scans(self, begin, end):
        """Return the refused scans of [begin, end): dicts uid, at, lane, zone, reason."""
        return []

    def _exits(self, uids, end):
        """Return (uid, moment) of the tickets ``uids`` that were seen to leave before ``end``."""
        return []

    def _lane_entrances(self):
        """Return {lane code: entrance bit} of the lanes that belong to one entrance."""
        return {}

    def _cron_play(self):
        """Go on with the rehearsals of very big days."""
        running = self.search([("state", "=", "running")], order="id", limit=1)
        running._play(TICKETS_AT_ONCE)
        if self.search_count([("state", "=", "running")], limit=1):
            # one step a transaction, so that the progress can be seen
            self.env.ref("scenic_ticketing.ir_cron_rehearsal")._trigger()
