import time

from odoo import api, models
from odoo.exceptions import AccessError

from ..iot_handlers.scenic_rules.passage import decide
from ..iot_handlers.scenic_rules.reason import Reason
from ..iot_handlers.scenic_rules.views import GateView
from ..tools import history
from ..tools.redemption_sql import read_history

_SHOWN_USES = 5


class ScenicTicketWindow(models.Model):
    """What a window may ask about a ticket that a visitor holds."""

    _inherit = "scenic.ticket"

    @api.model
    def pos_scan(self, text, config_id):
        """Return what a scanned or typed text is worth here and now; changes nothing."""
        self._check_window(config_id)
        ticket, reason = self._find(text)
        if ticket.company_id - self.env.user.company_ids:
            ticket, reason = self.browse(), Reason.E_SITE
        reason = reason or Reason.OK
        return {
            "reason": reason.value,
            "message": self._window_words(reason),
            "ticket": ticket.sudo()._window_facts() if ticket else False,
            "may_redeem": self._may_redeem(),
        }

    @api.model
    def pos_redeem(self, text, zone_id, wanted, config_id, request_id):
        """Walk ``wanted`` persons into a zone; the same ``request_id`` uses nothing twice."""
        config = self._check_window(config_id)
        if not self._may_redeem():
            raise AccessError(self.env._("Only window staff and attendants can let visitors in."))
        zone = self.env["scenic.zone"].browse(zone_id)
        zone.check_access("read")
        answer = self.env["scenic.redemption"]._redeem(
            text,
            zone,
            lane_code=config.name,
            how="window",
            wanted=wanted,
            source_ref=f"window:{config.id}:{request_id}",
            staff=True,
        )
        return {**answer, "message": self._window_words(Reason(answer["reason"]))}

    @api.model
    def _check_window(self, config_id):
        """Return the point of sale that asks; its user must be allowed to work there."""
        if not self.env.user.has_group("point_of_sale.group_pos_user"):
            raise AccessError(self.env._("Only the staff of a window can check tickets there."))
        config = self.env["pos.config"].browse(config_id)
        config.check_access("read")
        return config

    @api.model
    def _may_redeem(self):
        groups = "scenic_ticketing.group_window,scenic_ticketing.group_attendant"
        return self.env.user.has_groups(groups)

    @api.model
    def _window_words(self, reason):
        """Return what the window says about a reason; nothing when all is well."""
        return "" if reason is Reason.OK else self.env["scenic.reason"]._reason_labels()[reason]

    def _window_facts(self):
        """Return this ticket as the window shows it."""
        self.ensure_one()
        labels = dict(self._fields["state"]._description_selection(self.env))
        return {
            "id": self.id,
            "alias": self.alias,
            "product": self.product_id.with_context(display_default_code=False).display_name,
            "site": self.site_id.name,
            "tz": self.site_id.tz,
            "visit_date": self.visit_date.isoformat(),
            "valid_until": self.valid_until.isoformat(),
            "slot": self.slot_id.time_text or "",
            "pax": self.pax,
            "state": self.state,
            "state_label": labels[self.state],
            "order_id": self.pos_order_id.id,
            "order_name": self.pos_order_id.pos_reference or "",
            "rights": self._window_rights(),
            "uses": self._window_uses(),
        }

    def _window_rights(self):
        """Return for each zone of the ticket what is left, and whether one person may enter now."""
        view, rule, now = self._view(), self._rule(), time.time()
        open_here = view.entrances & rule.entrances
        uses = read_history(self.env.cr, self.id)
        codes = self.env["scenic.zone"]._codes()
        rights = []
        for zone in self.env["scenic.zone"].browse(int(zone_id) for zone_id in self.rights):
            info = zone._info()
            gate = GateView.at(
                now,
                info.site.tz,
                site=info.site.code,
                zone=info.code,
                # a window lets people in wherever the ticket is good
                entrance=(open_here & -open_here).bit_length() - 1 if open_here else 0,
                lane="",
                staff=True,
            )
            total = self.rights[str(zone.id)]
            past = history.of_all_zones(uses, zone.id, codes, self.exited_at)
            decision = decide(view, rule, past, gate, now, wanted=1)
            rights.append(
                {
                    "zone_id": zone.id,
                    "zone_code": zone.code,
                    "zone": zone.name,
                    "total": total,
                    "left": max(0, total - past.used),
                    "reason": decision.reason.value,
                    "message": self._window_words(decision.reason),
                }
            )
        return rights

    def _window_uses(self):
        """Return when and where the ticket was used, the latest first."""
        rows = self.env["scenic.redemption"].search(
            [("ticket_id", "=", self.id)], order="happened_at desc, id desc"
        )
        standing = rows.filtered(lambda row: row.kind == "use") - rows.reverses_id
        return [
            {
                "happened_at": row.happened_at.isoformat(" ", "seconds"),
                "zone": row.zone_id.name,
                "lane": row.lane_code or "",
            }
            for row in standing[:_SHOWN_USES]
        ]
