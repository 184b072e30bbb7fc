from collections import defaultdict

from odoo import models

from ..tools import day_match, day_sql

# kinds of incidents that say more about a difference of a lane
_INCIDENTS = {
    "forced_open": ("forced_open",),
    "tailgate": ("tailgate",),
    "scan_without_rotation": ("unseen",),
    "fact_without_use": ("excess", "after_void", "unknown_ticket"),
    "use_without_fact": (),
}
# others cost money, or may, and somebody has to say how they ended
_SETTLE = ("excess", "after_void", "unknown_ticket", "oversold", "price", "payment", "exposure")


class ScenicDayCloseFound(models.Model):
    """What does not match on a day, in rows with amount and owner."""

    _inherit = "scenic.day.close"

    def _found(self):
        """Return the differences of the day, as dicts; other files add theirs.

        Needed: ``key`` (names it on every computation), ``code``, ``name``, ``amount``. May be:
        ``persons``, ``owner_id``, ``operator_id``, ``record``, ``explanation``, and where it was.
        Computed in sudo, after the match rows were stored.
        """
        incidents = self._incidents()
        found = self._found_gates(incidents)
        taken = {
            row["record"].ids[0]
            for row in found
            if row.get("record") and row["record"]._name == "scenic.incident"
        }
        return [
            *found,
            *self._found_orders(),
            *self._found_lost(),
            *self._found_gaps(),
            *self._found_incidents(incidents, taken),
            *self._found_late(),
        ]

    def _store_differences(self, found):
        self.env["scenic.day.difference"]._store(self, found)
        self.invalidate_recordset(["difference_ids", "todo_difference_ids"])

    def _code_text(self, code):
        labels = self.env["scenic.day.difference"]._fields["code"]._description_selection(self.env)
        return dict(labels)[code]

    # ------------------------------------------------------------------
    # at the gates
    # ------------------------------------------------------------------

    def _found_gates(self, incidents):
        rows = [
            (row, row.read(load=None)[0]) for row in self.match_ids if row.place in ("gate", "hand")
        ]
        plain = [values for _row, values in rows]
        owners = {
            (lane["site_id"], lane["lane"]): lane["owner_id"]
            for lane in self._sites()._passage_lanes()
        }
        opens = defaultdict(list)
        for item in self._sites()._passage_opens(self.day):
            opens[item["site_id"], item["lane"], item["hour"]].append(item)
        found, staffed = [], set()
        for row, values in rows:
            place = (values["site_id"], values["lane"], values["hour"])
            for code, persons in day_match.differences(values):
                item = self._gate_item(row, values, code, persons, plain)
                item["owner_id"] = owners.get(place[:2])
                if code == "staff_open":
                    staffed.add(place)
                    item |= self._opened_by(opens[place])
                self._join_incident(item, incidents)
                found.append(item)
        return found + [
            self._open_item(place, orders, owners)
            for place, orders in opens.items()
            if orders and place not in staffed
        ]

    def _gate_item(self, row, values, code, persons, plain):
        each = day_match.average(plain, values["site_id"], values["lane"])
        if code in ("use_unsold", "use_unpaid", "use_without_fact") and values["used"]:
            each = values["value"] / values["used"]
        return {
            "key": f"{code}:{day_match.key(values)}",
            "code": code,
            "name": self.env._(
                "%(place)s, %(hour)s:00: %(what)s, %(persons)s person(s)",
                place=row._place_text(),
                hour=values["hour"],
                what=self._code_text(code),
                persons=persons,
            ),
            "persons": persons,
            "amount": float(each) * persons,
            "hour": values["hour"],
            "site_id": values["site_id"],
            "entrance_id": values["entrance_id"],
            "lane": values["lane"],
        }

    def _opened_by(self, orders):
        """Explain persons who passed a barrier that staff held open, by who did it and why."""
        users = {order["user_id"] for order in orders if order["user_id"]}
        said = [order["reason"] for order in orders]
        values = {"operator_id": users.pop() if len(users) == 1 else None}
        if orders and all(said):
            values |= {
                "explanation": "; ".join(dict.fromkeys(said)),
                "explained_by_id": values["operator_id"],
            }
        return values

    def _open_item(self, place, orders, owners):
        """Return the row of a barrier that staff opened and nobody was counted at."""
        site_id, lane, hour = place
        site = self.env["scenic.site"].browse(site_id)
        return {
            "key": f"staff_open:gate:{site_id}:{lane}:{hour}",
            "code": "staff_open",
            "name": self.env._(
                "%(place)s, %(hour)s:00: %(what)s, %(times)s time(s)",
                place=f"{site.name} · {lane}",
                hour=hour,
                what=self._code_text("staff_open"),
                times=len(orders),
            ),
            "amount": 0.0,
            "hour": hour,
            "site_id": site_id,
            "lane": lane,
            "owner_id": owners.get(place[:2]),
            **self._opened_by(orders),
        }

    def _incidents(self):
        """Return ``{(kind, site, lane): incidents}`` of the day."""
        scope = self._scope()
        found = self.env["scenic.incident"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("happened_at", ">=", scope["start"]),
                ("happened_at", "<", scope["end"]),
            ],
            order="id",
        )
        return found.grouped(lambda row: (row.kind, row.site_id.id, row.lane_code or ""))

    def _join_incident(self, item, incidents):
        """Let the incident of that lane tell whose it is, and how it ended if it did."""
        for kind in _INCIDENTS.get(item["code"], ()):
            own = incidents.get((kind, item["site_id"], item["lane"] or ""))
            if not own:
                continue
            item["record"] = own
            item["owner_id"] = own[-1].user_id.id or item.get("owner_id")
            if all(row.state == "done" for row in own):
                item["explanation"] = own[-1].outcome or own[-1].display_name
                item["explained_by_id"] = own[-1].settled_by_id.id
            return

    def _found_incidents(self, incidents, taken):
        """Return the incidents of the day that cost something and are not settled."""
        found = []
        for rows in incidents.values():
            for row in rows:
                if row.state == "done" or row.kind not in _SETTLE or row.id in taken:
                    continue
                found.append(
                    {
                        "key": f"incident:{row.id}",
                        "code": "incident",
                        "name": row.display_name,
                        "amount": row.amount,
                        "site_id": row.site_id.id,
                        "lane": row.lane_code,
                        "owner_id": row.user_id.id,
                        "record": row,
                    }
                )
        return found

    # ------------------------------------------------------------------
    # at the windows, and what is missing
    # ------------------------------------------------------------------

    def _found_orders(self):
        orders = self.env["pos.order"]
        found = []
        for row in self._fetch(day_sql.orders(**self._scope())):
            order = orders.browse(row["id"])
            gaps = (
                ("order_lines", float(row["lines_gap"]), 0),
                ("order_unpaid", float(row["paid_gap"]), 0),
                ("tickets_missing", 0.0, row["missing"]),
                ("session_missing", order.amount_total if row["no_session"] else 0.0, 0),
            )
            for code, amount, persons in gaps:
                if abs(amount) < 0.005 and not persons:
                    continue
                found.append(
                    {
                        "key": f"{code}:{order.id}",
                        "code": code,
                        "name": f"{order.pos_reference or order.name}: {self._code_text(code)}",
                        "amount": amount,
                        "persons": persons,
                        "hour": row["hour"],
                        "config_id": row["config_id"],
                        "operator_id": row["user_id"],
                        "record": order,
                    }
                )
        return found

    def _found_lost(self):
        scope = self._scope()
        tickets, sessions = self.env["scenic.ticket"], self.env["pos.session"]
        found = [
            {
                "key": f"order_missing:{row['pos_order_id']}",
                "code": "order_missing",
                "name": self.env._(
                    "The order of %(count)s tickets is missing, the first is %(ticket)s.",
                    count=row["tickets"],
                    ticket=tickets.browse(row["ticket_id"]).alias,
                ),
                "amount": float(row["amount"] or 0),
                "persons": row["tickets"],
                "record": tickets.browse(row["ticket_id"]),
            }
            for row in self._fetch(day_sql.lost_orders(**scope))
        ]
        return found + [
            {
                "key": f"entry_missing:{row['id']}",
                "code": "entry_missing",
                "name": f"{row['name']}: {self._code_text('entry_missing')}",
                "amount": float(row["amount"] or 0),
                "operator_id": row["user_id"],
                "record": sessions.browse(row["id"]),
            }
            for row in self._fetch(day_sql.lost_entries(**scope))
        ]

    def _found_gaps(self):
        """Return the gates that may still know something of the day."""
        found = []
        for record in self._sites()._passage_gaps(self._scope()["end"]):
            found.append(
                {
                    "key": f"silent_box:{record._name}:{record.id}",
                    "code": "silent_box",
                    "name": f"{record.display_name}: {self._code_text('silent_box')}",
                    "amount": 0.0,
                    "record": record,
                }
            )
        return found
