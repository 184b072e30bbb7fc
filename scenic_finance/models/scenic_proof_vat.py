from odoo import api, fields, models

from ..tools import vat_sql


class ScenicProofVat(models.Model):
    """The tax that waits for tickets is proved like their price."""

    _inherit = "scenic.proof"

    vat_balance = fields.Monetary(
        string="Pending VAT", readonly=True, help="Balance of the pending output VAT account."
    )
    vat_expected = fields.Monetary(
        string="Pending VAT of Tickets",
        readonly=True,
        help="Tax of posted sales whose tickets are neither used, expired nor refunded in the "
        "ledger.",
    )

    # EXTENDS scenic_finance
    @api.model
    def _compute_proof(self, company, at=None, tickets=False):
        proof = super()._compute_proof(company, at, tickets)
        account = company.sudo().scenic_pending_vat_account_id
        if not account:
            return proof | {"vat_balance": 0.0, "vat_expected": 0.0}
        self.env.cr.execute(vat_sql.proof(company.id, account.id, at))
        rows = {}
        for section, record_id, ledger, said in self.env.cr.fetchall():
            rows.setdefault(section, []).append((record_id, float(ledger), float(said)))
        [(_none, ledger, said)] = rows.pop("total")
        rounded = company.currency_id.round
        wrong = self.sudo()._vat_differences(rows, rounded)
        return proof | {
            "vat_balance": rounded(ledger),
            "vat_expected": rounded(said),
            "lines": proof["lines"] + wrong,
            "difference_count": proof["difference_count"] + len(wrong),
            "state": "different" if wrong else proof["state"],
        }

    @api.model
    def _vat_differences(self, rows, rounded):
        """Return the lines of what the pending VAT account and the tickets disagree on."""
        lines = []
        items = self.env["account.move.line"]
        for record_id, ledger, said in rows.get("item", []) + rows.get("stray", []):
            aml = items.browse(record_id).exists()
            text = self.env._(
                "Pending VAT of %(entry)s: the ledger has %(ledger).2f, its tickets say "
                "%(said).2f.",
                entry=aml.move_id.name or record_id,
                ledger=ledger,
                said=said,
            )
            links = {"move_id": aml.move_id.id, "move_line_id": aml.id}
            lines.append(self._line("difference", rounded(ledger - said), text, **links))
        for record_id, ledger, said in rows.get("batch", []):
            batch = self.env["scenic.recognition"].browse(record_id)
            text = self.env._(
                "Pending VAT of the recognition %(entry)s: the ledger moved %(ledger).2f, its "
                "tickets say %(said).2f.",
                entry=batch.display_name,
                ledger=-ledger,
                said=-said,
            )
            links = {"move_id": batch.move_id.id, "recognition_id": batch.id}
            lines.append(self._line("difference", rounded(ledger - said), text, **links))
        return lines
