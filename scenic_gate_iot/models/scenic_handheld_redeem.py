from odoo import api, models
from odoo.tools import SQL

from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules.reason import Reason
from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules.views import refusal


class ScenicHandheldRedeem(models.Model):
    """One passage, whether the server decided it, the handheld, or both.

    Story: a handheld asks, and the answer does not come in time. So it decides alone, and writes
    the fact under the very number that its question carried. The use of an online redemption has
    the name that this fact would give it, so whichever comes second finds it done. If the handheld
    refused meanwhile, the use is taken back when the fact arrives; and a question that arrives
    after its fact is too late to use anything.
    """

    _inherit = "scenic.redemption"

    # EXTENDS scenic_ticketing
    @api.model
    def _redeem_once(self, attempt, again=False):
        if attempt.how == "handheld" and attempt.source_ref and self._is_told(attempt.source_ref):
            return self._answer(refusal(Reason.E_FAULT))
        return super()._redeem_once(attempt, again)

    @api.model
    def _is_told(self, ref):
        """Tell whether the fact ``box:epoch:seq`` is stored; its journal waits for us."""
        box_id, epoch, seq = ref.split(":")
        self.env.cr.execute(
            SQL(
                "SELECT id FROM scenic_box_epoch WHERE box_id = %s AND epoch = %s FOR UPDATE",
                int(box_id),
                epoch,
            )
        )
        if not self.env.cr.fetchone():
            return True  # a journal that nobody opened
        self.env.cr.execute(
            SQL(
                "SELECT 1 FROM scenic_gate_fact WHERE box_id = %s AND epoch = %s AND seq = %s",
                int(box_id),
                epoch,
                int(seq),
            )
        )
        return bool(self.env.cr.fetchone())
