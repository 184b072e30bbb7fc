from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..iot_handlers.scenic_rules.ticket_code import NO_SLOT

QUARTER = 15  # minutes; the ticket code counts a day in quarters of an hour
DAY = 24 * 60  # minutes


class ScenicSlot(models.Model):
    """So many persons into a zone at a time of a day; or into a site or zone on a day.

    The counters belong to the functions of ``tools/slot_sql.py``: everybody else reads them.
    """

    _name = "scenic.slot"
    _description = "Time Slot"
    _inherit = ["mail.thread"]
    _order = "date, start_minute, zone_id, id"
    _check_company_auto = True

    kind = fields.Selection(
        [("slot", "Time slot"), ("day", "Whole day")], required=True, default="slot", readonly=True
    )
    site_id = fields.Many2one(
        "scenic.site",
        required=True,
        index=True,
        ondelete="restrict",
        compute="_compute_site_id",
        store=True,
        readonly=False,
        precompute=True,
    )
    company_id = fields.Many2one(related="site_id.company_id", store=True, index=True)
    zone_id = fields.Many2one(
        "scenic.zone",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('site_id', '=?', site_id)]",
        help="Where the visitors go. A whole day without a zone counts for the whole site.",
    )
    date = fields.Date(required=True, index=True, help="Day at the site.")
    start_minute = fields.Integer(
        required=True, default=600, help="Minutes after midnight at the site, in steps of 15."
    )
    length_minute = fields.Integer(
        string="Length (minutes)",
        required=True,
        default=60,
        help="In steps of 15. 0 = until the end of the day. A slot that passes midnight belongs to "
        "the day on which it begins.",
    )
    start_time = fields.Float(
        string="Starts at",
        compute="_compute_start_time",
        inverse="_inverse_start_time",
        help="Hour of the day at the site, in quarters of an hour.",
    )
    start_at = fields.Datetime(string="Start", compute="_compute_moments", store=True, index=True)
    end_at = fields.Datetime(string="End", compute="_compute_moments", store=True)
    time_text = fields.Char(string="Time", compute="_compute_time_text")
    template_id = fields.Many2one(
        "scenic.slot.template",
        string="Timetable",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
    )
    state = fields.Selection(
        [("open", "On sale"), ("closed", "Closed for sale"), ("cancelled", "Cancelled")],
        required=True,
        default="open",
        tracking=True,
        copy=False,
    )
    capacity = fields.Integer(
        required=True, default=100, tracking=True, help="Most persons, all channels together."
    )
    taken = fields.Integer(
        readonly=True,
        default=0,
        copy=False,
        help="Persons to whom a place is sold, or held while they pay.",
    )
    reserved = fields.Integer(
        readonly=True,
        default=0,
        copy=False,
        help="Places not sold yet that quotas keep for their channels.",
    )
    oversold = fields.Integer(
        readonly=True,
        default=0,
        copy=False,
        help="Places sold beyond the capacity, because the money was already taken.",
    )
    has_quota = fields.Boolean(readonly=True, default=False, copy=False)
    quota_ids = fields.One2many("scenic.slot.quota", "slot_id", string="Quotas", copy=True)
    free = fields.Integer(
        compute="_compute_free",
        search="_search_free",
        help="Places that any channel can sell; without those kept by quotas.",
    )
    fill = fields.Float(
        string="Filled (%)", compute="_compute_free", help="Sold and held places of the capacity."
    )
    ticket_ids = fields.One2many("scenic.ticket", "slot_id", string="Tickets")
    ticket_count = fields.Integer(compute="_compute_ticket_count")

    _slot_uniq = models.UniqueIndex(
        "(zone_id, date, start_minute) WHERE kind = 'slot'",
        "This zone already has a slot at that time of that day.",
    )
    _day_uniq = models.UniqueIndex(
        "(site_id, date, COALESCE(zone_id, 0)) WHERE kind = 'day'",
        "The places of that day are already counted.",
    )
    _room = models.Constraint(
        "CHECK (taken >= 0 AND reserved >= 0 AND oversold >= 0"
        " AND taken + reserved <= capacity + oversold)",
        "More places are sold, held or kept by quotas than that. Move or refund tickets first, or "
        "reduce a quota.",
    )
    _times = models.Constraint(
        "CHECK (start_minute BETWEEN 0 AND 1425 AND start_minute % 15 = 0"
        " AND length_minute BETWEEN 0 AND 1440 AND length_minute % 15 = 0)",
        "A slot begins and ends at quarters of an hour. It may pass midnight, and lasts at most "
        "24 hours.",
    )
    _zone = models.Constraint(
        "CHECK (kind = 'day' OR zone_id IS NOT NULL)", "A slot is for one zone."
    )
    _capacity = models.Constraint("CHECK (capacity >= 0)", "A capacity cannot be negative.")

    @api.depends("zone_id")
    def _compute_site_id(self):
        for slot in self:
            slot.site_id = slot.zone_id.site_id or slot.site_id

    @api.depends("start_minute")
    def _compute_start_time(self):
        for slot in self:
            slot.start_time = slot.start_minute / 60

    def _inverse_start_time(self):
        for slot in self:
            slot.start_minute = round(slot.start_time * 60 / QUARTER) * QUARTER

    @api.depends("date", "start_minute", "length_minute", "site_id")
    def _compute_moments(self):
        for slot in self:
            slot.start_at = slot.end_at = False
            if slot.site_id and slot.date:
                slot.start_at = slot.site_id._moment(slot.date, slot.start_minute)
                slot.end_at = slot.site_id._moment(slot.date, slot._end_minute())

    def _end_minute(self):
        self.ensure_one()
        return self.start_minute + self.length_minute if self.length_minute else DAY

    @api.depends("start_minute", "length_minute", "kind")
    def _compute_time_text(self):
        for slot in self:
            slot.time_text = (
                self.env._("whole day")
                if slot.kind == "day"
                else f"{clock(slot.start_minute)}–{clock(slot._end_minute())}"
            )

    @api.depends("zone_id.name", "site_id.name", "date", "time_text")
    @api.depends_context("scenic_slot_fill")
    def _compute_display_name(self):
        # a calendar shows day and hour by itself, and wants to know how full it is
        with_fill = self.env.context.get("scenic_slot_fill")
        for slot in self:
            place = slot.zone_id.name or slot.site_id.name or ""
            if with_fill:
                slot.display_name = f"{place} {slot.taken}/{slot.capacity} {slot.time_text}"
            else:
                slot.display_name = f"{place} {slot.date or ''} {slot.time_text}"

    @api.depends("capacity", "taken", "reserved", "state")
    def _compute_free(self):
        for slot in self:
            slot.free = max(0, slot.capacity - slot.taken - slot.reserved)
            slot.fill = 100 * slot.taken / slot.capacity if slot.capacity else 0.0

    def _search_free(self, operator, value):
        if operator not in (">", ">=", "<", "<="):
            return NotImplemented
        free = SQL("GREATEST(0, capacity - taken - reserved)")
        compare = {">": SQL(">"), ">=": SQL(">="), "<": SQL("<"), "<=": SQL("<=")}[operator]
        rows = self.env.execute_query(
            SQL("SELECT id FROM scenic_slot WHERE %s %s %s", free, compare, value)
        )
        return [("id", "in", [slot_id for (slot_id,) in rows])]

    def _compute_ticket_count(self):
        counts = dict(
            self.env["scenic.ticket"]._read_group(
                [("slot_id", "in", self.ids)], ["slot_id"], ["__count"]
            )
        )
        for slot in self:
            slot.ticket_count = counts.get(slot, 0)

    @api.constrains("zone_id", "site_id")
    def _check_zone(self):
        for slot in self.filtered("zone_id"):
            if slot.zone_id.site_id != slot.site_id:
                raise ValidationError(
                    self.env._(
                        "%(zone)s does not belong to %(site)s.",
                        zone=slot.zone_id.name,
                        site=slot.site_id.name,
                    )
                )

    def write(self, vals):
        frozen = {"zone_id", "site_id", "date", "start_minute", "start_time", "length_minute"}
        if frozen & vals.keys():
            self._check_untouched()
        return super().write(vals)

    def _check_untouched(self):
        """Refuse to shift a slot under the feet of those who have a ticket for it."""
        for slot in self.filtered("taken"):
            raise UserError(
                self.env._(
                    "%(count)s places of %(slot)s are sold or held. Use Move or Cancel: it takes "
                    "the tickets along.",
                    count=slot.taken,
                    slot=slot.display_name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_untouched(self):
        self._check_untouched()
        if (
            tickets := self.env["scenic.ticket"]
            .sudo()
            .search([("slot_id", "in", self.ids)], limit=1)
        ):
            raise UserError(
                self.env._(
                    "%(slot)s has tickets. Cancel it instead, so that they keep their history.",
                    slot=tickets.slot_id.display_name,
                )
            )

    def _code_slot(self):
        """Return ``(start, length)`` in quarters, as the ticket code has them."""
        if not self:
            return NO_SLOT, 0
        return self.start_minute // QUARTER, self.length_minute // QUARTER

    # ------------------------------------------------------------------
    # screens
    # ------------------------------------------------------------------

    def action_close(self):
        """Stop selling; tickets that are sold stay good."""
        self.filtered(lambda slot: slot.state == "open").write({"state": "closed"})

    def action_open(self):
        """Sell again."""
        self.filtered(lambda slot: slot.state != "open").write({"state": "open"})

    def action_tickets(self):
        """Open the tickets of this slot."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_ticketing.scenic_ticket_action"
        )
        action["domain"] = [("slot_id", "in", self.ids)]
        action["context"] = {}
        return action

    def _wall_times(self):
        """Return ``(day, start, end)`` as texts, for tickets and letters."""
        self.ensure_one()
        return (
            fields.Date.to_string(self.date),
            clock(self.start_minute),
            clock(self._end_minute()),
        )


def clock(minute):
    """Return minutes after midnight as a clock shows them; the end of the day is 24:00."""
    minute = minute - DAY if minute > DAY else minute
    return f"{minute // 60:02d}:{minute % 60:02d}"
