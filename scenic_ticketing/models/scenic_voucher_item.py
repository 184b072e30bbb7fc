import hashlib
import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..tools import voucher_sql

# 12 bytes, as tables of foreign codes at gates keep them
HASH_DIGITS = 24
# what only commands and windows write
_OURS = ("state", "ticket_id", "consumed_at", "exchange_count", "hold_token", "text_hash")


class ScenicVoucherItem(models.Model):
    """One voucher of an order: one ticket that a visitor has paid elsewhere and not got yet.

    States as in the contract of voucher channels: held -> issued -> consumed | refund_pending ->
    refunded, or back to issued | forced_refunded | expired.
    """

    _name = "scenic.voucher.item"
    _description = "Scenic Voucher"
    _order = "order_id desc, id"
    _rec_name = "number"

    order_id = fields.Many2one(
        "scenic.voucher.order", required=True, readonly=True, index=True, ondelete="cascade"
    )
    channel_id = fields.Many2one(related="order_id.channel_id", store=True, index=True)
    company_id = fields.Many2one(related="order_id.company_id", store=True, index=True)
    number = fields.Char(
        string="Item", required=True, help="As the channel calls it; filled in when it is empty."
    )
    quantity = fields.Integer(
        store=False,
        default=1,
        help="Only when orders are entered: so many vouchers like this one.",
    )
    product_id = fields.Many2one(
        "product.product",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('is_scenic_ticket', '=', True)]",
    )
    site_id = fields.Many2one(related="product_id.scenic_site_id", store=True, index=True)
    visit_date = fields.Date(required=True, index=True)
    valid_until = fields.Date(readonly=True, index=True)
    slot_id = fields.Many2one(
        "scenic.slot",
        string="Time Slot",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('kind', '=', 'slot'), ('date', '=', visit_date)]",
    )
    persons = fields.Integer(help="Who enter on it; 0 = as many as the product says.")
    voucher_text = fields.Char(
        store=False, help="What the visitor shows, as a scanner reads it. Kept as a hash."
    )
    text_hash = fields.Char(readonly=True, index="btree_not_null", copy=False)
    text_hint = fields.Char(string="Ends with", readonly=True)
    settlement_price = fields.Monetary(
        help="What the channel pays the park for this voucher, tax included. Empty: the price of "
        "the tariff for this channel."
    )
    price_paid = fields.Monetary(help="What the visitor paid the channel, tax included.")
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [
            ("held", "Held"),
            ("issued", "To exchange"),
            ("consumed", "Exchanged"),
            ("refund_pending", "Refund pending"),
            ("refunded", "Refunded"),
            ("forced_refunded", "Refunded by force"),
            ("expired", "Expired"),
        ],
        required=True,
        readonly=True,
        default="issued",
        index=True,
    )
    held_until = fields.Datetime(readonly=True)
    hold_token = fields.Char(readonly=True, copy=False)
    ticket_id = fields.Many2one(
        "scenic.ticket", readonly=True, copy=False, index="btree_not_null", ondelete="restrict"
    )
    consumed_at = fields.Datetime(string="Exchanged at", readonly=True, copy=False)
    exchange_count = fields.Integer(
        readonly=True, copy=False, help="More than 1 when an exchange was undone."
    )

    _number_uniq = models.Constraint(
        "UNIQUE (order_id, number)", "This item of the order is known already."
    )
    _ticket_uniq = models.UniqueIndex(
        "(ticket_id) WHERE ticket_id IS NOT NULL", "This ticket belongs to another voucher."
    )
    _consumed = models.Constraint(
        "CHECK (state <> 'consumed' OR ticket_id IS NOT NULL)",
        "A voucher that is exchanged has its ticket.",
    )
    _persons = models.Constraint(
        "CHECK (persons IS NULL OR persons BETWEEN 0 AND 255)",
        "A voucher is for at most 255 persons.",
    )

    def init(self):
        """Install the law of this table in the database itself."""
        super().init()
        voucher_sql.install_items(self.env.cr)

    # EXTENDS orm
    @api.model_create_multi
    def create(self, vals_list):
        """Enter vouchers: as many as ``quantity`` says, each with its places."""
        complete, more, counts = [], [], {}
        for vals in vals_list:
            vals = self._entered_vals(dict(vals))
            quantity = vals.pop("quantity", None) or 1
            order = vals.get("order_id")
            if not vals.get("number"):
                known = counts.get(order, self.search_count([("order_id", "=", order)]))
                counts[order] = known + 1
                vals["number"] = str(known + 1)
            complete.append(vals)
            number = vals["number"]
            more += [
                {**vals, "number": f"{number}/{k}", "hold_token": secrets.token_hex(16)}
                for k in range(2, quantity + 1)
            ]
        items = super().create(complete)
        twins = super().create(more) if more else self.browse()
        (items | twins)._complete_dates()
        if not self.env.context.get("scenic_places_taken"):
            (items | twins)._take_places_later()
        return items

    @api.model
    def _entered_vals(self, vals):
        """Return the values of a voucher without what only we write, its text as a hash."""
        if not self.env.su:
            for name in _OURS:
                vals.pop(name, None)
        text = (vals.pop("voucher_text", None) or "").strip()
        if text:
            vals["text_hash"] = self._text_hash(text)
            vals["text_hint"] = text[-4:]
        vals["hold_token"] = secrets.token_hex(16)
        return vals

    def _complete_dates(self):
        for item in self.sudo():
            item._check_product()
            dates = item.product_id.product_tmpl_id._scenic_dates(item.visit_date)
            item.visit_date, item.valid_until = dates

    def _check_product(self):
        product = self.product_id
        if not product.is_scenic_ticket or product.scenic_site_id.company_id != self.company_id:
            raise ValidationError(
                self.env._(
                    "%(product)s is no ticket that %(company)s sells: choose another product for "
                    "%(order)s.",
                    product=product.display_name,
                    company=self.company_id.name,
                    order=self.order_id.display_name,
                )
            )

    @api.model
    def _text_hash(self, text):
        """Return by what a voucher's text is found; capitals and outer blanks do not matter."""
        return hashlib.sha256(text.strip().upper().encode()).hexdigest()[:HASH_DIGITS]

    @api.model
    def _of_text(self, text):
        return self.search([("text_hash", "=", self._text_hash(text))], limit=100)

    def _lock(self):
        """Lock the vouchers in one order for everybody, and forget what was read before.

        Story: a window exchanges a voucher while its channel refunds it. Whoever comes second
        waits here; then its snapshot is too old, and Odoo runs the whole request again, which now
        reads what the first one did.
        """
        self.flush_recordset()
        voucher_sql.lock_items(self.env.cr, self.ids)
        self.invalidate_recordset()

    # ------------------------------------------------------------------
    # places
    # ------------------------------------------------------------------

    def _take_places_later(self):
        """Hold the places of vouchers that were sold elsewhere, when this is really written.

        The test run of an import writes nothing, so it must not hold anything.
        """
        precommit = self.env.cr.precommit
        pending = precommit.data.setdefault("scenic_voucher_places", [])
        if not pending:
            precommit.add(self._take_pending_places)
        pending += self.ids

    @api.model
    def _take_pending_places(self):
        ids = self.env.cr.precommit.data.pop("scenic_voucher_places", [])
        self.browse(ids).exists().sudo()._take_places(force=True)

    def _take_places(self, force=False, minutes=None):
        """Hold places for these vouchers until their last day is over; raises SoldOut.

        ``force``: the channel has sold them already. Then what is over is told.
        """
        holds = self.env["scenic.hold"]
        for item in self.sudo():
            wants = [
                {
                    "product_id": item.product_id.id,
                    "date": item.visit_date,
                    "slot_id": item.slot_id.id,
                    "persons": item._persons_wanted(),
                }
            ]
            needs = self.env["scenic.slot"]._needs(wants)
            if not needs:
                continue
            left = item._minutes_left() if minutes is None else minutes
            _hold, over = holds._take_needs(
                needs, item.channel_id, left, item._hold_ref(), force=force
            )
            for slot_id, persons in over:
                item._report_oversold(slot_id, persons)

    def _persons_wanted(self):
        return self.persons or self.product_id.product_tmpl_id._scenic_mould().pax

    def _hold_ref(self):
        return f"voucher:{self.sudo().hold_token}"

    def _minutes_left(self):
        """Return the minutes until the last valid day is over, at least a day."""
        end = self.site_id._moment(fields.Date.add(self.valid_until, days=1), 0)
        left = (end - fields.Datetime.now()).total_seconds() / 60
        return max(24 * 60, int(left))

    def _report_oversold(self, slot_id, persons):
        self.env["scenic.incident"].sudo().create(
            {
                "kind": "oversold",
                "site_id": self.site_id.id,
                "company_id": self.company_id.id,
                "facts": self.env._(
                    "%(slot)s: %(order)s was sold for %(persons)s persons more than there were "
                    "places. Move or refund somebody before the visitors come.",
                    slot=self.env["scenic.hold"]._slot_name(slot_id),
                    order=self.order_id.display_name,
                    persons=persons,
                ),
            }
        )

    def _give_places_back(self):
        self.env["scenic.hold"]._release_refs([item._hold_ref() for item in self])

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if self:
            raise UserError(
                self.env._("A voucher is never deleted: what its channel sold stays known.")
            )

    # ------------------------------------------------------------------
    # time
    # ------------------------------------------------------------------

    @api.model
    def _cron_expire(self):
        """Expire vouchers whose last day, or whose reservation, is over."""
        over = self.sudo().search(
            [("state", "=", "held"), ("held_until", "<", fields.Datetime.now())]
        )
        waiting = Domain("state", "in", ("held", "issued"))
        # a night show is not over at midnight
        shown = Domain("slot_id.end_at", "<=", fields.Datetime.now())
        waiting &= Domain("slot_id", "=", False) | shown
        for (site,) in self.sudo()._read_group(waiting, ["site_id"]):
            late = Domain("site_id", "=", site.id) & Domain("valid_until", "<", site._today())
            over |= self.sudo().search(waiting & late)
        over._lock()
        over = over.filtered(lambda item: item.state in ("held", "issued"))
        over.write({"state": "expired"})
        over._give_places_back()
