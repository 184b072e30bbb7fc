from datetime import timedelta

from odoo import api, fields, models

PREFIX = "watch:"
# trouble that comes back this soon is the same trouble: no new incident, no storm
SAME = timedelta(minutes=30)


class ScenicGateWatch(models.AbstractModel):
    """Watches the gates: opens one incident per lane and cause, and closes it when it is over."""

    _name = "scenic.gate.watch"
    _description = "Watch over Gates"

    @api.model
    def _cron_watch(self):
        """Look at all sites that have boxes."""
        boxes = self.env["scenic.box"].search([("kind", "=", "box"), ("state", "!=", "new")])
        for site in boxes.site_id:
            words = site._gate_words()
            self.with_env(words.env)._watch(words)
        self.env["scenic.refund.wait"]._cron_review()

    @api.model
    def _watch(self, site, now=None):
        """Compare a site's gates with its thresholds at ``now`` (naive UTC)."""
        now = (now or fields.Datetime.now()).replace(microsecond=0)
        boxes = self.env["scenic.box"].search(
            [("site_id", "=", site.id), ("kind", "=", "box"), ("state", "=", "paired")]
        )
        online = boxes.filtered("is_online")
        findings = self._box_findings(online) if online else []
        if online and site._gate_expects_visitors(now):
            findings += self._lane_findings(site, online, now)
        self._close_over(site, {item["gate_key"] for item in findings}, boxes - online, now)
        for box in findings and online:
            mine = [item for item in findings if item["box"] == box]
            self._report(box, mine, now)

    @api.model
    def _report(self, box, findings, now):
        """Open, renew or leave alone the incident of each finding."""
        reports = []
        for item in findings:
            report = {name: value for name, value in item.items() if name != "box"}
            last = self.env["scenic.incident"].search(
                [("gate_key", "=", report["gate_key"])], order="id desc", limit=1
            )
            if last.state == "done" and not last.watch_over_at:
                continue  # somebody has settled it, and it has not been over since
            if last.state == "done" and last.watch_over_at > now - SAME:
                if last.outcome_kind != "over":
                    continue
                last.write({"state": "open", "outcome_kind": False, "watch_over_at": False})
            reports.append({"happened_at": now, "persons": 0, "whole": True, **report})
        if reports:
            self.env["scenic.incident"]._gate_report(box, reports)

    @api.model
    def _close_over(self, site, keys, unreachable, now):
        """Close what is over; what a box that is out of reach had stays open."""
        found = self.env["scenic.incident"].search(
            [
                ("site_id", "=", site.id),
                ("gate_key", "=like", f"{PREFIX}%"),
                ("gate_key", "not in", list(keys)),
                ("watch_over_at", "=", False),
                ("box_id", "not in", unreachable.ids),
            ]
        )
        found.write({"watch_over_at": now})
        found.filtered(lambda item: item.state == "open").write(
            {
                "state": "done",
                "outcome_kind": "over",
                "outcome": self.env._(
                    "Over at %(day)s %(time)s, without anybody's doing.", **site._wall_clock(now)
                ),
            }
        )
