from odoo import models

from ..tools.pay_code import machine


class PosSession(models.Model):
    _inherit = "pos.session"

    # EXTENDS point_of_sale
    def _cannot_close_session(self, bank_payment_method_diffs=None):
        problem = super()._cannot_close_session(bank_payment_method_diffs)
        return problem or self._scenic_unsettled()

    def _scenic_unsettled(self):
        """Return why payments by the customer's code keep this session open, or None."""
        attempts = self.env["scenic.pay.attempt"].sudo()
        here = [("session_id", "in", self.ids)]
        open_ones = attempts.search([*here, ("state", "not in", list(machine.FINAL))])
        lost = attempts.search([*here, ("is_unbooked", "=", True)]) if not open_ones else attempts
        # of a payment that was given back whole nothing is missing
        lost = lost.filtered(lambda attempt: attempt.kind == "pay" and not attempt._is_returned())
        if not open_ones and not lost:
            return None
        names = ", ".join(
            f"{attempt.order_name or attempt.ref} {attempt.currency_id.format(attempt.value)}"
            for attempt in open_ones or lost
        )
        message = (
            self.env._(
                "Payments by the customer's code are not settled yet: %s. Wait a moment.", names
            )
            if open_ones
            else self.env._(
                "Customers paid for orders that were never finished: %s. Finish them, or have a "
                "manager give the money back (Scenic, Operations, Payments by Code).",
                names,
            )
        )
        return {"successful": False, "message": message, "redirect": False}
