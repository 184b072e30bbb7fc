from datetime import datetime

from odoo import api, models

from ..iot_handlers.scenic_gate import facts as gate_facts
from ..tools.resolution import net_rights_value


class ScenicGateUnseen(models.AbstractModel):
    """Asks a person about "opened, passage unknown", at lanes whose rule says so."""

    _inherit = "scenic.gate.alarm"

    # EXTENDS scenic_gate_iot
    @api.model
    def _raise(self, box, rows):
        res = super()._raise(box, rows)
        asked = [
            row
            for row in rows
            if row["kind"] == gate_facts.UNKNOWN and row["reason"] == gate_facts.GIVEN_BACK_UNSEEN
        ]
        if asked:
            self.env["scenic.incident"]._gate_report(box, self._unseen_reports(box, asked))
        return res

    @api.model
    def _unseen_reports(self, box, rows):
        site = box.site_id
        tickets = self.env["scenic.ticket"].search(
            [("uid", "in", [row["uid"] for row in rows]), ("site_id", "=", site.id)]
        )
        by_uid = {ticket.uid: ticket for ticket in tickets}
        zones = {zone.code: zone for zone in site.zone_ids}
        reports = []
        for row in rows:
            ticket, happened_at = by_uid.get(row["uid"]), datetime.fromisoformat(row["happened_at"])
            values = {"rights": ticket.rights, "net_value": ticket.net_value} if ticket else {}
            zone = zones.get(row["zone"])
            reports.append(
                {
                    "gate_key": f"unseen:{box.id}:{row['op']}",
                    "kind": "unseen",
                    "ticket_id": ticket.id if ticket else False,
                    "lane_code": row["lane"],
                    "happened_at": happened_at.replace(microsecond=0),
                    "facts": self._line(
                        site,
                        happened_at,
                        row["lane"],
                        row["pax"],
                        ticket.alias if ticket else row["uid"],
                        row["kind"],
                    ),
                    "persons": row["pax"],
                    "amount": row["pax"] * net_rights_value(values, zone and zone.id)
                    if values
                    else 0,
                }
            )
        return reports
