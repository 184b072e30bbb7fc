import json

from odoo import api, models
from odoo.tools import SQL

from ..tools import lane_status
from .scenic_box import SEEN_EVERY_S


class ScenicBoxPresence(models.Model):
    """What a box says about itself, and what it means when it says nothing."""

    _inherit = "scenic.box"

    def _seen(self, status, drift_s):
        """Store what the box says about itself, at most every ``SEEN_EVERY_S`` seconds.

        Something that people must see at once (a lane in trouble, a device that fails, lanes that
        the box has just learned of) is written without waiting. Returns whether it was written.
        """
        self.ensure_one()
        version, unsent = status.get("version"), status.get("unsent")
        self.env.cr.execute(
            SQL(
                """UPDATE scenic_box
                      SET last_seen = now() AT TIME ZONE 'UTC', status = %(status)s,
                          clock_drift = %(drift)s, unsent = %(unsent)s, version = %(version)s,
                          trouble = %(trouble)s
                    WHERE id = %(id)s AND (
                          last_seen IS NULL OR trouble IS DISTINCT FROM %(trouble)s
                          OR coalesce(status ->> 'config_rev', '') <> %(config_rev)s
                          OR last_seen < (now() AT TIME ZONE 'UTC') - %(every)s * interval '1 s')
                """,
                status=json.dumps(status),
                drift=round(max(-1e9, min(1e9, drift_s)), 3),
                unsent=unsent if type(unsent) is int and 0 <= unsent < 2**31 else 0,
                version=version[:64] if isinstance(version, str) else None,
                trouble=lane_status.trouble(status),
                config_rev=str(status.get("config_rev") or ""),
                every=SEEN_EVERY_S,
                id=self.id,
            )
        )
        written = bool(self.env.cr.rowcount)
        if written:
            self.invalidate_recordset(flush=False)
            self._notify_board()
        return written

    def _notify_board(self):
        """Tell open lane boards that something changed; the message itself carries nothing."""
        group = self.env.ref("scenic_ticketing.group_attendant", raise_if_not_found=False)
        if group:
            group.sudo()._bus_send("scenic_gate_board", {})

    def _report_silent(self):
        self.ensure_one()
        self.env["scenic.incident"]._gate_report(
            self,
            [
                {
                    "gate_key": f"silent:{self.id}",
                    "kind": "silent_gate",
                    "happened_at": self.last_seen,
                    "facts": self.env._(
                        "Box %(box)s has not called since %(day)s %(time)s. Lanes: %(lanes)s.",
                        box=self.name,
                        lanes=", ".join(self.lane_ids.mapped("code")) or "-",
                        **self.site_id._wall_clock(self.last_seen),
                    ),
                    "persons": 0,
                    "whole": True,
                }
            ],
        )

    @api.model
    def _cron_silent(self):
        """Open an incident for each box that should call and does not."""
        silent = self.search(
            [("kind", "=", "box"), ("state", "!=", "new"), ("is_online", "=", False)]
        )
        for box in silent.filtered(lambda item: item.last_seen and item.site_id._gate_is_open()):
            box.with_env(box.site_id._gate_words().env)._report_silent()
        for site, talking in self.search([("is_online", "=", True)]).grouped("site_id").items():
            words = site._gate_words().env
            words["scenic.incident"]._gate_settle(
                [f"silent:{box.id}" for box in talking], words._("The box calls again.")
            )
        if silent:
            self._notify_board()
