from odoo import fields, models

from ..tools import vat_sql


class ScenicRecognitionVat(models.Model):
    """The tax of used tickets falls due in the entry that makes their price revenue."""

    _inherit = "scenic.recognition"

    vat_release_ids = fields.One2many("scenic.vat.release", "recognition_id", readonly=True)

    has_vat = fields.Boolean(compute="_compute_has_vat")

    def _compute_has_vat(self):
        for batch in self:
            batch.has_vat = bool(batch.vat_release_ids)

    # EXTENDS scenic_finance
    def _balanced_lines(self, rows):
        return super()._balanced_lines(rows) + self._vat_lines()

    def _vat_lines(self):
        """Note what of each ticket's tax is due now; returns the lines that move it."""
        pending = self.company_id.scenic_pending_vat_account_id
        if not pending:
            return []
        self.env.cr.execute(vat_sql.RELEASE, {"batch": self.id})
        if not self.env.cr.rowcount:
            return []
        self.env["scenic.vat.release"].invalidate_model(flush=False)
        self.env.cr.execute(vat_sql.RELEASED, [self.id])
        name = self.env._("VAT of used tickets")
        lines = []
        for account_id, back, amount, count in self.env.cr.fetchall():
            for account, balance in ((pending.id, amount), (account_id, -amount)):
                line = self._line_vals(account, False, float(balance), count, back)
                lines += [{**line, "name": name}] if line else []
        return lines

    def action_vat_releases(self):
        """Open the tax that fell due with this run, ticket by ticket."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_finance.scenic_vat_release_action"
        )
        return {**action, "domain": [("recognition_id", "in", self.ids)]}
