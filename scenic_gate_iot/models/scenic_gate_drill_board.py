from odoo import api, models


class ScenicGateDrillBoard(models.AbstractModel):
    """The live board says which lane is at a drill, and which should have had one."""

    _inherit = "scenic.gate.board"

    # EXTENDS scenic_gate_iot
    @api.model
    def _lane_row(self, lane, now):
        row = super()._lane_row(lane, now)
        if lane.drill_overdue:
            row["warnings"].append("drill")
        return row | {"drill": _is_drilled(lane)}


def _is_drilled(lane):
    status = lane.box_id.status
    lanes = status.get("lanes") if isinstance(status, dict) else None
    data = lanes.get(lane.code) if isinstance(lanes, dict) else None
    return isinstance(data, dict) and data.get("drill") is True and lane.is_online
