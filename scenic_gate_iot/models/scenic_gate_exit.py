from datetime import datetime, timedelta

from odoo import api, models

from odoo.addons.scenic_ticketing.tools.redemption_sql import note_exits

from ..iot_handlers.scenic_gate import facts as gate_facts

_UNIX = datetime(1970, 1, 1)
_WENT_OUT = (gate_facts.PASSED, gate_facts.CLOSED)


class ScenicGateExit(models.AbstractModel):
    """Who was seen to leave: boxes report a ticket that went through a lane leading outside."""

    _inherit = "scenic.gate.intake"

    # EXTENDS scenic_gate_iot
    @api.model
    def _take(self, box, epoch, facts, oldest=1, hold=False):
        answer = super()._take(box, epoch, facts, oldest, hold)
        # what a box in quarantine says changes nothing: at worst a visitor asks at a window
        exits = [] if hold or box.state == "quarantined" else _exits(facts)
        if exits:
            note_exits(self.env.cr, exits)
        return answer


def _exits(facts):
    """Return [(uid, naive UTC moment)] of those facts that say somebody left."""
    return [
        (fact["uid"], _UNIX + timedelta(milliseconds=fact["t"]))
        for fact in facts
        if fact["kind"] in _WENT_OUT and fact["uid"] and not fact["zone"] and not fact["op"]
    ]
