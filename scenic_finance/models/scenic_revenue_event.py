from collections import defaultdict

from odoo import api, fields, models

from ..tools import allocation, revenue_sql


class LooseMany2one(fields.Many2one):
    """A many2one without a foreign key.

    The company of an event is its ticket's, which is frozen and has the key. A second one would
    make every gate lock the same row of the same company, at a third of the cost of the insert.
    """

    def update_db_foreign_key(self, model, column):
        """Add nothing."""


class ScenicRevenueEvent(models.Model):
    """Net value that leaves the contract liability: by a use, an expiry, a kept fee or back."""

    _name = "scenic.revenue.event"
    _description = "Scenic Revenue Event"
    _order = "id desc"
    # half a million rows a day at a big park: no columns that repeat what the row already says
    _log_access = False

    ticket_id = fields.Many2one(
        "scenic.ticket", required=True, readonly=True, index=True, ondelete="restrict"
    )
    redemption_id = fields.Many2one(
        "scenic.redemption", readonly=True, ondelete="restrict", help="The use behind a use event."
    )
    reuses_id = fields.Many2one(
        "scenic.redemption",
        string="Earns Again",
        readonly=True,
        ondelete="restrict",
        help="The reversal whose value this use earns again.",
    )
    company_id = LooseMany2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        [
            ("use", "Use"),
            ("expire", "Expiry"),
            ("fee", "Refund fee"),
            ("rounding", "Rounding of a refund"),
            ("reversal", "Reversed use"),
            ("adjust", "Price of the invoice"),
        ],
        required=True,
        readonly=True,
    )
    amount = fields.Monetary(
        required=True,
        readonly=True,
        help="What leaves the contract liability, net of tax, in the company's currency; negative "
        "when it comes back.",
    )
    day = fields.Date(
        required=True, readonly=True, help="Day on which it happened, in the site's time zone."
    )
    happened_at = fields.Datetime(required=True, readonly=True)
    received_at = fields.Datetime(
        required=True, readonly=True, help="When the books learned of it."
    )
    recognition_id = fields.Many2one(
        "scenic.recognition",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The batch that posted this value; empty until then.",
    )
    unused_zone_id = fields.Many2one(
        "scenic.zone",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The zone that nobody entered, of a value that expired.",
    )
    product_id = fields.Many2one(related="ticket_id.product_id")
    zone_id = fields.Many2one(related="redemption_id.zone_id")

    _redemption_uniq = models.Constraint(
        "UNIQUE (redemption_id)", "The value of this use is already in the books."
    )
    _reuses_uniq = models.UniqueIndex(
        "(reuses_id) WHERE reuses_id IS NOT NULL", "This reversal was already earned again."
    )
    _unclaimed = models.Index("(company_id, day) WHERE recognition_id IS NULL")

    def init(self):
        super().init()
        revenue_sql.install(self.env.cr)

    @api.depends("kind", "ticket_id.alias")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for event in self:
            event.display_name = f"{event.ticket_id.alias}: {kinds[event.kind]}"

    @api.model
    def _append_uses(self, redemption_ids):
        """Add the value of redemptions that were just appended, in their order."""
        if not redemption_ids:
            return
        self.env.cr.execute(revenue_sql.APPEND_PLAIN, [redemption_ids])
        if self.env.cr.fetchone()[0] < len(redemption_ids):
            self._append_unusual(redemption_ids)
        self._forget()

    @api.model
    def _append_unusual(self, redemption_ids):
        """Add the value of reversals, of uses beyond the sold rights and of late ones."""
        self.env.cr.execute(revenue_sql.USES, [redemption_ids])
        rows = self.env.cr.dictfetchall()
        released, chosen = self._released(rows), self._chosen(rows)
        events, amounts = [], {}
        for row in rows:
            amount, reuses = self._choice_amount(row, amounts, released, chosen)
            amounts[row["id"]] = amount
            events.append((row["id"], row["kind"], amount, reuses))
            if amount and row["expired"]:
                # a use that we hear of after the expiry takes its part of the breakage back
                events.append((row["id"], "expire", -amount, None))
        columns = [list(column) for column in zip(*events, strict=True)]
        self.env.cr.execute(revenue_sql.APPEND_USES, columns)

    @api.model
    def _use_amount(self, row, amounts, released):
        """Return ``(amount, reversal that is earned again)`` of one redemption.

        ``amounts`` holds what earlier rows of the same batch were worth, ``released`` what
        reversals gave back and nobody earned again yet, by ticket and zone.
        """
        if not row["deferred"]:
            return 0.0, None
        pool = released[row["ticket_id"], row["zone_id"]]
        if row["kind"] == "reversal":
            reversed_amount = amounts.get(row["reverses_id"], row["reversed"])
            amount = -float(reversed_amount or 0.0)
            if amount:
                pool.append((row["id"], -amount))
            return amount, None
        if pool and row["use_no"] > max(row["rights"], 1):
            reuses, amount = pool.pop()
            return amount, reuses
        units = allocation.use_value(row["zone_value"], row["rights"], row["use_no"])
        return allocation.from_units(units, row["rounding"]), None

    @api.model
    def _choice_amount(self, row, amounts, released, chosen):
        """Return as ``_use_amount``, within what an either-or choice still has.

        Whichever zone is used takes the value of the choice. Two zones may be used all the same,
        by gates that could not hear of each other: then the second one finds nothing left.
        """
        if not row["choice"] or not row["deferred"]:
            return self._use_amount(row, amounts, released)
        number, whole = row["choice"]
        key, pool = (row["ticket_id"], number), released[row["ticket_id"], row["zone_id"]]
        before = list(pool)
        amount, reuses = self._use_amount(row, amounts, released)
        units = allocation.to_units(amount, row["rounding"])
        if units > whole - chosen[key]:
            units, reuses = whole - chosen[key], None
            pool[:] = before
        chosen[key] += units
        return allocation.from_units(units, row["rounding"]), reuses

    @api.model
    def _chosen(self, rows):
        """Return {(ticket, choice): units released so far} of the tickets with choices."""
        chosen = defaultdict(int)
        tickets = {row["ticket_id"] for row in rows if row["choice"]}
        if tickets:
            self.env.cr.execute(revenue_sql.CHOSEN, [list(tickets)])
            for ticket_id, number, units in self.env.cr.fetchall():
                chosen[ticket_id, number] = int(units)
        return chosen

    @api.model
    def _released(self, rows):
        """Return what reversals gave back to the tickets that are used beyond their rights."""
        released = defaultdict(list)
        beyond = {row["ticket_id"] for row in rows if (row["use_no"] or 0) > max(row["rights"], 1)}
        if beyond:
            self.env.cr.execute(revenue_sql.RELEASED, [list(beyond)])
            for ticket_id, zone_id, redemption_id, amount in self.env.cr.fetchall():
                released[ticket_id, zone_id].append((redemption_id, float(amount)))
        return released

    @api.model
    def _append_expiry(self, tickets):
        """Release what expired tickets still hold."""
        if tickets:
            self.env.flush_all()
            self.env.cr.execute(revenue_sql.EXPIRE, [tickets.ids])
            self._forget()

    @api.model
    def _append_kept(self, kept):
        """Release what refunds did not return; ``kept`` lists ``(ticket, kind, amount)``."""
        if kept:
            self.env.flush_all()
            rows = [row for item in kept for row in self._kept_rows(*item)]
            columns = [list(column) for column in zip(*rows, strict=True)]
            self.env.cr.execute(revenue_sql.KEEP, columns)
            self._forget()

    @api.model
    def _kept_rows(self, ticket, kind, amount):
        """Return ``(ticket, kind, amount, zone)`` rows: an expiry is taken back zone by zone."""
        parts = {None: amount}
        if kind == "expire":
            self.env.cr.execute(revenue_sql.EXPIRED, [ticket.id])
            expired = dict(self.env.cr.fetchall()) or {None: 1}
            unit = ticket.currency_id.rounding
            units = allocation.split_by_weight(
                -allocation.to_units(amount, unit), list(expired.values())
            )
            parts = {
                zone: -allocation.from_units(part, unit)
                for zone, part in zip(expired, units, strict=True)
            }
        # an event of nothing says that something else than the price is released with it
        return [(ticket.id, kind, part, zone) for zone, part in parts.items() if part or not amount]

    @api.model
    def _append_adjustments(self, adjusted):
        """Release what invoices differ by from used tickets; lists ``(ticket, amount)``."""
        adjusted = [(ticket, amount) for ticket, amount in adjusted if amount]
        if adjusted:
            self.env.flush_all()
            ids = [ticket.id for ticket, _amount in adjusted]
            days = [ticket.site_id._today() for ticket, _amount in adjusted]
            amounts = [amount for _ticket, amount in adjusted]
            self.env.cr.execute(revenue_sql.ADJUST, [ids, days, amounts])
            self._forget()

    @api.model
    def _forget(self):
        """Drop what caches know of events: they are written past the ORM."""
        self.invalidate_model(flush=False)
        self.env["scenic.ticket"].invalidate_model(
            ["revenue_event_ids", "remaining_value"], flush=False
        )
