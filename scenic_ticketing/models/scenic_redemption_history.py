from datetime import timedelta

from odoo import api, models

from ..iot_handlers.scenic_rules.passage import decide, explain
from ..iot_handlers.scenic_rules.reason import Reason
from ..iot_handlers.scenic_rules.ticket_code import uid_hex
from ..iot_handlers.scenic_rules.views import History, refusal
from ..tools import history
from ..tools.redemption_sql import note_exits, read_history
from ..tools.site_time import ZoneInfo, to_utc


class ScenicRedemptionHistory(models.Model):
    """What a ticket was used for before, and when it was last seen to leave."""

    _inherit = "scenic.redemption"

    @api.model
    def _history(self, rule, row, zone_id, lock):
        """Return what the ticket of ``row`` was used for; one zone is read with the ticket."""
        if not history.needs_all_zones(rule):
            return history.of_zone(row)
        rows = read_history(self.env.cr, row["id"], lock)
        here = [zone for zone in rows if zone["zone_id"] == zone_id]
        row["last_no"] = here[0]["last_no"] if here else 0
        codes = self.env["scenic.zone"]._codes()
        return history.of_all_zones(rows, zone_id, codes, row["exited_at"])

    @api.model
    def _leave(self, ticket_text, site, lane_code="", now=None):
        """Let somebody out at an exit and remember when: whoever is inside may always leave.

        ``now`` Unix seconds. Answers like ``_redeem``; a text that is no ticket is refused. Works
        in a short transaction of its own.
        """
        zone = ZoneInfo(id=None, code=None, site=site._info())
        with self._short_transaction() as ledger:
            attempt = ledger._attempt_in(ticket_text, zone, lane_code, now)
            reading, row = ledger._read_ticket(attempt)
            if reading.ticket is None:
                return ledger._answer(refusal(reading.reason))
            gate = ledger._gate_view(reading, attempt)
            decision = decide(reading.ticket, reading.rule, History(), gate, attempt.now)
            if row:
                note_exits(
                    ledger.env.cr,
                    [(uid_hex(row["kid"] << 32 | row["serial"]), to_utc(attempt.now))],
                )
            return ledger._answer(decision, row)

    @api.model
    def _explain(self, ticket_text, zone, lane_code="", now=None, **options):
        """Return ``(answer, checks)``: what ``_judge`` says, and every check behind it.

        ``now`` may lie in the past: uses after its second do not count. Without a ticket of ours
        there is nothing to check. Changes nothing.
        """
        attempt = self._attempt(ticket_text, zone, lane_code, now, **options)
        reading, row = self._read_ticket(attempt)
        if row is None or reading.reason:
            reason = reading.reason or Reason.R_UNLISTED_CUT_OFF
            return self._answer(refusal(reason), row), ()
        at = to_utc(attempt.now)
        rows = read_history(self.env.cr, row["id"], until=at + timedelta(seconds=1))
        exited_at = row["exited_at"] if row["exited_at"] and row["exited_at"] <= at else None
        codes = self.env["scenic.zone"]._codes()
        question = (
            reading.ticket,
            reading.rule,
            history.of_all_zones(rows, zone.id, codes, exited_at),
            self._gate_view(reading, attempt),
            attempt.now,
            attempt.wanted,
            reading.live,
        )
        return self._answer(decide(*question), row), explain(*question)
