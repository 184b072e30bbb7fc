import time

from odoo import api, models

from ..tools.transactions import attempt


class ScenicGateSync(models.AbstractModel):
    """Serves one call of a box."""

    _name = "scenic.gate.sync"
    _description = "Sync with a Box"

    @api.model
    def _serve(self, box_id, message, drift_s):
        """Return the answer (dict) to ``message``, a :class:`SyncRequest`, of a box.

        Works in short transactions of its own, so that facts are safe before anything else is
        looked at, and so that nobody waits for a collision. The language of the context is that
        of the texts people will read.
        """

        def receive(own):
            return own[self._name]._receive(box_id, message, drift_s)

        answer, has_news = attempt(self.env, receive)
        if has_news:
            attempt(self.env, lambda own: own["scenic.ticket.change"]._publish())
        return answer | attempt(self.env, lambda own: own[self._name]._give(box_id, message))

    @api.model
    def _receive(self, box_id, message, drift_s):
        """Store what the box brings; returns (part of the answer, whether tickets changed)."""
        box = self.env["scenic.box"].browse(box_id)
        intake, epochs = self.env["scenic.gate.intake"], self.env["scenic.box.epoch"]
        verdicts = []
        acked_to = epochs._acked_to(box_id, message.epoch)
        if message.facts or acked_to is None or acked_to < message.oldest - 1:
            acked_to, verdicts = intake._take(box, message.epoch, message.facts, message.oldest)
        if message.acks:
            self.env["scenic.gate.command"]._acknowledge(box_id, message.acks)
        intake._match_orphans()
        box._seen(message.status, drift_s)
        answer = {"v": 1, "acked_to": acked_to, "verdicts": verdicts}
        return answer, self.env["scenic.ticket.change"]._has_news()

    @api.model
    def _give(self, box_id, message):
        """Return what the box gets: configuration, tickets, orders and the time.

        A box in quarantine gets nothing but receipts: nobody knows who is asking.
        """
        box = self.env["scenic.box"].browse(box_id)
        answer = {
            "config": None,
            "config_rev": message.config_rev,
            "tickets": [],
            "cursor": message.cursor,
            "more": False,
            "commands": [],
        }
        if box.state == "paired":
            revision, config = self.env["scenic.gate.config"]._for_box(box)
            tickets, cursor, more = self.env["scenic.ticket.change"]._delta(
                box.site_id, box_id, message.epoch, message.cursor
            )
            answer |= {
                "config": None if revision == message.config_rev else config,
                "config_rev": revision,
                "tickets": tickets,
                "cursor": cursor,
                "more": more,
                "commands": self.env["scenic.gate.command"]._pending(box),
            }
        return answer | {"now": time.time()}
