from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class ScenicShift(models.Model):
    """Counting, explaining, closing and handing over. The window calls these in that order."""

    _inherit = "scenic.shift"

    def _accept(self, amount, reason=None):
        """Take the drawer over from the shift before; ``amount`` is what the new cashier counts."""
        self.ensure_one()
        shift = self.sudo()
        if shift.state != "waiting":
            raise UserError(self.env._("Shift %s was taken over already.", shift.name))
        if shift.user_id != self.env.user:
            raise UserError(
                self.env._(
                    "Shift %(shift)s was handed over to %(name)s, who has to log in to take it "
                    "over.",
                    shift=shift.name,
                    name=shift.user_id.name,
                )
            )
        difference = shift.currency_id.compare_amounts(amount, shift.expected_float)
        if difference and not (reason or "").strip():
            raise UserError(self.env._("You counted another amount than you were given: say why."))
        shift.write(
            {
                "state": "open",
                "opening_float": shift.currency_id.round(amount),
                "opening_reason": reason if difference else False,
                "accepted_at": fields.Datetime.now(),
            }
        )

    def _count(self, counted):
        """Keep what was counted, ``{payment method id: amount}``; from now on it is final.

        Payment methods that are left out are taken to be as expected; the drawer may not be.
        """
        self.ensure_one()
        shift = self.sudo()
        if shift.state != "open":
            raise UserError(self._not_now())
        lines = []
        for figures in self._method_figures():
            amount = counted.get(figures["payment_method_id"])
            if amount is None and figures["is_cash"] and shift.session_id.cash_control:
                raise UserError(self.env._("Count the cash in the drawer first."))
            known = amount is not None
            amount = shift.currency_id.round(amount) if known else figures["expected"]
            lines.append({**figures, "counted": amount, "is_counted": known})
        counts = self._count_figures()
        shift.count_ids.unlink()
        shift.line_ids.unlink()
        shift.write(
            {
                "state": "counted",
                "counted_at": fields.Datetime.now(),
                "approved_by_id": False,
                "line_ids": [Command.create(line) for line in lines],
                **self._totals(counts),
                "count_ids": [Command.create(count) for count in counts],
            }
        )
        shift.difference = sum(shift.line_ids.mapped("difference"))

    def _totals(self, counts):
        orders = self.env["pos.order"].sudo().search_count([("scenic_shift_id", "=", self.id)])
        sums = {"sold": 0, "refunded": 0}
        for count in counts:
            if count["kind"] in sums:
                sums[count["kind"]] += count["quantity"]
        return {
            "order_count": orders,
            "order_total": self.sudo().currency_id.round(sum(row["amount"] for row in counts)),
            "ticket_count": sums["sold"],
            "refund_count": sums["refunded"],
        }

    def _recount(self):
        """Drop the count; blind counts only a manager may repeat."""
        self.ensure_one()
        shift = self.sudo()
        if shift.state != "counted":
            raise UserError(self._not_now())
        if not self._may_see_expected():
            raise UserError(
                self.env._(
                    "The count of shift %s is final. A manager can have it counted again.",
                    shift.name,
                )
            )
        shift._drop_count()

    def _drop_count(self):
        self.line_ids.unlink()
        self.count_ids.unlink()
        self.write({"state": "open", "counted_at": False, "approved_by_id": False, "difference": 0})

    def _is_stale(self):
        """Tell whether sales came in after the count."""
        shift = self.sudo()
        now = {row["payment_method_id"]: row["expected"] for row in self._method_figures()}
        then = {line.payment_method_id.id: line.expected for line in shift.line_ids}
        return now != then

    def _finish(self, reasons=None, note=None, hand_to=None):
        """Close the counted shift, and begin the next cashier's where it is handed over.

        :param reasons: ``{payment method id: text}``, for every difference
        :param hand_to: res.users
        :return: the shift that waits for its cashier, or nothing
        """
        self.ensure_one()
        shift = self.sudo()
        if shift.state != "counted":
            raise UserError(self._not_now())
        shift._explain(reasons or {})
        self._check_allowed_difference()
        # the lines have to be in the database before their shift is closed there
        self.env.flush_all()
        shift.write(
            {
                "state": "closed",
                "closed_at": fields.Datetime.now(),
                "closed_by_id": self.env.uid,
                "handed_to_id": hand_to.id if hand_to else False,
                "note": note,
            }
        )
        shift.flush_recordset()
        if not hand_to:
            return self.browse()
        amount = shift.line_ids.filtered("is_cash").counted
        return self._open(
            shift.session_id,
            user_id=hand_to.id,
            previous_id=shift.id,
            state="waiting",
            accepted_at=False,
            expected_float=amount,
            opening_float=amount,
        )

    def _explain(self, reasons):
        for line in self.line_ids:
            if self.currency_id.is_zero(line.difference):
                continue
            reason = (reasons.get(line.payment_method_id.id) or line.reason or "").strip()
            if not reason:
                raise UserError(
                    self.env._(
                        "%(method)s differs by %(amount)s: say why.",
                        method=line.payment_method_id.name,
                        amount=self.currency_id.format(line.difference),
                    )
                )
            line.reason = reason

    def _check_allowed_difference(self):
        """Let only a manager close with more than the window's greatest difference."""
        shift = self.sudo()
        config = shift.config_id
        if not config.set_maximum_difference or shift.approved_by_id or self._is_supervisor():
            return
        worst = max(map(abs, shift.line_ids.mapped("difference")), default=0)
        if shift.currency_id.compare_amounts(worst, config.amount_authorized_diff) > 0:
            raise UserError(
                self.env._(
                    "The difference is more than the %(limit)s that this window allows. A manager "
                    "has to accept it: Scenic, Operations, Shifts, %(shift)s.",
                    limit=shift.currency_id.format(config.amount_authorized_diff),
                    shift=shift.name,
                )
            )

    def action_approve(self):
        """Accept the difference of a counted shift, as a manager."""
        if not self._is_supervisor():
            raise UserError(self.env._("Only a manager can accept a difference."))
        for shift in self.filtered(lambda shift: shift.state == "counted"):
            shift.sudo().approved_by_id = self.env.uid

    def action_recount(self):
        """Have a counted shift counted again, as a manager."""
        for shift in self.filtered(lambda shift: shift.state == "counted"):
            shift._recount()

    def _not_now(self):
        shift = self.sudo()
        states = dict(self._fields["state"]._description_selection(self.env))
        return self.env._(
            "This cannot be done with shift %(shift)s now, because it is: %(state)s. Open the "
            "closing dialog again.",
            shift=shift.name,
            state=states[shift.state],
        )

    @api.model
    def _close_uncounted(self, session):
        """Close what is open when a session was closed around it."""
        shift = self.sudo().search(
            [("session_id", "=", session.id), ("state", "!=", "closed")], limit=1
        )
        if not shift:
            return
        if shift.state == "counted":
            shift._drop_count()
        shift.state = "open"
        drawer = session.sudo().config_id.payment_method_ids.filtered("is_cash_count")[:1]
        cash = session.sudo().cash_register_balance_end_real
        shift._count({drawer.id: cash} if drawer else {})
        reason = self.env._("Closed with the session, without a count.")
        shift.line_ids.filtered("difference").reason = reason
        shift.auto_closed = True
        shift._finish()
