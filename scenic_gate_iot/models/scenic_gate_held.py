import logging

from odoo import api, models
from odoo.tools import SQL

from ..iot_handlers.scenic_gate import facts as gate_facts
from ..tools.transactions import COLLISIONS, attempt, is_passing
from ..tools.verdicts import before_look_up

_logger = logging.getLogger(__name__)

# Facts that are stored but wait for their place in the ledger.
_WAITING = SQL(
    """FROM scenic_gate_fact f WHERE f.verdict = 'held'
        AND NOT EXISTS (SELECT 1 FROM scenic_gate_verdict v WHERE v.fact_id = f.id)"""
)


class ScenicGateHeld(models.AbstractModel):
    """What is stored and not yet entered.

    Reports of boxes in quarantine, and reports that the ledger could not take when they came, for
    instance because the books were not set up.
    """

    _inherit = "scenic.gate.intake"

    @api.model
    def _hold(self, box, epoch, facts, oldest, error):
        """Store ``facts`` without entering them, after entering them failed with ``error``."""
        answer = self._take(box, epoch, facts, oldest, hold=True)
        self._apart(lambda: self.env["scenic.gate.alarm"]._report_failure(box, error))
        return answer

    @api.model
    def _tell(self, box, rows, hold):
        """Open incidents for what was reported; what is only held is kept whatever they say."""
        alarm = self.env["scenic.gate.alarm"]
        if hold:
            self._apart(lambda: alarm._raise(box, rows))
        else:
            alarm._raise(box, rows)

    @api.model
    def _apart(self, work):
        """Do what must not keep a report out; return None when it could not be done."""
        try:
            with self.env.cr.savepoint():
                return work()
        except Exception as err:
            if is_passing(err) or isinstance(err, COLLISIONS):
                raise
            _logger.warning("Part of the work on gate reports is left", exc_info=True)
            return None

    @api.model
    def _try_orphans(self):
        """Settle what has its ticket by now, unless the ledger objects.

        A passage that it does not take would else keep all boxes of all companies from being
        served; the job comes to it, one ticket at a time.
        """
        if not self.env["scenic.gate.orphan"]._matched():
            return 0
        return self._apart(self._match_orphans) or 0

    @api.model
    def _judge_held(self, box, uid=None):
        """Give the waiting facts of ``box`` (those about one ticket) their place in the ledger."""
        about = SQL("AND f.uid = %s", uid) if uid else SQL()
        self.env.cr.execute(
            SQL("SELECT f.id, f.kind, f.uid %s AND f.box_id = %s %s", _WAITING, box.id, about)
        )
        rows = self.env.cr.fetchall()
        # from here on the ledger sees them, as passages whose ticket is looked for
        self.env["scenic.gate.verdict"]._add(
            [(fact_id, before_look_up(kind, uid), 0) for fact_id, kind, uid in rows]
        )
        self.env["scenic.gate.orphan"]._wait(
            [fact_id for fact_id, kind, uid in rows if kind == gate_facts.RESERVED and uid]
        )
        self._match_orphans()

    @api.model
    def _cron_settle(self):
        """Settle what waited: sales that came late, and reports that were held.

        One ticket at a time, so that a bad one keeps no other from the ledger.
        """
        for uid, box_id in self.env["scenic.gate.orphan"]._matched().items():
            self._try(lambda own, uid=uid: own._match_orphans(uid), box_id)
        self.env.cr.execute(
            SQL(
                """SELECT DISTINCT f.box_id, f.uid %s
                      AND f.box_id IN (SELECT id FROM scenic_box WHERE state = 'paired')""",
                _WAITING,
            )
        )
        for box_id, uid in self.env.cr.fetchall():
            self._try(
                lambda own, box_id=box_id, uid=uid: own._judge_held(
                    own.env["scenic.box"].browse(box_id), uid
                )
            )

    @api.model
    def _try(self, work, box_id=None):
        try:
            attempt(self.env, lambda own: work(own[self._name]))
        except Exception as err:  # whatever the ledger objects to, the next ticket gets its turn
            _logger.warning("Gate reports still wait for the ledger", exc_info=True)
            if box_id and not is_passing(err):
                self._try(lambda own, err=err: own._report_waiting(box_id, err))

    @api.model
    def _report_waiting(self, box_id, error):
        box = self.env["scenic.box"].browse(box_id)
        self.env["scenic.gate.alarm"]._report_failure(box, error)
