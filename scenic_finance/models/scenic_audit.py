from odoo import api, models
from odoo.tools import SQL


class ScenicAudit(models.Model):
    _inherit = "scenic.audit"

    # EXTENDS scenic_ticketing
    @api.model
    def _audit_sources(self):
        """Add who recognised, closed, opened again, exported, kept and checked. Numbers: 20 to 39.

        An entry that was made by hand is told by the history of the entry.
        """
        return super()._audit_sources() | {
            20: _books("scenic.recognition", "create_date", "create_uid", "recognised", "amount"),
            21: _books("scenic.day.close", "closed_at", "closed_by_id", "closed", "name"),
            22: _books(
                "scenic.day.close", "reopened_at", "reopened_by_id", "reopened", "reopen_reason"
            ),
            23: _books("scenic.month.close", "closed_at", "closed_by_id", "closed", "name"),
            24: _books(
                "scenic.month.close", "reopened_at", "reopened_by_id", "reopened", "reopen_reason"
            ),
            25: _books("scenic.day.export", "made_at", "user_id", "exported", "day"),
            26: _books("scenic.deposit", "kept_at", "kept_by_id", "kept", "kept_reason"),
            27: _books("scenic.audit.check", "checked_at", "user_id", "checked", "problem_count"),
        }


def _books(model, moment, user, step, detail):
    return SQL(
        """SELECT id, %(moment)s AS happened_at, %(user)s AS user_id, company_id,
                  'books' AS source, %(step)s AS step, NULL AS action, NULL AS label_of,
                  %(model)s AS model, id AS res_id, %(detail)s::text AS detail, NULL AS reason
             FROM %(table)s WHERE %(moment)s IS NOT NULL""",
        moment=SQL.identifier(moment),
        user=SQL.identifier(user),
        step=step,
        model=model,
        detail=SQL.identifier(detail),
        table=SQL.identifier(model.replace(".", "_")),
    )
