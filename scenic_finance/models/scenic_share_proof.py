from odoo import api, fields, models

from ..tools import share_proof_sql

_ODD_LIMIT = 200
# older batches whose lines are all settled are proved by their settlements
_DAYS = 40


class ScenicProof(models.Model):
    """The proof over shares: events x rules = lines = accrual account + what was billed."""

    _inherit = "scenic.proof"

    share_accrued = fields.Monetary(
        string="Accrued for Partners", readonly=True, help="All shares of passages so far."
    )
    share_billed = fields.Monetary(
        string="Settled with Partners", readonly=True, help="Settlements with a posted bill."
    )
    share_balance = fields.Monetary(
        string="Owed to Partners", readonly=True, help="Balance of the accrual accounts."
    )

    # EXTENDS scenic_finance
    @api.model
    def _compute_proof(self, company, at=None, tickets=False):
        result = super()._compute_proof(company, at, tickets)
        if not tickets:
            return result
        self.env.cr.execute(
            share_proof_sql.totals(company.id, self.env["account.account"]._scenic_share_ids())
        )
        [amounts] = self.env.cr.fetchall()
        rounded = company.currency_id.round
        names = ("share_accrued", "share_billed", "share_balance")
        return result | {name: rounded(amount) for name, amount in zip(names, amounts, strict=True)}

    # EXTENDS scenic_finance
    @api.model
    def _ticket_lines(self, company):
        lines = super()._ticket_lines(company)
        accounts = self.env["account.account"]._scenic_share_ids()
        if not accounts:
            return lines
        return [
            *lines,
            *self._share_rule_lines(company),
            *self._share_ledger_lines(company, accounts),
            *self._share_settled_lines(company, accounts),
            *self._share_stray_lines(company, accounts),
        ]

    @api.model
    def _share_rule_lines(self, company):
        """Return the shares whose lines are not what the passages give by the rules."""
        cr = self.env.cr
        since = fields.Date.subtract(self.env["scenic.recognition"]._today(company), days=_DAYS)
        cr.execute(share_proof_sql.BATCHES, {"company": company.id, "since": since})
        batches = [batch_id for (batch_id,) in cr.fetchall()]
        if not batches:
            return []
        cr.execute(share_proof_sql.RULES, {"batches": batches})
        lines = []
        for batch_id, share_id, wanted, stored in cr.fetchall():
            cr.execute(share_proof_sql.CULPRIT, {"batches": [batch_id], "share": share_id})
            ticket = cr.fetchone()
            batch = self.env["scenic.recognition"].browse(batch_id)
            share = self.env["scenic.share"].browse(share_id)
            lines.append(
                self._line(
                    "difference",
                    company.currency_id.round(stored - wanted),
                    self.env._(
                        "%(share)s, recognition %(entry)s: accrued %(stored).2f, its passages "
                        "give %(wanted).2f.",
                        share=share.display_name,
                        entry=batch.display_name,
                        stored=stored,
                        wanted=wanted,
                    ),
                    recognition_id=batch_id,
                    share_id=share_id,
                    ticket_id=ticket[0] if ticket else False,
                )
            )
        return lines

    @api.model
    def _share_ledger_lines(self, company, accounts):
        """Return the accruals that the ledger has not as the lines have them."""
        self.env.cr.execute(share_proof_sql.ledger(company.id, accounts))
        lines = []
        for batch_id, share_id, accrued, booked in self.env.cr.fetchall():
            batch = self.env["scenic.recognition"].browse(batch_id)
            share = self.env["scenic.share"].browse(share_id)
            lines.append(
                self._line(
                    "difference",
                    company.currency_id.round(booked - accrued),
                    self.env._(
                        "%(share)s, recognition %(entry)s: the ledger has %(booked).2f, the "
                        "accrued lines say %(accrued).2f.",
                        share=share.display_name,
                        entry=batch.display_name,
                        booked=booked,
                        accrued=accrued,
                    ),
                    recognition_id=batch_id,
                    move_id=batch.move_id.id,
                    share_id=share_id,
                )
            )
        return lines

    @api.model
    def _share_settled_lines(self, company, accounts):
        """Return the settlements whose lines or bill are not what was agreed."""
        self.env.cr.execute(share_proof_sql.settled(company.id, accounts))
        lines = []
        for settlement_id, agreed, accrued, billed in self.env.cr.fetchall():
            settlement = self.env["scenic.settlement"].browse(settlement_id)
            wrong = billed if agreed == accrued else accrued
            due = agreed if settlement.state == "billed" or agreed != accrued else 0
            lines.append(
                self._line(
                    "difference",
                    company.currency_id.round(wrong - due),
                    self.env._(
                        "Settlement %(settlement)s of %(partner)s: agreed %(agreed).2f, its lines "
                        "%(accrued).2f, its bill %(billed).2f.",
                        settlement=settlement.display_name,
                        partner=settlement.partner_id.name,
                        agreed=agreed,
                        accrued=accrued,
                        billed=billed,
                    ),
                    settlement_id=settlement_id,
                )
            )
        return lines

    @api.model
    def _share_stray_lines(self, company, accounts):
        """Return what somebody booked on an accrual account by hand."""
        self.env.cr.execute(share_proof_sql.strays(company.id, accounts, _ODD_LIMIT))
        lines = []
        for line_id, balance in self.env.cr.fetchall():
            aml = self.env["account.move.line"].browse(line_id)
            lines.append(
                self._line(
                    "difference",
                    -balance,
                    self.env._(
                        "%(entry)s, %(item)s: neither a passage nor a settlement stands behind it.",
                        entry=aml.move_id.name,
                        item=aml.name or aml.account_id.display_name,
                    ),
                    move_id=aml.move_id.id,
                    move_line_id=line_id,
                )
            )
        return lines


class ScenicProofLine(models.Model):
    _inherit = "scenic.proof.line"

    share_id = fields.Many2one("scenic.share", readonly=True, ondelete="set null")
    settlement_id = fields.Many2one("scenic.settlement", readonly=True, ondelete="set null")

    # EXTENDS scenic_finance
    def action_open(self):
        self.ensure_one()
        return (
            self.settlement_id._get_records_action()
            if self.settlement_id
            else (super().action_open())
        )
