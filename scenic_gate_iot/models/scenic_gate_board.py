import time
from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import board_status

MINUTES = 60  # of the small chart
NOTIFY_EVERY_S = 2.0  # boards look again at most that often while visitors come
_notified = {}  # database -> monotonic time, in each worker


class ScenicGateBoard(models.AbstractModel):
    """What the control room sees: every lane with its state, its scans and its troubles."""

    _name = "scenic.gate.board"
    _description = "Live Board of Lanes"

    @api.model
    def action_board(self):
        """Return {"now", "sites": [...], "lanes": [...]} for the lanes this user may see."""
        lanes = self.env["scenic.lane"].search([("box_id.active", "=", True)])
        now = fields.Datetime.now()
        self.env.flush_all()
        minutes = self._minutes(lanes.box_id.ids, now)
        latest = self._latest(lanes.box_id.ids, now)
        today = self._today(lanes)
        incidents = self._incidents(lanes)
        labels = self.env["scenic.reason"]._reason_labels()
        states = dict(lanes._fields["shown_state"]._description_selection(self.env))
        alarms = self._alarms(lanes)
        rows = []
        for lane in lanes:
            key = (lane.box_id.id, lane.code)
            row = self._lane_row(lane, now) | {
                "minutes": minutes[key],
                "rate": sum(minutes[key][-6:-1]) / 5,
                "incidents": incidents.get((lane.site_id.id, lane.code), 0),
                **today.get(key, {"admitted": 0, "scans": 0, "refused": 0}),
            }
            row["state_text"] = states.get(row["state"], row["state"])
            row["alarms"] = alarms.get((lane.site_id.id, lane.code), [])
            row["trouble"] = row["tone"] in ("bad", "warn") or bool(row["alarms"])
            row["last"] = latest.get(key) or row["last"]
            if row["last"]:
                reason = row["last"]["reason"]
                row["last"]["text"] = labels.get(reason, reason)
            rows.append(row)
        return {
            "now": fields.Datetime.to_string(now),
            "lanes": rows,
            "sites": self._sites(lanes, rows),
            "may_open": self.env.user.has_group("scenic_ticketing.group_attendant"),
        }

    @api.model
    def _lane_row(self, lane, now):
        box = lane.box_id
        seen = board_status.lane(box.status, lane.code, box._device_words)
        about = board_status.box(box.status)
        tone, state = board_status.tone(
            box.state, lane.site_id._gate_is_open(now), box.is_online, seen
        )
        last = seen["last"]
        return {
            "id": lane.id,
            "code": lane.code,
            "name": lane.name,
            "direction": lane.direction,
            "site_id": lane.site_id.id,
            "zone_id": lane.zone_id.id or 0,
            "zone": lane.zone_id.name or "",
            "box_id": box.id,
            "box": box.name,
            "box_state": box.state,
            "tone": tone,
            "state": state,
            "since": _since(box, state, seen),
            "broken": ", ".join(seen["broken"]) or seen["error"],
            "last_seen": fields.Datetime.to_string(box.last_seen) if box.last_seen else False,
            "unsent": box.unsent,
            "drift": round(box.clock_drift, 1),
            "clock": about["clock"],
            "disk_mb": about["disk"] and round(about["disk"] / 1024**2),
            "exposure": about["exposure"],
            "version": box.version or "",
            "warnings": self._warnings(box, about),
            "last": last["t"]
            and {
                "at": fields.Datetime.to_string(_moment(last["t"])),
                "good": last["good"],
                "reason": last["reason"],
                "persons": last["persons"],
            },
        }

    @api.model
    def _warnings(self, box, about):
        """Return the names of what is not well with the box of a lane."""
        site = box.site_id
        found = []
        if site.alarm_drift_s and abs(box.clock_drift) > site.alarm_drift_s:
            found.append("drift")
        if about["clock"] == "unsure":
            found.append("clock")
        if about["disk"] is not None and about["disk"] < site.alarm_disk_mb * 1024**2:
            found.append("disk")
        if site.alarm_unsent and box.unsent >= site.alarm_unsent:
            found.append("unsent")
        if site.alarm_exposure and (about["exposure"] or 0) >= site.alarm_exposure:
            found.append("exposure")
        return found

    # ------------------------------------------------------------------
    # figures of the facts
    # ------------------------------------------------------------------

    @api.model
    def _minutes(self, box_ids, now):
        """Return {(box, lane): scans of each of the last minutes}, the present one last."""
        start = now.replace(second=0, microsecond=0) - timedelta(minutes=MINUTES - 1)
        self.env.cr.execute(
            SQL(
                """SELECT box_id, lane,
                          floor(extract(epoch FROM happened_at - %(start)s) / 60)::int, count(*)
                     FROM scenic_gate_fact
                    WHERE happened_at >= %(start)s AND box_id = ANY(%(boxes)s)
                      AND verdict <> 'drill' AND kind IN ('reserved', 'refused')
                    GROUP BY 1, 2, 3""",
                start=start,
                boxes=box_ids,
            )
        )
        found = defaultdict(lambda: [0] * MINUTES)
        for box_id, lane, minute, count in self.env.cr.fetchall():
            if 0 <= minute < MINUTES:
                found[box_id, lane][minute] = count
        return found

    @api.model
    def _latest(self, box_ids, now):
        """Return {(box, lane): the last scan} of lanes that had one within the hour."""
        self.env.cr.execute(
            SQL(
                """SELECT DISTINCT ON (box_id, lane) box_id, lane, happened_at, kind, reason, pax
                     FROM scenic_gate_fact
                    WHERE happened_at >= %s AND box_id = ANY(%s)
                      AND verdict <> 'drill' AND kind IN ('reserved', 'refused')
                    ORDER BY box_id, lane, happened_at DESC, id DESC""",
                now - timedelta(minutes=MINUTES),
                box_ids,
            )
        )
        return {
            (box_id, lane): {
                "at": fields.Datetime.to_string(at.replace(microsecond=0)),
                "good": kind == "reserved",
                "reason": reason,
                "persons": pax,
            }
            for box_id, lane, at, kind, reason, pax in self.env.cr.fetchall()
        }

    @api.model
    def _today(self, lanes):
        """Return {(box, lane): scans, refusals and persons admitted since midnight of the site}."""
        found = {}
        for site in lanes.site_id:
            self.env.cr.execute(
                SQL(
                    """SELECT box_id, lane, count(*) FILTER (WHERE kind IN ('reserved', 'refused')),
                              count(*) FILTER (WHERE kind = 'refused'),
                              coalesce(sum(CASE kind WHEN 'reserved' THEN pax
                                                     WHEN 'released' THEN -pax END), 0)
                         FROM scenic_gate_fact
                        WHERE happened_at >= %s AND box_id = ANY(%s) AND verdict <> 'drill'
                        GROUP BY 1, 2""",
                    site._midnight(site._today()),
                    lanes.filtered(lambda lane, site=site: lane.site_id == site).box_id.ids,
                )
            )
            for box_id, lane, scans, refused, admitted in self.env.cr.fetchall():
                found[box_id, lane] = {"scans": scans, "refused": refused, "admitted": admitted}
        return found

    @api.model
    def _incidents(self, lanes):
        """Return {(site, lane code): number of open incidents}."""
        groups = self.env["scenic.incident"]._read_group(
            [("state", "=", "open"), ("site_id", "in", lanes.site_id.ids)],
            ["site_id", "lane_code"],
            ["__count"],
        )
        return {(site.id, code): count for site, code, count in groups}

    @api.model
    def _alarms(self, lanes):
        """Return {(site, lane code): words for its open alarms beside dead devices}."""
        kinds_field = self.env["scenic.incident"]._fields["kind"]
        labels = dict(kinds_field._description_selection(self.env))
        return {
            key: [labels[kind] for kind in kinds if kind != "device_dead"]
            for key, kinds in lanes._open_alarms().items()
        }

    @api.model
    def _sites(self, lanes, rows):
        sites = []
        for site in lanes.site_id:
            own = [row for row in rows if row["site_id"] == site.id]
            boxes = {row["box_id"]: row["unsent"] for row in own}
            sites.append(
                {
                    "id": site.id,
                    "name": site.name,
                    "tz": site.tz,
                    "open": site._gate_is_open(),
                    "lanes": len(own),
                    "admitted": sum(row["admitted"] for row in own),
                    "rate": sum(row["rate"] for row in own),
                    "refused": sum(row["refused"] for row in own),
                    "trouble": sum(row["trouble"] for row in own),
                    "unsent": sum(boxes.values()),
                    "incidents": self.env["scenic.incident"].search_count(
                        [("state", "=", "open"), ("site_id", "=", site.id)]
                    ),
                }
            )
        return sites

    @api.model
    def _hint(self):
        """Tell open boards that visitors came, not more often than people can look."""
        now = time.monotonic()
        if now - _notified.get(self.env.cr.dbname, float("-inf")) >= NOTIFY_EVERY_S:
            _notified[self.env.cr.dbname] = now
            self.env["scenic.box"]._notify_board()


def _since(box, state, seen):
    """Return since when a lane is as it is shown: a silent box said its last word long ago."""
    moment = box.last_seen if state == "silent" else seen["since"]
    return fields.Datetime.to_string(moment) if moment else False


def _moment(seconds):
    return board_status.lane_status._moment(seconds) or fields.Datetime.now()
