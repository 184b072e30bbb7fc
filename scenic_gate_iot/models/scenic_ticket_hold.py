from datetime import timedelta

from odoo import fields, models


class ScenicTicketHold(models.Model):
    """Which gates could still let a ticket in that is given back."""

    _inherit = "scenic.ticket"

    refund_wait_ids = fields.One2many("scenic.refund.wait", "ticket_id")

    def _refund_boxes(self, at=None):
        """Return the boxes and handhelds that could let this ticket in now, if they had not heard.

        A box that never called has no tickets and no keys. A ticket of a later day opens nothing
        today, and every box that is switched on again hears of it before its day; should one
        not, the passage is found when it reports, as an incident with its amount.
        """
        self.ensure_one()
        ticket = self.sudo()
        today = ticket.site_id._today(at)
        none = self.env["scenic.box"].sudo()
        if not ticket._good_on(today):
            return none
        boxes = none.search(
            [
                ("site_id", "=", ticket.site_id.id),
                ("state", "in", ("paired", "quarantined")),
                ("last_seen", "!=", False),
            ]
        )
        return boxes.filtered(lambda box: ticket._refund_opens(box))

    def _refund_opens(self, box):
        zones = {int(zone_id) for zone_id in self.rights or {}}
        if box.kind == "handheld":
            over = fields.Datetime.now() - timedelta(hours=box.offline_hours)
            return box.last_seen > over and box.zone_id.id in zones
        return any(
            lane.zone_id.id in zones
            and (not lane.entrance_id or self.entrances >> lane.entrance_id.bit & 1)
            for lane in box.lane_ids
        )

    # EXTENDS scenic_ticketing
    def _refund_hold(self):
        if hold := super()._refund_hold():
            return hold
        ticket = self.sudo()
        if self.env.context.get("scenic_refund_paid"):
            return None  # the money is gone: `PosOrderLine._scenic_refund` tells a person
        wait = ticket.refund_wait_ids.sorted("id")[-1:]
        if wait.ready_at:
            return None
        if wait and ticket.state == "void":
            return self._refund_hold_text(wait.gate_ids.filtered(lambda g: not g.passed_at).box_id)
        if ticket.state not in ("valid", "held"):
            return None
        return self._refund_hold_text(ticket._refund_missing())

    def _refund_missing(self):
        """Return the boxes that have to report before the money of this ticket may go."""
        ticket = self.sudo()
        policy = ticket.site_id.refund_gates
        if policy == "never":
            return self.env["scenic.box"].sudo()
        boxes = ticket._refund_boxes()
        if policy == "strict":
            return boxes
        return boxes.filtered(lambda box: not box._refund_is_fresh())

    def _refund_hold_text(self, boxes):
        if not boxes:
            return None
        return self.env._(
            "Waiting for gates: %(gates)s. Until they have reported, one of them could let ticket "
            "%(number)s in.",
            gates="; ".join(box.with_env(self.env).sudo()._refund_name() for box in boxes),
            number=self.alias,
        )

    # EXTENDS scenic_ticketing
    def _refund_wait(self, amounts, config):
        res = super()._refund_wait(amounts, config)
        for ticket in self:
            # it is void by now: ask who could have let it in a moment ago
            boxes = ticket._refund_boxes()
            if ticket.site_id.refund_gates == "fresh":
                boxes = boxes.filtered(lambda box: not box._refund_is_fresh())
            self.env["scenic.refund.wait"]._begin(ticket, boxes, amounts[ticket.id], config)
        return res

    # EXTENDS scenic_ticketing
    def _refund_release(self, reason, config=None):
        res = super()._refund_release(reason, config)
        now = fields.Datetime.now()
        for ticket in self:
            wait = ticket.sudo().refund_wait_ids.filtered(lambda item: not item.ready_at)
            missing = wait.gate_ids.filtered(lambda g: not g.passed_at).box_id
            if not wait:
                missing = ticket._refund_missing()
                amount = ticket._refund_money()["amount"]
                wait = self.env["scenic.refund.wait"]._begin(ticket, missing, amount, config)
            wait.write({"ready_at": now, "signed_by_id": self.env.uid, "reason": reason})
            ticket._refund_told(missing, reason, wait[:1].amount, self.env.user)
        return res

    def _refund_told(self, boxes, reason, amount, owner=None):
        """Keep an incident of money that left before all gates had reported."""
        ticket = self.sudo()
        self.env["scenic.incident"].sudo().create(
            {
                "kind": "refund_early",
                "ticket_id": ticket.id,
                "site_id": ticket.site_id.id,
                "company_id": ticket.company_id.id,
                "amount": amount,
                "box_id": boxes[:1].id,
                "user_id": owner.id if owner else False,
                "facts": self.env._(
                    "Paid before these gates had reported: %(gates)s. %(reason)s",
                    gates="; ".join(box._refund_name() for box in boxes) or "-",
                    reason=reason,
                ),
            }
        )
