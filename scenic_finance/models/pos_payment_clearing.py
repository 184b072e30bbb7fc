from odoo import models


class PosPayment(models.Model):
    """The numbers by which acquirers name payments are searched in every statement."""

    _inherit = "pos.payment"

    _scenic_taken = models.Index("(payment_method_id, payment_date)")
    _scenic_transaction = models.Index("(transaction_id) WHERE transaction_id IS NOT NULL")
    _scenic_ref_no = models.Index("(payment_ref_no) WHERE payment_ref_no IS NOT NULL")


class ScenicPayAttempt(models.Model):
    _inherit = "scenic.pay.attempt"

    _scenic_acquirer_ref = models.Index("(acquirer_ref) WHERE acquirer_ref IS NOT NULL")
