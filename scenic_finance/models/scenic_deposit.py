from odoo import api, models

_POSTED = "posted"


class ScenicDeposit(models.Model):
    """What visitors deposited is owed to them: the books prove it."""

    _inherit = "scenic.deposit"

    @api.model
    def _proved(self, company):
        """Return ``(balance of the account, open deposits in the ledger)``, credit positive.

        Orders of open sessions are in neither, unless they were invoiced.
        """
        account = company.scenic_visitor_deposit_account_id
        [(balance,)] = self.env["account.move.line"]._read_group(
            [
                ("company_id", "=", company.id),
                ("account_id", "=", account.id),
                ("parent_state", "=", _POSTED),
            ],
            aggregates=["balance:sum"],
        )
        taken = self._sum_booked(company, "pos_order_id", [])
        returned = self._sum_booked(company, "return_line_id.order_id", [("state", "!=", "open")])
        rounded = company.currency_id.round
        return rounded(-(balance or 0.0)), rounded(taken - returned)

    @api.model
    def _sum_booked(self, company, order, domain):
        [(total,)] = self._read_group(
            [
                ("company_id", "=", company.id),
                *domain,
                "|",
                (f"{order}.state", "=", "done"),
                (f"{order}.account_move.state", "=", _POSTED),
            ],
            aggregates=["value:sum"],
        )
        return total or 0.0


class ScenicProof(models.Model):
    _inherit = "scenic.proof"

    # EXTENDS scenic_finance
    @api.model
    def _ticket_lines(self, company):
        """Prove the deposits of visitors as well: they are money of the same drawer."""
        lines = super()._ticket_lines(company)
        deposits = self.env["scenic.deposit"].sudo()
        if company.scenic_visitor_deposit_account_id:
            ledger, owed = deposits._proved(company)
            if company.currency_id.compare_amounts(ledger, owed):
                text = self.env._(
                    "Visitor deposits: the ledger has %(ledger).2f, the open deposits say "
                    "%(owed).2f.",
                    ledger=ledger,
                    owed=owed,
                )
                lines.append(self._line("difference", ledger - owed, text))
        return lines
