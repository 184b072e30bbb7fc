from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class PosConfigKioskPay(models.Model):
    """Where the money of a self-service page is booked: the sessions of its own point of sale."""

    _inherit = "pos.config"

    scenic_kiosk_method_id = fields.Many2one(
        "pos.payment.method",
        string="Payment at the Page",
        domain="[('use_payment_terminal', '=', 'scenic_code')]",
        ondelete="restrict",
        help="Visitors pay at the page by holding the code of their wallet to its scanner. Empty = "
        "they pay at a window only.",
    )
    scenic_kiosk_user_id = fields.Many2one(
        "res.users",
        string="Cashier of the Page",
        ondelete="restrict",
        help="Sales of the page are booked with the name and the rights of this user, who opens "
        "the session of the page. Give it the rights of window staff and nobody its password.",
    )

    @api.constrains("scenic_kiosk_method_id", "scenic_kiosk_user_id", "payment_method_ids")
    def _check_scenic_kiosk_pay(self):
        for window in self.filtered("scenic_kiosk_method_id"):
            method, user = window.scenic_kiosk_method_id, window.scenic_kiosk_user_id
            if method not in window.payment_method_ids:
                raise ValidationError(
                    self.env._(
                        "%(method)s is no payment method of %(window)s. Add it there first.",
                        method=method.name,
                        window=window.name,
                    )
                )
            if method.use_payment_terminal != "scenic_code":
                raise ValidationError(
                    self.env._(
                        "Nobody is at a self-service page to take %s: only the customer's code "
                        "can be paid there.",
                        method.name,
                    )
                )
            if not user or not user.has_group("scenic_ticketing.group_window"):
                raise ValidationError(
                    self.env._(
                        "Choose a cashier with the rights of window staff for the page of %s.",
                        window.name,
                    )
                )

    def _scenic_kiosk_takes_money(self):
        """Tell whether visitors can pay at the page of this window."""
        self.ensure_one()
        rounds = self.cash_rounding and not self.only_round_cash_method
        same = self.currency_id == self.company_id.currency_id
        return bool(self.scenic_kiosk_method_id and same and not rounds)

    def _scenic_kiosk_session(self):
        """Return the open session that the page books into, in the name of its cashier.

        A page has nobody who opens its session in the morning: its first sale does. Closing it is
        a matter of the back office, where the payments are compared with the acquirer.
        """
        self.ensure_one()
        # two visitors cannot open two sessions
        self.sudo().lock_for_update()
        page = self.with_user(self.sudo().scenic_kiosk_user_id)
        session = page.current_session_id
        if not session:
            page.open_ui()
            page.invalidate_recordset(["current_session_id"])
            session = page.current_session_id
        if session.state == "opening_control":
            session.set_opening_control(0, None)
        if session.state != "opened":
            raise UserError(self.env._("Nothing can be paid here now. Please go to a window."))
        return session
