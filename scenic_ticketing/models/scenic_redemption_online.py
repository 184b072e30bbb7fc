import time
from contextlib import contextmanager
from typing import NamedTuple

from psycopg2 import errors
from psycopg2.extensions import ISOLATION_LEVEL_READ_COMMITTED

from odoo import api, models

from ..iot_handlers.scenic_rules.passage import decide
from ..iot_handlers.scenic_rules.reading import Stores, read
from ..iot_handlers.scenic_rules.reason import Reason
from ..iot_handlers.scenic_rules.site_time import day_number
from ..iot_handlers.scenic_rules.ticket_code import EPOCH, uid_hex
from ..iot_handlers.scenic_rules.views import (
    GateView,
    TicketView,
    refusal,
)
from ..tools.kept_connections import kept_cursor
from ..tools.redemption_sql import read_by_alias, read_by_uid
from ..tools.site_time import ZoneInfo, to_unix, to_utc
from ..tools.ticket_state import view_state

# Each round somebody else won a right of the same ticket, so a ticket for n persons can cost its
# last visitor n rounds.
_ROUNDS = 300


class Attempt(NamedTuple):
    """One wish to pass: what was shown, where, when."""

    text: str
    zone: ZoneInfo
    lane: str
    now: float  # Unix seconds
    entrance: int | None = None  # bit; None = wherever the ticket is good
    staff: bool = False
    how: str = "gate"
    wanted: int = 0
    source_ref: str | None = None


