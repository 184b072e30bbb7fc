import time
from datetime import datetime, timezone

from odoo import api, models

from ..tools import pay_sql
from ..tools.pay_code import machine
from ..tools.pay_code.auth_code import clean, wallet

# a window that is alive asks at least so often; later the scheduled job takes over
_LEFT_ALONE = 15
# refunds and reversals that last longer than this are told to a person
_STUCK = 600
_BATCH = 20


class ScenicPayAttempt(models.Model):
    """How an attempt moves: claim, call, keep. Each is durable before the next begins."""

    _inherit = "scenic.pay.attempt"

    @api.model
    def _clock(self):
        return time.time()

    def _advance(self, auth_code="", cancel=False):
        """Do what is due of this attempt, and return it as it is now (a machine.Attempt).

        Two short transactions of its own enclose the call to the acquirer: no lock and no
        transaction waits for the network, and a crash leaves what may have happened.
        """
        self.ensure_one()
        code = clean(auth_code)
        has_code = bool(code and wallet(code))
        acquirer = self.env["scenic.pay.account"]._acquirer(
            self.sudo().account, self.sudo().currency_id
        )
        title = self.sudo().company_id.name
        self.env.flush_all()
        with self.env["scenic.redemption"]._short_transaction() as own:
            before = self._stored(own.env.cr)
            action, attempt = machine.claim(before, self._clock(), has_code, cancel)
            if action is not None:
                pay_sql.write(own.env.cr, self.id, attempt, self._line(action))
        if action is None:
            self.env.invalidate_all()
            return attempt
        answer = machine.call(acquirer, attempt, action, code, title)
        attempt = self._keep(attempt.step, action, answer)
        self.env.invalidate_all()
        return attempt

    def _keep(self, step, action, answer):
        """Store what an answer means, unless somebody else has gone on meanwhile."""
        with self.env["scenic.redemption"]._short_transaction() as own:
            attempt = self._stored(own.env.cr)
            if attempt.step != step or attempt.final:
                return attempt
            settled = machine.settle(attempt, action, answer, self._clock())
            line = self._line(f"→ {answer.outcome} {answer.code}".strip())
            pay_sql.write(own.env.cr, self.id, settled, line)
            return settled

    def _stored(self, cr):
        row = pay_sql.read(cr, self.id)
        names = machine.Attempt.__dataclass_fields__
        return machine.Attempt(**{name: row[name] for name in names if name in row})

    @staticmethod
    def _line(words):
        return f"{datetime.now(timezone.utc):%H:%M:%S} {words}"

    # ------------------------------------------------------------------
    # without a window
    # ------------------------------------------------------------------

    @api.model
    def _cron_settle(self):
        """Go on with attempts whose window does not ask any more."""
        now = self._clock()
        attempts = self.sudo().search(
            [
                ("state", "not in", list(machine.FINAL)),
                ("due", "<", now - _LEFT_ALONE),
                ("claimed_until", "<", now),
            ],
            order="due",
            limit=_BATCH,
        )
        for attempt in attempts:
            attempt._advance()
        self._tell_stuck()

    @api.model
    def _tell_stuck(self):
        """Make an incident of what could not be settled, and of money nobody booked."""
        late = self._clock() - _STUCK
        stuck = self.sudo().search(
            [
                ("state", "in", [machine.REVERSING, machine.REFUND_NEW, machine.REFUNDING]),
                ("begun", "<", late),
                ("begun", ">", 0),
            ]
        )
        wrong = self.sudo().search([("mismatch", "!=", 0), ("begun", ">", late - 86400)])
        for attempt in stuck | wrong:
            attempt._incident()

    def _incident(self):
        incidents = self.env["scenic.incident"].sudo()
        mark = f"scenic.pay.attempt {self.id}"
        if incidents.search_count([("kind", "=", "payment"), ("facts", "like", f"{mark}:%")]):
            return
        states = dict(self._fields["state"]._description_selection(self.env))
        incidents.create(
            {
                "kind": "payment",
                "company_id": self.company_id.id,
                "amount": self.value,
                "facts": f"{mark}: {self.ref} {states[self.state]} {self.code or ''}\n{self.trace}",
            }
        )
