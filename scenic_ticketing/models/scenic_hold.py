import secrets
from contextlib import contextmanager
from datetime import timedelta

from psycopg2 import errors

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import slot_sql

MINUTES = 15
# a sale needs far less, but its hold must not expire under it
_SALE_MINUTES = 10
_TRIES = 5
_COLLISIONS = (
    errors.DeadlockDetected,
    errors.LockNotAvailable,
    errors.SerializationFailure,
    errors.UniqueViolation,
)
_KEPT_DAYS = 7
_COUNTERS = ["taken", "reserved", "oversold"]


class SoldOut(UserError):
    """There is no room; ``reason`` is a stable code, ``left`` what the channel can still sell."""

    reason = "E_SOLD_OUT"

    def __init__(self, message, slot_id=None, left=0):
        super().__init__(message)
        self.slot_id = slot_id
        self.left = left


class ScenicHold(models.Model):
    """Places kept for somebody who is paying: they become a sale, or come back.

    ``token`` names the hold at the caller. Whether a hold is sold is decided by the table
    ``scenic_hold_end`` (see ``tools/slot_sql.py``); ``state`` follows when the hold is due.
    """

    _name = "scenic.hold"
    _description = "Held Places"
    _order = "id desc"
    _rec_name = "token"

    token = fields.Char(required=True, readonly=True)
    site_id = fields.Many2one("scenic.site", readonly=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", readonly=True, ondelete="restrict")
    channel_id = fields.Many2one("scenic.channel", readonly=True, ondelete="restrict")
    expires_at = fields.Datetime(required=True, readonly=True)
    state = fields.Selection(
        [
            ("held", "Held"),
            ("sold", "Sold"),
            ("released", "Given back"),
            ("expired", "Expired"),
        ],
        required=True,
        readonly=True,
        default="held",
    )
    line_ids = fields.One2many("scenic.hold.line", "hold_id", readonly=True)
    persons = fields.Integer(compute="_compute_persons")

    _token_uniq = models.UniqueIndex(
        "(token) WHERE state = 'held'", "These places are held already."
    )
    _due = models.Index("(expires_at) WHERE state = 'held'")

    def init(self):
        """Install what PostgreSQL itself does about room."""
        super().init()
        slot_sql.install(self.env.cr)

    @api.depends("line_ids.persons")
    def _compute_persons(self):
        for hold in self:
            hold.persons = max(hold.line_ids.mapped("persons"), default=0)

    # ------------------------------------------------------------------
    # short transactions
    # ------------------------------------------------------------------

    @api.model
    @contextmanager
    def _short_transaction(self):
        """Give this model on a READ COMMITTED transaction of its own, see scenic.redemption."""
        if "cursor" in vars(self.env.registry):
            # a test shares its transaction with us: what it prepared has to be there
            self.env.flush_all()
        with self.env["scenic.redemption"]._short_transaction() as ledger:
            yield ledger.env["scenic.hold"]

    @api.model
    def _in_short_transaction(self, work):
        """Return ``work(cursor)``, done and committed; tried again after a deadlock.

        And after two seconds of waiting: where a machine stood still, nobody held on for long.
        """
        for turn in range(_TRIES):
            try:
                with self._short_transaction() as own:
                    return work(own.env.cr)
            except _COLLISIONS:
                if turn == _TRIES - 1:
                    raise
        return None

    # ------------------------------------------------------------------
    # taking and giving
    # ------------------------------------------------------------------

    @api.model
    def _take(self, wants, channel=None, minutes=MINUTES, ref=None, force=False):
        """Hold places for ``minutes``; returns the hold, committed. Raises SoldOut.

        ``wants``: list of ``{"product_id", "date", "slot_id", "persons"}``; the daily capacities
        that the product counts in are taken along. ``ref`` names the hold: a second call with it
        replaces what the first one holds, in one step. No room for all is no room: nothing is
        held then, and an earlier hold of that ref stays as it was.
        """
        needs = self.env["scenic.slot"]._needs(wants)
        hold_id, _over = self._take_needs(needs, channel, minutes, ref, force)
        return self.browse(hold_id)

    @api.model
    def _take_needs(self, needs, channel, minutes=MINUTES, ref=None, force=False):
        """Hold ``{slot id: persons}``; returns ``(hold id or None, [(slot id, persons over)])``."""
        token = ref or secrets.token_hex(16)
        slots = self.env["scenic.slot"].browse(needs)

        def attempt(force=False):
            rows = self._in_short_transaction(
                lambda cr: self._try_take(cr, token, needs, channel, minutes, force)
            )
            return rows, next((row for row in rows if not row["fits"]), None)

        rows, refused = attempt()
        # somebody's time may be over, or something was given back a moment ago
        if refused and slots._sweep():
            rows, refused = attempt()
        if refused and not force:
            self._raise_sold_out(refused, needs)
        if refused:
            rows, refused = attempt(force=True)
        slots.invalidate_recordset(_COUNTERS)
        over = [(row["slot_id"], row["over"]) for row in rows if row["over"]]
        return (rows[0]["hold_id"] if rows else None), over

    @api.model
    def _try_take(self, cr, token, needs, channel, minutes, force):
        old = slot_sql.keep_for_sale(cr, [token], 0)
        if old:
            slot_sql.end_holds(cr, [hold_id for hold_id, _channel, _needs in old.values()])
        if not needs:
            return []
        expires = fields.Datetime.now() + timedelta(minutes=minutes)
        channel_id = channel.id if channel else None
        rows = slot_sql.take(cr, token, channel_id, expires, needs, self.env.uid, force)
        if not force and not all(row["fits"] for row in rows):
            cr.rollback()
        return rows

    @api.model
    def _keep_or_take(self, cr, tokens, needs, channel, ref):
        """Keep the holds of a sale; where it has none, take all it needs if there is room.

        Returns ``(holds kept, id of the hold taken or None)``: most sales are done with this.
        """
        kept = slot_sql.keep_for_sale(cr, tokens, _SALE_MINUTES)
        if kept:
            return kept, None
        expires = fields.Datetime.now() + timedelta(minutes=_SALE_MINUTES)
        channel_id = channel.id if channel else None
        rows = slot_sql.take(cr, ref, channel_id, expires, needs, self.env.uid)
        if not all(row["fits"] for row in rows):
            cr.rollback()
            return {}, None
        return {}, rows[0]["hold_id"]

    @api.model
    def _raise_sold_out(self, row, needs):
        slot_id = row["slot_id"]
        raise SoldOut(
            self.env._(
                "%(slot)s has %(left)s places left, not %(wanted)s. Choose another time or fewer "
                "persons.",
                slot=self._slot_name(slot_id),
                left=row["rest"],
                wanted=needs[slot_id],
            ),
            slot_id,
            row["rest"],
        )

    @api.model
    def _slot_name(self, slot_id):
        """Return the name of a slot, also of a day that was made after this snapshot."""
        with self._short_transaction() as own:
            return own.env["scenic.slot"].sudo().browse(slot_id).display_name

    @api.model
    def _hand_over(self, ref, takes, channel, minutes=MINUTES):
        """Give a hold to others in one step: nobody gets the places in between.

        ``takes``: ``[(ref, {slot id: persons})]`` that are held instead. Tells whether there was
        room for all of them; if not, everything stays as it was.
        """

        def work(cr):
            old = slot_sql.keep_for_sale(cr, [ref, *(name for name, _needs in takes)], 0)
            if old:
                slot_sql.end_holds(cr, [hold_id for hold_id, _channel, _lines in old.values()])
            expires = fields.Datetime.now() + timedelta(minutes=minutes)
            for name, needs in takes:
                rows = needs and slot_sql.take(
                    cr, name, channel.id or None, expires, needs, self.env.uid
                )
                if not all(row["fits"] for row in rows or ()):
                    cr.rollback()
                    return False
            return True

        done = self._in_short_transaction(work)
        self.env["scenic.slot"].invalidate_model(_COUNTERS)
        return done

    def _release(self):
        """Give held places back now; does nothing to a hold that is sold or over."""
        if self:
            self._in_short_transaction(lambda cr: slot_sql.end_holds(cr, self.ids))
            self.invalidate_recordset(["state"])

    @api.model
    def _release_refs(self, refs):
        """Give back what is held under these names."""
        holds = self.sudo().search([("token", "in", list(refs)), ("state", "=", "held")])
        holds._release()

    # ------------------------------------------------------------------
    # selling
    # ------------------------------------------------------------------

    @api.model
    def _sell(self, refs, needs, channel, ref, force):
        """Turn holds into a sale of this transaction; returns ``[(slot id, persons over)]``.

        ``needs`` is what is sold. What the holds lack is taken now, under the name ``ref``; what
        they have too much is given back. With ``force`` a sale that finds no room is made all the
        same, and what is over is told; without, SoldOut is raised.
        """
        kept, taken = {}, None
        if refs:
            # what an earlier try of this very transaction took is held under the name `ref`
            kept, taken = self._in_short_transaction(
                lambda cr: self._keep_or_take(cr, [*refs, ref], needs, channel, ref)
            )
        if taken:
            self.env["scenic.slot"].browse(needs).invalidate_recordset(_COUNTERS)
            slot_sql.mark_sold(self.env.cr, [taken])
            return []
        held, holds, rooms = {}, [], []
        for hold_id, channel_id, lines in kept.values():
            holds.append(hold_id)
            for slot_id, persons in lines.items():
                if channel_id == (channel.id if channel else None):
                    held[slot_id] = held.get(slot_id, 0) + persons
                else:
                    rooms.append([slot_id, channel_id or 0, persons])
        missing = {
            slot_id: persons - held.get(slot_id, 0)
            for slot_id, persons in needs.items()
            if persons > held.get(slot_id, 0)
        }
        over = []
        if missing:
            hold_id, over = self._take_needs(missing, channel, _SALE_MINUTES, ref, force)
            holds.append(hold_id)
        rooms += [
            [slot_id, channel.id if channel else 0, persons - needs.get(slot_id, 0)]
            for slot_id, persons in held.items()
            if persons > needs.get(slot_id, 0)
        ]
        if holds:
            slot_sql.mark_sold(self.env.cr, holds)
        slot_sql.give_later(self.env.cr, rooms)
        return over

    @api.autovacuum
    def _gc_holds(self):
        """Forget holds that ended long ago; what they sold is on the tickets."""
        old = fields.Datetime.now() - timedelta(days=_KEPT_DAYS)
        holds = self.sudo().search([("expires_at", "<", old), ("state", "!=", "held")], limit=10000)
        slot_sql.forget(self.env.cr, holds.ids)
        holds.unlink()


class ScenicHoldLine(models.Model):
    """How many places of which slot a hold keeps."""

    _name = "scenic.hold.line"
    _description = "Held Places of a Slot"
    _order = "id"
    _log_access = False

    hold_id = fields.Many2one("scenic.hold", required=True, index=True, ondelete="cascade")
    slot_id = fields.Many2one("scenic.slot", required=True, index=True, ondelete="restrict")
    persons = fields.Integer(required=True)

    _persons = models.Constraint("CHECK (persons > 0)", "A hold is for at least one person.")

    @api.depends("slot_id", "persons")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.slot_id.display_name} × {line.persons}"
