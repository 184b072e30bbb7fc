from collections import defaultdict
from datetime import datetime

from odoo import api, fields, models

from ..tools.config_fault import reason
from ..tools.resolution import net_rights_value
from ..tools.verdicts import ALARM_KINDS, ALARM_VERDICTS


class ScenicGateAlarm(models.AbstractModel):
    """Which incidents follow from what gates reported."""

    _name = "scenic.gate.alarm"
    _description = "Incidents of Gates"

    @api.model
    def _raise(self, box, rows):
        """Open incidents for stored fact rows that need a person: one per kind, lane and day."""
        reports, names = [], self._ticket_names(box.site_id, {row["uid"] for row in rows})
        for row in rows:
            kind = ALARM_KINDS.get(row["kind"]) or ALARM_VERDICTS.get(row["verdict"])
            if not kind:
                continue
            happened_at = datetime.fromisoformat(row["happened_at"])
            what = row["kind"] if row["kind"] in ALARM_KINDS else row["verdict"]
            day = box.site_id._today(happened_at)
            reports.append(
                {
                    "gate_key": f"{what}:{box.id}:{row['lane']}:{day}",
                    "kind": kind,
                    "lane_code": row["lane"],
                    "happened_at": happened_at.replace(microsecond=0),
                    "facts": self._line(
                        box.site_id,
                        happened_at,
                        row["lane"],
                        row["pax"],
                        names.get(row["uid"]),
                        what,
                    ),
                    "persons": row["pax"],
                }
            )
        if reports:
            self.env["scenic.incident"]._gate_report(box, reports)

    @api.model
    def _ticket_names(self, site, uids):
        """Return {uid: number below the code}; the identity itself where there is no ticket."""
        uids = {uid for uid in uids if uid}
        found = self.env["scenic.ticket"].search_fetch(
            [("uid", "in", list(uids)), ("site_id", "=", site.id)] if uids else [(0, "=", 1)],
            ["uid", "alias"],
        )
        return {uid: uid for uid in uids} | {ticket.uid: ticket.alias for ticket in found}

    @api.model
    def _line(self, site, happened_at, lane, persons, ticket, what):
        """Describe one fact in one line of an incident, on the clock of its site."""
        labels = dict(
            self.env["scenic.gate.fact"]._fields["kind"]._description_selection(self.env)
            + self.env["scenic.gate.fact"]._fields["verdict"]._description_selection(self.env)
        )
        return self.env._(
            "%(time)s, lane %(lane)s: %(what)s, %(persons)s person(s), ticket %(ticket)s",
            time=site._gate_local(happened_at).strftime("%Y-%m-%d %H:%M:%S"),
            lane=lane or "-",
            what=labels.get(what, what),
            persons=persons,
            ticket=ticket or "-",
        )

    @api.model
    def _review_surplus(self, tickets, passages):
        """Keep one incident for each ticket and zone in which more persons entered than sold."""
        groups = defaultdict(list)
        for passage in passages:
            groups[passage.fact.uid, passage.fact.zone].append(passage)
        reports, settled = defaultdict(list), []
        for (uid, zone), members in groups.items():
            ticket = tickets[uid]
            key = f"surplus:{ticket['id']}:{zone}"
            persons = sum(passage.missing for passage in members)
            if persons:
                report = self._surplus_report(ticket, zone, key, persons, members)
                reports[members[-1].fact.box_id].append(report)
            elif any(passage.fact.verdict not in (None, "redeemed") for passage in members):
                settled.append(key)
        for box_id, items in reports.items():
            self.env["scenic.incident"]._gate_report(self.env["scenic.box"].browse(box_id), items)
        if settled:
            self.env["scenic.incident"]._gate_settle(
                settled, self.env._("Later reports explain it: nobody entered without a right.")
            )

    @api.model
    def _surplus_report(self, ticket, zone, key, persons, passages):
        is_void = ticket["state"] == "void"
        ordered = sorted(passages, key=lambda passage: passage.fact.order)
        site = self.env["scenic.site"].browse(ticket["site_id"])
        lines = [
            self._line(
                site,
                passage.fact.happened_at,
                passage.fact.lane,
                passage.demand,
                ticket["alias"],
                passage.verdict(is_void),
            )
            for passage in ordered
        ]
        last = next(passage.fact for passage in reversed(ordered) if passage.missing)
        zone_id = (
            self.env["scenic.gate.ledger"]
            ._zone_ids([ticket["site_id"]])
            .get((ticket["site_id"], zone))
        )
        return {
            "gate_key": key,
            "kind": "after_void" if is_void else "excess",
            "ticket_id": ticket["id"],
            "lane_code": last.lane,
            "happened_at": last.happened_at.replace(microsecond=0),
            "facts": "\n".join(lines),
            "persons": persons,
            "amount": persons * net_rights_value(ticket, zone_id),
            "whole": True,
        }

    @api.model
    def _review_orphans(self, box):
        """Keep one incident for each day on which passages of ``box`` wait for their ticket."""
        prefix = f"orphan:{box.id}:"
        days = defaultdict(list)
        for happened_at, lane, pax, uid in self.env["scenic.gate.orphan"]._waiting(box.id):
            days[box.site_id._today(happened_at)].append((happened_at, lane, pax, uid))
        self.env["scenic.incident"]._gate_report(
            box,
            [
                {
                    "gate_key": f"{prefix}{day}",
                    "kind": "unknown_ticket",
                    "happened_at": facts[0][0].replace(microsecond=0),
                    "facts": "\n".join(
                        self._line(box.site_id, *fact, "unknown_ticket") for fact in facts[:100]
                    ),
                    "persons": sum(fact[2] for fact in facts),
                    "whole": True,
                }
                for day, facts in days.items()
            ],
        )
        stale = self.env["scenic.incident"].search(
            [
                ("gate_key", "=like", f"{prefix}%"),
                ("gate_key", "not in", [f"{prefix}{day}" for day in days]),
                ("state", "=", "open"),
            ]
        )
        self.env["scenic.incident"]._gate_settle(
            stale.mapped("gate_key"), self.env._("The sales have arrived.")
        )

    @api.model
    def _report_failure(self, box, error):
        """Tell that reports of ``box`` are stored, but could not be entered in the ledger."""
        now = fields.Datetime.now()
        self.env["scenic.incident"]._gate_report(
            box,
            [
                {
                    "gate_key": f"stuck:{box.id}:{box.site_id._today(now)}",
                    "kind": "stuck",
                    "happened_at": now,
                    "facts": self.env._(
                        "Reports of box %(box)s are stored, but could not be entered in the "
                        "ledger: %(error)s",
                        box=box.name,
                        error=reason(error),
                    ),
                    "persons": 0,
                }
            ],
        )
