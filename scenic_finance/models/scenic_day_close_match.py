from collections import defaultdict
from datetime import timedelta

from odoo import models

from ..tools import day_match, day_sql


class ScenicDayCloseMatch(models.Model):
    """Bringing the four counts of a day together."""

    _inherit = "scenic.day.close"

    def _scope(self, day=None):
        """Return what the statements of a day need; by default this one's."""
        self.ensure_one()
        day = day or self.day
        sites = self._sites()
        after = day + timedelta(days=1)
        first = sites[:1]
        midnight = first._midnight if first else (lambda date: date)
        begin, finish = midnight(day), midnight(after)
        return {
            "company": self.company_id.id,
            "day": day,
            "tz": first.tz or "UTC",
            # of the windows, which have one clock, and of the gates, which have that of their site
            "begin": begin,
            "finish": finish,
            "start": min((site._midnight(day) for site in sites), default=begin),
            "end": max((site._midnight(after) for site in sites), default=finish),
        }

    def _rows(self, day=None):
        """Return the values of all match rows of a day, by default this one's."""
        day = day or self.day
        scope = self._scope(day)
        sites = self._sites()
        lanes = {(lane["site_id"], lane["lane"]): lane for lane in sites._passage_lanes()}
        uses = self._fetch(day_sql.uses(**scope))
        gates = day_match.gates(
            [use for use in uses if use["how"] == "gate"], sites._passage_counts(day), lanes
        )
        for row in gates:
            lane = lanes.get((row["site_id"], row["lane"]), {})
            row |= {"place": "gate", "entrance_id": lane.get("entrance_id")}
        hands = [
            {"place": "hand", "rotations": use["used"], "site_id": use["site_id"]}
            | {name: use[name] or 0 for name in ("hour", "used", "sold", "paid", "value")}
            for use in self._by_hand(uses)
        ]
        windows = [{"place": "window", **row} for row in self._fetch(day_sql.windows(**scope))]
        office = [{"place": "office", **row} for row in self._fetch(day_sql.office(**scope))]
        return [*windows, *office, *gates, *hands]

    def _by_hand(self, uses):
        """Return the uses without a barrier, added up by site and hour."""
        sums = defaultdict(lambda: {"used": 0, "sold": 0, "paid": 0, "value": 0})
        for use in uses:
            if use["how"] != "gate":
                row = sums[use["site_id"], use["hour"]]
                for name in row:
                    row[name] += use[name] or 0
        return [
            {"site_id": site_id, "hour": hour, **row}
            for (site_id, hour), row in sorted(sums.items())
        ]

    def _fetch(self, statement):
        self.env.cr.execute(statement)
        return self.env.cr.dictfetchall()

    def _store_match(self):
        self.match_ids.unlink()
        common = {"close_id": self.id, "company_id": self.company_id.id, "day": self.day}
        self.env["scenic.day.match"].create([{**row, **common} for row in self._rows()])
        self.invalidate_recordset(["match_ids"])

    def _round(self, number):
        return self.currency_id.round(float(number or 0)) + 0.0
