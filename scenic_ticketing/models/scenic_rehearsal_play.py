from collections import Counter, defaultdict
from dataclasses import replace

from odoo import models

from ..iot_handlers.scenic_rules.reason import Reason
from ..iot_handlers.scenic_rules.site_time import day_number
from ..iot_handlers.scenic_rules.views import STATE_VALID
from ..tools import rehearsal, rehearsal_sql, validity
from ..tools.site_time import to_unix, to_utc

BATCH = 1000

# what was refused for these reasons, a rule had no part in
_NOT_BY_RULE = {
    Reason.E_FOREIGN.value,
    Reason.E_FORMAT.value,
    Reason.E_TYPE.value,
    Reason.E_VERSION.value,
    Reason.E_SIG.value,
    Reason.E_CERT.value,
    Reason.E_SITE.value,
    Reason.E_UNKNOWN_KEY.value,
    Reason.E_KEY_REVOKED.value,
    Reason.E_KEY_CLOSED.value,
    Reason.E_LIMIT.value,
    Reason.E_PRODUCT.value,
    Reason.E_CLOCK.value,
    Reason.E_REVOKED.value,
    Reason.E_SUPERSEDED.value,
    Reason.E_BLOCKED.value,
    Reason.E_HELD.value,
    Reason.E_DYNAMIC.value,
    Reason.E_UNKNOWN_ALIAS.value,
    Reason.R_UNLISTED_CUT_OFF.value,
    Reason.R_EXPOSURE.value,
    Reason.R_UNSEEN.value,
    Reason.R_BLOCKED.value,
    Reason.E_STORE.value,
    Reason.E_FAULT.value,
    Reason.SAME_SCAN.value,
}


class ScenicRehearsalPlay(models.Model):
    """Plays the scans of the day, a batch of tickets at a time."""

    _inherit = "scenic.rehearsal"

    def _play(self, limit):
        """Play up to ``limit`` more tickets."""
        if not self:
            return
        tickets = [number for number in self._tickets() if number > self.last_ticket]
        refused, judges = self._refusals_by_uid(), {}
        for start in range(0, min(limit, len(tickets)), BATCH):
            batch = tickets[start : min(start + BATCH, limit)]
            self._play_batch(self.env["scenic.ticket"].browse(batch), refused, judges)
        if len(tickets) <= limit:
            self.state = "done"

    def _refusals_by_uid(self):
        found = defaultdict(list)
        for scan in self._refused_scans(*self._span()):
            found[scan["uid"]].append(scan)
        return found

    def _play_batch(self, tickets, refused, judges):
        begin, end = self._span()
        tz, start = self.site_id._info().tz, to_unix(begin)
        events = self._events(tickets, refused, end)
        zones = {z.code: z.id for z in self.site_id.with_context(active_test=False).zone_ids}
        counts, rows = Counter(), []
        for ticket in tickets:
            mine, skipped = events[ticket.id]
            counts["skipped"] += skipped
            live, draft = self._sides(ticket, judges)
            for outcome in rehearsal.replay(live, draft, mine, start, tz):
                counts[outcome.effect] += 1
                if outcome.effect != rehearsal.SAME:
                    rows.append(self._scan_vals(ticket, outcome, zones))
        self.env["scenic.rehearsal.scan"].create(rows)
        self._add_counts(counts, len(tickets), tickets[-1:].id)
        # views of ten thousand tickets need not stay in memory
        self.env.flush_all()
        tickets.invalidate_recordset(flush=False)

    def _add_counts(self, counts, tickets, last):
        skipped = counts.pop("skipped", 0)
        vals = {
            "scan_count": self.scan_count + counts.total(),
            "skipped_count": self.skipped_count + skipped,
            "ticket_done": self.ticket_done + tickets,
            "last_ticket": last,
        }
        for effect in ("same", "refused", "admitted", "staff", "reason"):
            vals[f"{effect}_count"] = self[f"{effect}_count"] + counts[effect]
        self.write(vals)

    # ------------------------------------------------------------------
    # the two worlds
    # ------------------------------------------------------------------

    def _sides(self, ticket, judges):
        """Return the ticket and its rule as they are, and as they are with the draft."""
        template = ticket.product_tmpl_id
        if template.id not in judges:
            draft = self.draft_ref.sudo()
            judges[template.id] = (
                (template._scenic_rule(), template._scenic_terms()),
                (draft._rehearsed_rule(template), draft._rehearsed_terms(template)),
            )
        view = ticket._view()
        if view.state != STATE_VALID:
            # void, blocked or moved since; on that day it was shown as good
            view = replace(view, state=STATE_VALID)
        sides = []
        for rule, terms in judges[template.id]:
            sold = view
            if self.resold:
                day = self.site_id._today(ticket.issued_at)
                first, days = validity.dates(terms.validity, ticket.visit_date, day)
                sold = rehearsal.resold(view, terms, day_number(first), days)
            sides.append(rehearsal.Side(sold, rule))
        return sides

    def _events(self, tickets, refused, end):
        """Return {ticket id: (events in order of time, number of scans no rule decided)}."""
        codes = self.env["scenic.zone"]._codes()
        bits = self._lane_entrances()
        found, skipped = defaultdict(list), Counter()
        for row in rehearsal_sql.ledger(self.env, tickets.ids, end):
            found[row["ticket_id"]].append(_ledger_event(row, codes, bits))
        ids = {ticket.uid: ticket.id for ticket in tickets}
        for uid, ticket_id in ids.items():
            for scan in refused.get(uid, ()):
                if scan["reason"] in _NOT_BY_RULE or not scan["zone"]:
                    skipped[ticket_id] += 1
                    continue
                found[ticket_id].append(_refused_event(scan, bits))
        for uid, moment in self._exits(list(ids), end):
            found[ids[uid]].append(rehearsal.Event(to_unix(moment), rehearsal.OUT))
        for events in found.values():
            events.sort(key=lambda event: event.t)
        return {ticket.id: (found[ticket.id], skipped[ticket.id]) for ticket in tickets}

    def _scan_vals(self, ticket, outcome, zones):
        event = outcome.event
        return {
            "rehearsal_id": self.id,
            "ticket_id": ticket.id,
            "product_tmpl_id": ticket.product_tmpl_id.id,
            "zone_id": zones.get(event.zone),
            "lane_code": event.lane,
            "happened_at": to_utc(event.t),
            "persons": event.persons,
            "effect": outcome.effect,
            "told_reason": event.reason,
            "old_reason": outcome.old.reason.value,
            "new_reason": outcome.new.reason.value,
        }


def _ledger_event(row, codes, bits):
    return rehearsal.Event(
        t=to_unix(row["happened_at"]),
        kind=rehearsal.USE if row["kind"] == "use" else rehearsal.BACK,
        zone=codes[row["zone_id"]],
        lane=row["lane"],
        persons=row["persons"],
        staff=row["how"] in ("window", "handheld"),
        uses=tuple(row["uses"]),
        entrance=bits.get(row["lane"]),
    )


def _refused_event(scan, bits):
    return rehearsal.Event(
        t=to_unix(scan["at"]),
        kind=rehearsal.REFUSED,
        zone=scan["zone"],
        lane=scan["lane"] or "",
        reason=scan["reason"] or "",
        entrance=bits.get(scan["lane"]),
    )
