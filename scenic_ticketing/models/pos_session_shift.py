from odoo import fields, models
from odoo.exceptions import UserError


class PosSession(models.Model):
    """A session is one shift after the other."""

    _inherit = "pos.session"

    scenic_shift_ids = fields.One2many("scenic.shift", "session_id", string="Shifts")

    # EXTENDS point_of_sale
    def _set_opening_control_data(self, cashbox_value, notes):
        expected = self.cash_register_balance_start
        res = super()._set_opening_control_data(cashbox_value, notes)
        self.env["scenic.shift"]._open(
            self,
            expected_float=expected,
            opening_float=self.cash_register_balance_start,
            opening_reason=notes or False,
        )
        return res

    # EXTENDS point_of_sale
    def _prepare_account_bank_statement_line_vals(self, session, *args, **kwargs):
        vals = super()._prepare_account_bank_statement_line_vals(session, *args, **kwargs)
        vals["scenic_shift_id"] = self.env["scenic.shift"]._taking_sales(session).id
        return vals

    # EXTENDS point_of_sale
    def try_cash_in_out(self, _type, amount, reason, partner_id, extras):
        """Let window staff put cash in and out of their own drawer, with a reason.

        Odoo itself asks for accounting rights, which nobody at a window has.
        """
        if self._scenic_may_move_cash():
            if amount <= 0 or not (reason or "").strip():
                raise UserError(self.env._("Say how much cash, and why."))
            return super(PosSession, self.sudo()).try_cash_in_out(
                _type, amount, reason, partner_id, extras
            )
        return super().try_cash_in_out(_type, amount, reason, partner_id, extras)

    def _scenic_may_move_cash(self):
        shifts = self.sudo().scenic_shift_ids
        return (
            self.env.user.has_group("scenic_ticketing.group_window")
            and all(session.state == "opened" for session in self)
            and any(shift.state == "open" and shift.user_id == self.env.user for shift in shifts)
        )

    # EXTENDS point_of_sale
    def delete_cash_in_out(self, absl_id, partner_id):
        shift = self.env["account.bank.statement.line"].sudo().browse(absl_id).scenic_shift_id
        if shift.state == "closed":
            raise UserError(
                self.env._("This cash move belongs to shift %s, which is closed.", shift.name)
            )
        return super().delete_cash_in_out(absl_id, partner_id)

    # EXTENDS point_of_sale
    def _validate_session(self, *args, **kwargs):
        res = super()._validate_session(*args, **kwargs)
        for session in self.filtered(lambda session: session.state == "closed"):
            self.env["scenic.shift"]._close_uncounted(session)
        return res

    def _scenic_check_close(self):
        """Raise what the session has against being closed."""
        self.ensure_one()
        problem = self._cannot_close_session()
        if problem:
            raise UserError(problem["message"])

    def _scenic_close(self, shift, note):
        """Close the session with what the last shift counted, as the stock dialog would."""
        # each of these steps is a request of its own in the stock dialog, with nothing remembered,
        # and reads sums that are kept from a blind cashier
        self = self.sudo()
        drawer = shift.line_ids.filtered("is_cash")
        if self.cash_control and drawer:
            answer = self.post_closing_cash_details(drawer.counted)
            if not answer.get("successful"):
                raise UserError(answer.get("message"))
        self.env.flush_all()
        self.env.invalidate_all()
        self.update_closing_control_state_session(note or "")
        diffs = {}
        for line in self.sudo().scenic_shift_ids.line_ids:
            if line.payment_method_id.type == "bank" and not line.is_cash:
                method = line.payment_method_id.id
                diffs[method] = diffs.get(method, 0.0) + line.difference
        answer = self.close_session_from_ui([pair for pair in diffs.items() if pair[1]])
        if not answer.get("successful"):
            raise UserError(answer.get("message"))
