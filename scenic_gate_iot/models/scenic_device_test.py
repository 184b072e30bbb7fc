from odoo import fields, models


class ScenicDeviceTest(models.Model):
    """The test buttons of a device; the lane does what they say."""

    _inherit = "scenic.device"

    box_state = fields.Selection(related="lane_id.box_state")

    def action_test_lamp(self):
        """Show green and then red."""
        return self.lane_id.action_test_lamp()

    def action_test_read(self):
        """Wait for one code at the lane of this device."""
        return self.lane_id.action_test_read()

    def action_test_open(self):
        """Open the barrier once, with a reason."""
        return self.lane_id.action_test_open()
