from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import resolution
from ..tools.resolution import BACK, GateFact


class ScenicGateLedger(models.AbstractModel):
    """Turns what gates reported into redemptions."""

    _name = "scenic.gate.ledger"
    _description = "Write-back of Gate Facts"

    @api.model
    def _settle(self, uids, fresh=()):
        """Bring the ledger in line with all facts about these tickets.

        ``fresh`` are :class:`GateFact` that are not stored yet. Returns the locked tickets by uid
        and, by the ``ref`` of their reservation, all passages of them.

        The tickets are locked first, always in the same order. Two boxes that report the same
        ticket at once, or a box and a refund, therefore take turns; READ COMMITTED lets the
        second one read what the first one wrote.
        """
        tickets = self._lock_tickets(uids)
        if not tickets:
            return {}, {}
        rows = self._ledger_rows([ticket["id"] for ticket in tickets.values()])
        groups = defaultdict(list)
        for fact in [*self._stored_facts(list(tickets)), *fresh]:
            ticket = tickets.get(fact.uid)
            if ticket and ticket["site_id"] == fact.site_id:
                groups[fact.uid, fact.zone].append(fact)
        return tickets, self._apply(tickets, groups, rows)

    @api.model
    def _lock_tickets(self, uids):
        self.env.cr.execute(
            SQL(
                """SELECT t.uid, t.id, t.site_id, t.company_id, t.state, t.rights, t.net_value,
                          t.alias, p.gate_product_code
                     FROM scenic_ticket t JOIN product_template p ON p.id = t.product_tmpl_id
                    WHERE t.uid = ANY(%s)
                    ORDER BY t.id FOR NO KEY UPDATE OF t""",
                list(uids),
            )
        )
        return {row["uid"]: row for row in self.env.cr.dictfetchall()}

    @api.model
    def _stored_facts(self, uids):
        """Return the stored facts about rights of these tickets, without what is still held."""
        self.env.cr.execute(
            SQL(
                """SELECT f.box_id, b.site_id, f.epoch, f.seq, f.kind, f.happened_at, f.lane,
                          f.zone, f.uid, f.pax, f.op, f.mode, f.id,
                          coalesce(later.verdict, f.verdict)
                     FROM scenic_gate_fact f JOIN scenic_box b ON b.id = f.box_id
                     LEFT JOIN LATERAL (
                          SELECT v.verdict FROM scenic_gate_verdict v
                           WHERE v.fact_id = f.id ORDER BY v.id DESC LIMIT 1) later ON true
                    WHERE f.uid = ANY(%s) AND f.kind IN ('reserved', 'released')
                      AND coalesce(later.verdict, f.verdict) != 'held'""",
                uids,
            )
        )
        return [GateFact(*row) for row in self.env.cr.fetchall()]

    @api.model
    def _ledger_rows(self, ticket_ids):
        """Return {(ticket, zone): [(id, kind, source_ref, reverses_id, use_no)]} of the ledger."""
        self.env.cr.execute(
            SQL(
                """SELECT ticket_id, zone_id, id, kind, source_ref, reverses_id, use_no
                     FROM scenic_redemption WHERE ticket_id = ANY(%s)""",
                ticket_ids,
            )
        )
        rows = defaultdict(list)
        for ticket_id, zone_id, *rest in self.env.cr.fetchall():
            rows[ticket_id, zone_id].append(rest)
        return rows

    @api.model
    def _apply(self, tickets, groups, rows):
        """Resolve each group, write the ledger at once and return {ref: passage}."""
        zone_ids = self._zone_ids({ticket["site_id"] for ticket in tickets.values()})
        found, uses, reversals = {}, [], []
        for (uid, zone), facts in groups.items():
            ticket = tickets[uid]
            zone_id = zone_ids.get((ticket["site_id"], zone))
            ledger = rows.get((ticket["id"], zone_id), [])
            passages = resolution.passages(facts, ledger)
            answer = resolution.resolve(
                (ticket["rights"] or {}).get(str(zone_id)),
                resolution.net_uses(ledger),
                passages,
                ticket["state"] != "void",
            )
            number = resolution.last_number(ledger)
            uses += [
                (ticket, zone_id, *use, number + k) for k, use in enumerate(answer.uses, start=1)
            ]
            reversals += [(ticket, zone_id, *reversal) for reversal in answer.reversals]
            found.update((passage.fact.ref, passage) for passage in passages)
        self._write_reversals(reversals)
        self._write_uses(uses)
        return found

    @api.model
    def _zone_ids(self, site_ids):
        """Return {(site, code): id} of the zones of these sites, archived ones too."""
        self.env.cr.execute(
            SQL("SELECT site_id, code, id FROM scenic_zone WHERE site_id = ANY(%s)", list(site_ids))
        )
        return {(site_id, code): zone_id for site_id, code, zone_id in self.env.cr.fetchall()}

    @api.model
    def _write_reversals(self, reversals):
        now = fields.Datetime.now()
        vals = [
            {
                **self._ledger_vals(ticket, zone_id, passage.fact, now),
                "kind": "reversal",
                "reverses_id": use_id,
                "reason": "released",
                "source_ref": f"{resolution.source_ref(passage, person)}:{BACK}",
            }
            for ticket, zone_id, passage, person, use_id in reversals
        ]
        written = {row["source_ref"] for row in self._append(vals)}
        for (_ticket, _zone, passage, person, _use_id), val in zip(reversals, vals, strict=True):
            if val["source_ref"] in written:
                del passage.active[person]
                passage.returned += 1

    @api.model
    def _write_uses(self, uses):
        now = fields.Datetime.now()
        vals = [
            {
                **self._ledger_vals(ticket, zone_id, passage.fact, now),
                "kind": "use",
                "use_no": use_no,
                "source_ref": resolution.source_ref(passage, person),
            }
            for ticket, zone_id, passage, person, use_no in uses
        ]
        written = {row["source_ref"]: row["id"] for row in self._append(vals)}
        for (_ticket, _zone, passage, person, _no), val in zip(uses, vals, strict=True):
            if val["source_ref"] in written:
                passage.taken.add(person)
                passage.active[person] = written[val["source_ref"]]

    @api.model
    def _append(self, vals):
        return self.env["scenic.redemption"]._append(vals) if vals else []

    @api.model
    def _ledger_vals(self, ticket, zone_id, fact, now):
        return {
            "ticket_id": ticket["id"],
            "zone_id": zone_id,
            "lane_code": fact.lane,
            "happened_at": fact.happened_at,
            "received_at": now,
            "how": "gate",
            "mode": fact.mode,
            "user_id": None,
        }
