from odoo import models

from ..tools.pay_code import machine


class PosPayment(models.Model):
    _inherit = "pos.payment"

    def _scenic_book_attempts(self):
        """Join payments by the customer's code with the attempts that took their money.

        A paid sale is never refused: what has no money behind it becomes an incident.
        """
        payments = self.filtered(
            lambda payment: (
                payment.payment_method_id.use_payment_terminal == "scenic_code" and payment.amount
            )
        )
        if not payments:
            return
        attempts = self.env["scenic.pay.attempt"].sudo()
        found = attempts.search(
            [
                ("payment_uuid", "in", payments.mapped("uuid")),
                ("state", "in", [machine.PAID, machine.REFUNDED]),
            ]
        )
        by_uuid = {attempt.payment_uuid: attempt for attempt in found}
        for payment in payments:
            attempt = by_uuid.get(payment.uuid, attempts)
            if attempt.pos_payment_id == payment and attempt:
                continue
            cents = attempts._cents(payment.session_id, payment.amount)
            signed = -attempt.amount if attempt.kind == "refund" else attempt.amount
            if attempt and not attempt.pos_payment_id and signed == cents:
                attempt.pos_payment_id = payment
                payment.sudo().transaction_id = attempt.refund_ref or attempt.ref
            else:
                payment._scenic_unproven()

    def _scenic_unproven(self):
        self.env["scenic.incident"].sudo().create(
            {
                "kind": "payment",
                "company_id": self.company_id.id,
                "amount": self.amount,
                "facts": f"{self.pos_order_id.name}: {self.payment_method_id.name} {self.amount} "
                f"({self.uuid}) has no settled payment attempt of that amount.",
            }
        )
