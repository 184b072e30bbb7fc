from datetime import datetime, time, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import pay_sql
from ..tools.pay_code import machine, statement


class ScenicPayAttempt(models.Model):
    """What a manager does with payments: give back, ask again, compare the day."""

    _inherit = "scenic.pay.attempt"

    refund_ids = fields.One2many("scenic.pay.attempt", "origin_id", string="Refunds")

    def _is_returned(self):
        """Tell whether all of a payment was given back."""
        self.ensure_one()
        done = self.sudo().refund_ids.filtered(lambda part: part.state == machine.REFUNDED)
        return sum(done.mapped("amount")) >= self.amount

    def _require_manager(self):
        if not self.env["scenic.shift"]._is_supervisor():
            raise UserError(self.env._("Only a manager can do this."))

    def action_settle(self):
        """Ask the acquirer now."""
        for attempt in self.filtered(lambda attempt: attempt._is_open()):
            attempt._advance()

    def action_give_back(self):
        """Give back a payment that no sale has."""
        self._require_manager()
        for attempt in self.sudo():
            if attempt.kind != "pay" or not attempt.is_unbooked:
                raise UserError(
                    self.env._("Only payments without a sale are given back here: %s", attempt.ref)
                )
            pay_sql.lock(self.env.cr, attempt.id)
            rest = attempt.amount - pay_sql.reserved(self.env.cr, attempt.id)
            if rest <= 0:
                continue
            attempt.create(
                {
                    **{
                        name: attempt[name].id
                        for name in (
                            "company_id",
                            "currency_id",
                            "config_id",
                            "session_id",
                            "payment_method_id",
                        )
                    },
                    "kind": "refund",
                    "state": machine.REFUND_NEW,
                    "ref": attempt.ref,
                    "refund_ref": self._new_ref(),
                    "origin_id": attempt.id,
                    "account": attempt.account,
                    "amount": rest,
                    "wallet": attempt.wallet,
                    "user_id": self.env.uid,
                    "payment_uuid": f"back-{attempt.ref}",
                    "order_uuid": attempt.order_uuid,
                    "order_name": attempt.order_name,
                }
            )

    @api.model
    def _compare_day(self, account, day, company):
        """Return what differs between our attempts of a day and the acquirer's list.

        See ``statement.compare``; the day is the acquirer's, UTC+8.
        """
        begin = datetime.combine(day, time(), timezone.utc).timestamp() - 8 * 3600
        attempts = self.sudo().search(
            [
                ("account", "=", account),
                ("company_id", "=", company.id),
                ("begun", ">=", begin),
                ("begun", "<", begin + 86400),
                ("state", "in", [machine.PAID, machine.REFUNDED]),
            ]
        )
        ours = [
            {
                "kind": attempt.kind,
                "ref": attempt.ref,
                "refund_ref": attempt.refund_ref or "",
                "amount": attempt.amount,
            }
            for attempt in attempts
        ]
        acquirer = self.env["scenic.pay.account"]._acquirer(account, company.currency_id)
        return statement.compare(ours, acquirer.statement(day.isoformat()))
