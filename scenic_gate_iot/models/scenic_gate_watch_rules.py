from collections import defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ..tools import board_status
from .scenic_gate_watch import PREFIX

BURST_MIN = 5
FORGED_MIN = 10  # forged codes are told for so long after they came
WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)


class ScenicGateWatchRules(models.AbstractModel):
    """What the watch looks at. Every finding is a report for ``scenic.incident``."""

    _inherit = "scenic.gate.watch"

    # ------------------------------------------------------------------
    # boxes: what they say about themselves
    # ------------------------------------------------------------------

    @api.model
    def _box_findings(self, boxes):
        found = []
        for box in boxes:
            about = board_status.box(box.status)
            for kind, text in self._box_troubles(box, about):
                found.append(
                    {
                        "box": box,
                        "gate_key": f"{PREFIX}{kind}:{box.id}",
                        "kind": kind,
                        "facts": text,
                    }
                )
        return found

    @api.model
    def _box_troubles(self, box, about):
        """Yield (kind, words) for what is beyond the thresholds of the site."""
        site, name = box.site_id, box.name
        if site.alarm_drift_s and abs(box.clock_drift) > site.alarm_drift_s:
            yield (
                "clock_drift",
                self.env._("The clock of %(box)s is off by %(s)d s.", box=name, s=box.clock_drift),
            )
        if about["disk"] is not None and about["disk"] < site.alarm_disk_mb * 1024**2:
            yield (
                "disk_full",
                self.env._(
                    "%(box)s has %(mb)d MB left. A full disk admits nobody.",
                    box=name,
                    mb=about["disk"] / 1024**2,
                ),
            )
        if site.alarm_unsent and box.unsent >= site.alarm_unsent:
            yield (
                "unsent",
                self.env._(
                    "%(box)s is in contact and holds %(count)s reports that have not arrived.",
                    box=name,
                    count=box.unsent,
                ),
            )

    # ------------------------------------------------------------------
    # lanes: what the facts say
    # ------------------------------------------------------------------

    @api.model
    def _lane_findings(self, site, boxes, now):
        lanes = self.env["scenic.lane"].search([("box_id", "in", boxes.ids)])
        self.env.flush_all()
        found = [
            *self._dead_devices(lanes),
            *self._silent_lanes(site, lanes, now),
            *self._slow_entrances(site, lanes, now),
            *self._refusals(site, lanes, now),
            *self._forgeries(site, lanes, now),
        ]
        return found

    @api.model
    def _finding(self, lane, kind, text, **values):
        return {
            "box": lane.box_id,
            "gate_key": f"{PREFIX}{kind}:{lane.box_id.id}:{lane.code}",
            "kind": kind,
            "lane_code": lane.code,
            "facts": text,
            **values,
        }

    @api.model
    def _dead_devices(self, lanes):
        for lane in lanes:
            box = lane.box_id
            seen = board_status.lane(box.status, lane.code, box._device_words)
            if seen["broken"] or (seen["state"] and not seen["usable"]):
                what = ", ".join(seen["broken"]) or seen["error"] or self.env._("barrier")
                yield self._finding(
                    lane,
                    "device_dead",
                    self.env._("Lane %(lane)s: %(what)s", lane=lane.code, what=what),
                )

    @api.model
    def _counts(self, lanes, since, until, what="scans"):
        """Return {(box, lane): n} of the facts between two moments."""
        counted = {
            "scans": SQL("count(*) FILTER (WHERE kind IN ('reserved', 'refused'))"),
            "admitted": SQL("coalesce(sum(pax) FILTER (WHERE kind = 'reserved'), 0)"),
            "refused": SQL("count(*) FILTER (WHERE kind = 'refused')"),
        }[what]
        self.env.cr.execute(
            SQL(
                """SELECT box_id, lane, %(counted)s FROM scenic_gate_fact
                    WHERE happened_at >= %(since)s AND happened_at < %(until)s
                      AND box_id = ANY(%(boxes)s) AND verdict <> 'drill'
                    GROUP BY box_id, lane""",
                counted=counted,
                since=since,
                until=until,
                boxes=lanes.box_id.ids,
            )
        )
        return defaultdict(int, {(box, lane): n for box, lane, n in self.env.cr.fetchall()})

    @api.model
    def _silent_lanes(self, site, lanes, now):
        if not (site.alarm_silent_min and site.alarm_silent_scans):
            return
        since = now - timedelta(minutes=site.alarm_silent_min)
        counts = self._counts(lanes, since, now + HOUR)
        for place, group in lanes.grouped(_place).items():
            busiest = max(counts[lane.box_id.id, lane.code] for lane in group)
            if not place or busiest < site.alarm_silent_scans:
                continue
            for lane in group:
                if not counts[lane.box_id.id, lane.code]:
                    yield self._finding(
                        lane,
                        "silent_lane",
                        self.env._(
                            "No scan at lane %(lane)s for %(minutes)s minutes; a neighbour had "
                            "many. Is it shut, or is its reader dead?",
                            lane=lane.code,
                            minutes=site.alarm_silent_min,
                        ),
                    )

    @api.model
    def _slow_entrances(self, site, lanes, now):
        if not (site.alarm_pace and site.alarm_pace_min):
            return
        present = self._counts(lanes, now - HOUR, now, "admitted")
        before = self._counts(lanes, now - HOUR - WEEK, now - WEEK, "admitted")
        for place, group in lanes.grouped(_place).items():
            was = sum(before[lane.box_id.id, lane.code] for lane in group)
            is_now = sum(present[lane.box_id.id, lane.code] for lane in group)
            if not place or was < site.alarm_pace_min:
                continue
            if is_now <= was * (100 - site.alarm_pace) / 100:
                where = group[0].entrance_id or group[0].zone_id
                yield {
                    "box": group[0].box_id,
                    "gate_key": f"{PREFIX}slow_gate:{where._name}:{where.id}",
                    "kind": "slow_gate",
                    "persons": was - is_now,
                    "facts": self.env._(
                        "%(place)s: %(now)s persons within the last hour, %(before)s in the same "
                        "hour a week ago.",
                        place=where.display_name,
                        now=is_now,
                        before=was,
                    ),
                }

    @api.model
    def _refusals(self, site, lanes, now):
        if not site.alarm_refused:
            return
        since = now - timedelta(minutes=BURST_MIN)
        refused = self._counts(lanes, since, now + HOUR, "refused")
        scans = self._counts(lanes, since, now + HOUR)
        for lane in lanes:
            key = (lane.box_id.id, lane.code)
            if refused[key] >= site.alarm_refused and 2 * refused[key] >= scans[key]:
                yield self._finding(
                    lane,
                    "refused_burst",
                    self.env._(
                        "Lane %(lane)s refused %(refused)s of %(scans)s scans within 5 minutes.",
                        lane=lane.code,
                        refused=refused[key],
                        scans=scans[key],
                    ),
                )

    @api.model
    def _forgeries(self, site, lanes, now):
        """Find minutes with too many false signatures, also of boxes that report late."""
        if not site.alarm_forged:
            return
        self.env.cr.execute(
            SQL(
                """SELECT box_id, lane, max(n), sum(n), min(first) FROM (
                   SELECT box_id, lane, count(*) AS n, min(happened_at) AS first
                     FROM scenic_gate_fact
                    WHERE happened_at >= %(day)s AND box_id = ANY(%(boxes)s)
                      AND kind = 'refused' AND reason IN ('E_SIG', 'E_CERT')
                      AND (happened_at >= %(since)s OR received_at >= %(since)s)
                    GROUP BY box_id, lane, date_trunc('minute', happened_at)) AS minutes
                    GROUP BY box_id, lane""",
                day=now - timedelta(days=1),
                since=now - timedelta(minutes=FORGED_MIN),
                boxes=lanes.box_id.ids,
            )
        )
        known = {(lane.box_id.id, lane.code): lane for lane in lanes}
        for box_id, code, most, total, first in self.env.cr.fetchall():
            lane = known.get((box_id, code))
            if lane and most >= site.alarm_forged:
                yield self._finding(
                    lane,
                    "forged",
                    self.env._(
                        "%(total)s codes with a false signature at lane %(lane)s since "
                        "%(day)s %(time)s. Keep what was shown, look at the camera.",
                        total=int(total),
                        lane=code,
                        **site._wall_clock(first),
                    ),
                    persons=int(total),
                    happened_at=first.replace(microsecond=0),
                )


def _place(lane):
    """Return what makes lanes neighbours: the same direction at an entrance, or into a zone."""
    where = lane.entrance_id or lane.zone_id
    return where and f"{lane.direction}:{where._name}:{where.id}"
