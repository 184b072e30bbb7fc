from odoo import models


class ScenicTicketWhy(models.Model):
    """From a ticket to the test bench."""

    _inherit = "scenic.ticket"

    def action_why(self):
        """Tell what a gate of the ticket's first zone would say now, and why."""
        self.ensure_one()
        zone = self.env["scenic.zone"].browse(int(zone_id) for zone_id in self.rights)[:1]
        return self.env["scenic.why"]._open(self.alias, zone)