class ScenicRedemptionOnline(models.Model):
    """The online redemption: decide and write in one short transaction."""

    _inherit = "scenic.redemption"

    @api.model
    def _redeem(
        self,
        ticket_text,
        zone,
        lane_code="",
        how="gate",
        now=None,
        wanted=0,
        source_ref=None,
        entrance=None,
        staff=False,
    ):
        """Use the rights of a ticket to pass into a zone, or say why not.

        ``now`` Unix seconds, ``wanted`` persons counted by staff (0 = all of the code),
        ``entrance`` bit of the lane (None = any), ``staff`` an attendant stands by and answers.
        A repeated ``source_ref`` gets the answer of the first time and uses nothing again.

        Works in a transaction of its own, committed when this returns: the person passes now,
        whatever the caller does afterwards. Never raises for anything a ticket says.
        """
        attempt = self._attempt(
            ticket_text,
            zone,
            lane_code,
            now,
            entrance=entrance,
            staff=staff,
            how=how,
            wanted=wanted,
            source_ref=source_ref,
        )
        with self._short_transaction() as ledger:
            for turn in range(_ROUNDS):
                try:
                    answer = ledger._redeem_once(attempt, again=turn > 0)
                except (errors.DeadlockDetected, errors.SerializationFailure):
                    answer = None
                if answer is not None:
                    return answer
                ledger.env.cr.rollback()
        return self._answer(refusal(Reason.E_FAULT))

    @api.model
    @contextmanager
    def _short_transaction(self):
        """Give this model on a READ COMMITTED transaction of its own.

        Story: sixteen lanes show one ticket. In the request's REPEATABLE READ transaction fifteen
        would fail to serialise, and Odoo would retry them after sleeping up to two seconds inside
        the worker. Here the fifteen wait for the first to commit, a millisecond, see its row and
        decide again.
        """
        registry = self.env.registry
        # a test puts its own cursor there, on a transaction whose level cannot change any more
        in_test = "cursor" in vars(registry)
        with registry.cursor() if in_test else kept_cursor(registry.db_name) as cr:
            if not in_test:
                cr.connection.set_isolation_level(ISOLATION_LEVEL_READ_COMMITTED)
            yield self.with_env(self.env(cr=cr))

    @api.model
    def _judge(self, ticket_text, zone, lane_code="", now=None, **options):
        """Return what ``_redeem`` would answer; changes nothing."""
        decision, row, _version = self._decide(
            self._attempt(ticket_text, zone, lane_code, now=now, **options)
        )
        return self._answer(decision, row)

    @api.model
    def _attempt(self, text, zone, lane, now, **options):
        return self._attempt_in(text, zone._info(), lane, now, **options)

    @api.model
    def _attempt_in(self, text, zone, lane, now, **options):
        now = time.time() if now is None else now
        return Attempt(text or "", zone, lane or "", now, **options)

    @api.model
    def _redeem_once(self, attempt, again=False):
        """Decide and write once; None when somebody else was faster and the answer is stale.

        ``again``: an earlier turn could not write, which may be because this very request was
        already written.
        """
        decision, row, version = self._decide(attempt, lock=True)
        if row and (again or not decision.uses) and (first := self._replay(row, attempt)):
            return first
        if not decision.uses:
            return self._answer(decision, row)
        uses = self._append_uses(row, attempt, decision.uses, version)
        if len(uses) < decision.uses:
            return None
        return self._answer(decision, row, uses)

    @api.model
    def _decide(self, attempt, lock=False):
        """Return (decision, row of the ticket or None, version of the rule).

        ``lock``: keep other gates from using the ticket meanwhile, where the rule asks what it was
        used for elsewhere. In its own zone the number of the next use is guard enough.
        """
        reading, row = self._read_ticket(attempt)
        if reading.ticket is None:
            return refusal(reading.reason), None, 0
        if row is None:
            # well signed, but the sale has not reached the server yet
            return refusal(Reason.R_UNLISTED_CUT_OFF), None, 0
        if reading.reason:
            return refusal(reading.reason), row, 0
        version = reading.rule.version if reading.rule else 0
        past = self._history(reading.rule, row, attempt.zone.id, lock)
        return self._decide_row(reading, attempt, past), row, version

    @api.model
    def _append_uses(self, row, attempt, count, version):
        """Write the next ``count`` uses of the ticket; returns the ids of those written."""
        written = self._append(
            [
                {
                    "ticket_id": row["id"],
                    "zone_id": attempt.zone.id,
                    "use_no": row["last_no"] + k,
                    "lane_code": attempt.lane,
                    "happened_at": to_utc(attempt.now),
                    "how": attempt.how,
                    "source_ref": f"{attempt.source_ref}:{k}" if attempt.source_ref else None,
                    "policy_version": version,
                }
                for k in range(1, count + 1)
            ]
        )
        return [use["id"] for use in written]

    @api.model
    def _read_ticket(self, attempt):
        """Understand the text shown; returns the reading and the database row behind it."""
        cr, zone_id, rows = self.env.cr, attempt.zone.id, []

        def keep(row):
            rows.append(row)
            return row and self._row_view(row)

        trust = self.env["scenic.keyring"]._trust(attempt.zone.site)
        stores = Stores(
            rule=self.env["product.template"]._scenic_rule_of,
            ticket=lambda uid: keep(read_by_uid(cr, zone_id, uid)),
            alias=lambda alias: keep(
                read_by_alias(cr, zone_id, alias) or self._read_old_copy(zone_id, alias)
            ),
            dynamic_key=trust.dynamic_key,
        )
        return read(attempt.text, trust.verifier, stores, attempt.now), rows[0] if rows else None

    @api.model
    def _read_old_copy(self, zone_id, alias):
        """Return the row of a ticket whose superseded copy has this number, else None."""
        ticket = self.env["scenic.ticket"]._of_old_alias(alias)
        row = ticket and read_by_uid(self.env.cr, zone_id, ticket.kid << 32 | ticket.serial)
        return row | {"state": "superseded"} if row else None

    @api.model
    def _decide_row(self, reading, attempt, past):
        """Ask the one decision about a ticket read from the database."""
        gate = self._gate_view(reading, attempt)
        return decide(
            reading.ticket, reading.rule, past, gate, attempt.now, attempt.wanted, reading.live
        )

    @api.model
    def _gate_view(self, reading, attempt):
        """Return the lane of an attempt as the decision sees it."""
        entrance = attempt.entrance
        if entrance is None:
            mask = reading.ticket.entrances & (reading.rule.entrances if reading.rule else 0)
            entrance = (mask & -mask).bit_length() - 1 if mask else 0
        return GateView.at(
            attempt.now,
            attempt.zone.site.tz,
            site=attempt.zone.site.code,
            zone=attempt.zone.code,
            entrance=entrance,
            lane=attempt.lane,
            staff=attempt.staff,
        )

    @api.model
    def _row_view(self, row):
        codes = self.env["scenic.zone"]._codes()
        return TicketView(
            uid=row["kid"] << 32 | row["serial"],
            gen=row["gen"],
            site=row["site_code"],
            product=row["gate_product_code"],
            valid_from=day_number(row["visit_date"]),
            valid_days=row["valid_days"],
            slot_start=row["slot_start"],
            slot_len=row["slot_len"],
            pax=row["pax"],
            entrances=row["entrances"],
            flags=row["flags"],
            state=view_state(row["state"]),
            rights=tuple(
                sorted((codes[int(zone)], number) for zone, number in row["rights"].items())
            ),
            iat=int(to_unix(row["issued_at"])) - EPOCH,
            listed=True,
        )

    @api.model
    def _replay(self, row, attempt):
        """Return the first answer to a request that was sent again, else None."""
        if not attempt.source_ref:
            return None
        self.env.cr.execute(
            "SELECT id FROM scenic_redemption WHERE ticket_id = %s AND zone_id = %s"
            " AND starts_with(source_ref, %s) ORDER BY id",
            [row["id"], attempt.zone.id, f"{attempt.source_ref}:"],
        )
        uses = [use_id for (use_id,) in self.env.cr.fetchall()]
        if not uses:
            return None
        first = refusal(Reason.OK)
        return self._answer(first, row, uses) | {
            "admit": len(uses),
            "uses": len(uses),
            "replay": True,
        }

    @api.model
    def _answer(self, decision, row=None, uses=()):
        """Return a decision as a plain dict, for controllers and screens."""
        return {
            "reason": decision.reason.value,
            "colour": decision.colour.value,
            "admit": decision.admit,
            "uses": decision.uses,
            "rest": decision.rest,
            "first_use_t": decision.first_use_t,
            "first_use_lane": decision.first_use_lane,
            "clock_alarm": decision.clock_alarm,
            "ticket_id": row and row["id"],
            "uid": row and uid_hex(row["kid"] << 32 | row["serial"]),
            "alias": row and row["alias"],
            "redemption_ids": list(uses),
            "replay": False,
        }
