from odoo import api, fields, models
from odoo.tools import SQL


class ScenicProofBreakage(models.Model):
    """Breakage taken ahead is proved too: its account against the lines of the recognitions."""

    _inherit = "scenic.proof"

    breakage_ahead = fields.Monetary(
        readonly=True,
        help="Expected breakage that is income already, on an account of its own against the "
        "ticket liability.",
    )

    # EXTENDS scenic_finance
    @api.model
    def _compute_proof(self, company, at=None, tickets=False):
        proof = super()._compute_proof(company, at, tickets)
        rows = self.sudo()._breakage_rows(company, at)
        return {**proof, "breakage_ahead": company.currency_id.round(sum(row[1] for row in rows))}

    # EXTENDS scenic_finance
    @api.model
    def _open_lines(self, sections, company, day):
        lines = super()._open_lines(sections, company, day)
        for batch, ledger, expected, aml in self._breakage_rows(company, day):
            if not company.currency_id.compare_amounts(ledger, expected):
                continue
            recognition = self.env["scenic.recognition"].browse(batch)
            move = self.env["account.move.line"].browse(aml).move_id or recognition.move_id
            text = self.env._(
                "%(entry)s, breakage taken ahead: the ledger has %(ledger).2f, the recognition "
                "says %(expected).2f.",
                entry=move.name,
                ledger=ledger,
                expected=expected,
            )
            links = {"move_id": move.id, "recognition_id": batch, "move_line_id": aml}
            lines.append(self._line("difference", ledger - expected, text, **links))
        return lines

    @api.model
    def _breakage_rows(self, company, day):
        """Return ``(recognition, debit in the ledger, sum of its lines, some journal item)``."""
        account = company.scenic_breakage_ahead_account_id
        upto = SQL("AND l.date <= %s", day) if day else SQL()
        posted = SQL("AND m.date <= %s", day) if day else SQL()
        self.env.cr.execute(
            SQL(
                """
WITH ledger AS (
    SELECT l.scenic_recognition_id AS batch, SUM(l.balance) AS amount, MIN(l.id) AS aml
      FROM account_move_line l
     WHERE l.company_id = %(company)s AND l.account_id = %(account)s
       AND l.parent_state = 'posted' %(upto)s
     GROUP BY 1
), taken AS (
    SELECT b.recognition_id AS batch, SUM(b.amount) AS amount
      FROM scenic_breakage_line b
      JOIN scenic_recognition r ON r.id = b.recognition_id
      LEFT JOIN account_move m ON m.id = r.move_id
     WHERE b.company_id = %(company)s %(posted)s
     GROUP BY 1
)
SELECT COALESCE(l.batch, t.batch), COALESCE(l.amount, 0), COALESCE(t.amount, 0), l.aml
  FROM ledger l FULL JOIN taken t ON t.batch = l.batch
""",
                company=company.id,
                account=account.id or None,
                upto=upto,
                posted=posted,
            )
        )
        return [
            (batch, float(ledger), float(taken), aml)
            for batch, ledger, taken, aml in self.env.cr.fetchall()
        ]
