import logging
import time
from functools import partial

from odoo import api, models

from ..tools.config_fault import ConfigFault
from ..tools.transactions import attempt, is_passing

_logger = logging.getLogger(__name__)


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

        def receive(own, error=None):
            return own[self._name]._receive(box_id, message, drift_s, error)

        try:
            answer, has_news = attempt(self.env, receive)
        except Exception as err:
            # Whatever the ledger objects to (books that are not set up, a defect), what happened
            # is stored: the box would repeat this report for ever and never come to the next.
            # When only the database was away, the box repeats it soon.
            if not message.facts or is_passing(err):
                raise
            _logger.warning("Reports of box %s are stored but not entered", box_id, exc_info=True)
            answer, has_news = attempt(self.env, partial(receive, error=err))
        if any(item["verdict"] == "unknown_ticket" for item in answer["verdicts"]):
            # its sale may be committed since: the sale looks for the passage in the same way
            attempt(self.env, lambda own: own["scenic.gate.intake"]._try_orphans())
            has_news = True
        if has_news:
            attempt(self.env, lambda own: own["scenic.ticket.change"]._publish())
        return answer | self._given(box_id, message)

    @api.model
    def _given(self, box_id, message):
        """Return what the box gets; without a configuration where that cannot be made."""
        try:
            return attempt(self.env, lambda own: own[self._name]._give(box_id, message))
        except ConfigFault as err:
            # the box goes on with the one it has; facts, tickets and orders do not depend on it
            fault = err
        return attempt(self.env, lambda own: own[self._name]._give_rest(box_id, message, fault))

    @api.model
    def _give_rest(self, box_id, message, fault):
        self.env["scenic.box"].browse(box_id)._config_failed(fault)
        return self._give(box_id, message)

    @api.model
    def _receive(self, box_id, message, drift_s, error=None):
        """Store what the box brings; returns (part of the answer, whether tickets changed).

        ``error``: why entering it in the ledger failed; this time it is only stored.
        """
        box = self.env["scenic.box"].browse(box_id)
        intake, epochs = self.env["scenic.gate.intake"], self.env["scenic.box.epoch"]
        verdicts = []
        acked_to = epochs._acked_to(box_id, message.epoch)
        if error:
            acked_to, verdicts = intake._hold(
                box, message.epoch, message.facts, message.oldest, error
            )
        elif message.facts or acked_to is None or acked_to < message.oldest - 1:
            acked_to, verdicts = intake._take(box, message.epoch, message.facts, message.oldest)
        if message.acks:
            self.env["scenic.gate.command"]._acknowledge(box_id, message.acks)
        if not error:
            intake._try_orphans()
            self.env["scenic.refund.wait"]._box_reported(box_id, message)
        if not box._seen(message.status, drift_s) and message.facts:
            self.env["scenic.gate.board"]._hint()
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
            tickets, cursor, more = self.env["scenic.ticket.change"]._delta(
                box.site_id, box_id, message.epoch, message.cursor
            )
            answer |= box._config_news(message.config_rev) | {
                "tickets": tickets,
                "cursor": cursor,
                "more": more,
                "commands": self.env["scenic.gate.command"]._pending(box),
            }
        return answer | self._now()

    @api.model
    def _now(self):
        return {"now": time.time()}
