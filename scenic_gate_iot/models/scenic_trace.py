from odoo import models


class ScenicTrace(models.Model):
    _inherit = "scenic.trace"

    # EXTENDS scenic_ticketing
    def _append_only_tables(self):
        """Add what boxes reported, and what the server made of it."""
        return super()._append_only_tables() | {
            "scenic_gate_fact": "",
            "scenic_gate_fork": "",
            "scenic_gate_verdict": "",
        }
