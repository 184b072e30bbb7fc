from odoo import api, models
from odoo.tools import SQL


class ScenicAudit(models.Model):
    _inherit = "scenic.audit"

    # EXTENDS scenic_ticketing
    @api.model
    def _audit_sources(self):
        """Add what staff ordered gates to do. Numbers: 40 to 49."""
        return super()._audit_sources() | {
            40: SQL(
                """SELECT id, create_date AS happened_at, user_id, company_id, 'gates' AS source,
                          NULL AS step, action, 'scenic.gate.command,action' AS label_of,
                          'scenic.gate.command' AS model, id AS res_id, lane_code AS detail, reason
                     FROM scenic_gate_command"""
            )
        }
