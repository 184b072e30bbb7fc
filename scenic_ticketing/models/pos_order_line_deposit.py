from odoo import models


class PosOrderLineDeposit(models.Model):
    _inherit = "pos.order.line"

    # EXTENDS scenic_ticketing
    def _scenic_process_paid(self):
        res = super()._scenic_process_paid()
        deposits = self.env["scenic.deposit"]
        for line in self.filtered("product_id.scenic_deposit"):
            if line.qty > 0:
                deposits._take(line)
            elif line.qty < 0:
                deposits._give_back(line)
        return res
