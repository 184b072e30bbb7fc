from odoo import api, models
from odoo.tools import SQL

from ..tools import settlement_sql, share_sql


class ScenicSettlementLines(models.Model):
    """The lines of a settlement: taken once, added up, freed when it is taken back."""

    _inherit = "scenic.settlement"

    def _collect(self):
        """Take the open lines until the last day; what another settlement has stays there.

        Two that collect at once update the same rows: the database lets one of them go on and
        the other start again, after which it finds nothing left to take.
        """
        self.env.flush_all()
        for settlement in self:
            self.env.cr.execute(
                share_sql.CLAIM,
                {
                    "settlement": settlement.id,
                    "company": settlement.company_id.id,
                    "partner": settlement.partner_id.id,
                    "until": settlement.date_to,
                },
            )
            settlement._add_up()
        self.env["scenic.share.line"].invalidate_model(["settlement_id"], flush=False)
        self.invalidate_recordset(["line_ids"], flush=False)

    def _add_up(self):
        self.ensure_one()
        self.env.cr.execute(settlement_sql.TOTALS, [self.date_from, self.date_from, self.id])
        count, amount, base, late, late_amount = self.env.cr.fetchone()
        self.write(
            {
                "passage_count": count,
                "amount": amount,
                "base": base,
                "late_count": late,
                "late_amount": late_amount,
            }
        )

    def _free(self):
        """Let the lines go, for another settlement to take."""
        self.env.flush_all()
        self.env.cr.execute(share_sql.RELEASE, [self.ids])
        self.env["scenic.share.line"].invalidate_model(["settlement_id"], flush=False)
        self.invalidate_recordset(["line_ids"], flush=False)

    def _summary(self):
        """Return what the settlement adds up to by share, product, zone and kind."""
        self.ensure_one()
        return self._summed(SQL("l.settlement_id = %s", self.id))

    @api.model
    def _summed(self, condition):
        self.env.flush_all()
        self.env.cr.execute(settlement_sql.summary(condition))
        # at once: whatever is asked for next uses the same cursor
        found = self.env.cr.dictfetchall()
        kinds = dict(self.env["scenic.share.line"]._fields["kind"]._description_selection(self.env))
        rows = []
        for row in found:
            share = self.env["scenic.share"].sudo().browse(row["share_id"])
            product = self.env["product.product"].sudo().browse(row["product_id"])
            zone = self.env["scenic.zone"].sudo().browse(row["zone_id"])
            rows.append(
                {
                    **row,
                    "share": share.display_name,
                    "product": product.name,
                    "zone": zone.name or "",
                    "kind": kinds[row["kind"]],
                }
            )
        return rows
