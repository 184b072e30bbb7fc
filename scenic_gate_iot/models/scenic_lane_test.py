from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..tools.client_action import notice
from .scenic_gate_command_test import TEST_ACTIONS


class ScenicLaneTest(models.Model):
    """The test buttons of a lane."""

    _inherit = "scenic.lane"

    command_ids = fields.One2many("scenic.gate.command", "lane_id")
    test_text = fields.Char("Last Test", compute="_compute_test_text")

    @api.depends_context("lang")
    @api.depends("command_ids.result")
    def _compute_test_text(self):
        for lane in self:
            last = self.env["scenic.gate.command"].search(
                [("lane_id", "=", lane.id), ("action", "in", TEST_ACTIONS)], limit=1
            )
            if not last:
                lane.test_text = False
            elif last.action == "test_read" and last.state == "sent":
                lane.test_text = self.env._("Show a code to the reader now.")
            else:
                labels = dict(last._fields["action"]._description_selection(self.env))
                clock = lane.site_id._wall_clock(last.answered_at or last.create_date)
                what = f"{labels[last.action]} — {last.result_text}"
                lane.test_text = f"{clock['day']} {clock['time']} · {what}"

    def _test(self, action):
        """Order a test, as an attendant may."""
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("scenic_ticketing.group_attendant"):
            raise AccessError(self.env._("Only gate attendants test lanes."))
        self.env["scenic.gate.command"]._give(self, action, self.env._("Test of the devices"))

    def action_test_lamp(self):
        """Show green and then red on the lamps of the lane."""
        self._test("test_lamp")

    def action_test_read(self):
        """Wait for one code and tell what the reader made of it."""
        self._test("test_read")
        return notice(self.env._("Show a code to the reader now."), title=self.display_name)

    def action_test_open(self):
        """Ask why, then open the barrier once: whoever stands there could walk through."""
        action = self.action_open_order()
        action["name"] = self.env._("Test the Barrier")
        action["context"] |= {
            "default_action": "test_open",
            "default_reason": self.env._("Test of the devices"),
        }
        return action

    def action_view_commands(self):
        """Show the orders that this lane got."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_gate_iot.scenic_gate_command_action"
        )
        action["domain"] = [("lane_id", "=", self.id)]
        return action
