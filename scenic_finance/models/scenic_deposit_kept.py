from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command


class ScenicDepositKept(models.Model):
    """Deposits that nobody will fetch: the medium is lost, the money becomes income."""

    _inherit = "scenic.deposit"

    state = fields.Selection(
        selection_add=[("kept", "Kept")], ondelete={"kept": lambda deposits: deposits._reopen()}
    )
    kept_reason = fields.Char(readonly=True, copy=False)
    kept_at = fields.Datetime(readonly=True, copy=False)
    kept_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    kept_move_id = fields.Many2one(
        "account.move",
        string="Entry of the Income",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    _kept = models.Constraint(
        "CHECK ((state = 'kept') = (kept_move_id IS NOT NULL))",
        "A deposit is kept with an entry, and only then.",
    )

    def _reopen(self):
        """Nothing is kept any more once the books of tickets are gone."""
        self.write({"state": "open"})

    def action_keep(self):
        """Ask why these deposits are kept."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Keep Deposits"),
            "res_model": "scenic.deposit.keep",
            "view_mode": "form",
            "target": "new",
            "context": {"default_deposit_ids": [Command.set(self.ids)]},
        }

    def _keep(self, reason):
        """Turn open deposits into other income: one entry for each company, posted now.

        A window that returns one of them at the same moment writes the same row: one of the two
        begins again and is refused.
        """
        reason = (reason or "").strip()
        if not self.env.user.has_group("scenic_finance.group_accountant"):
            raise AccessError(self.env._("Only a revenue accountant can keep deposits."))
        if not reason:
            raise UserError(self.env._("Write down why the deposits are kept."))
        deposits = self.sudo()
        deposits.lock_for_update()
        for deposit in deposits:
            deposit._check_keep()
        for company, mine in deposits.grouped("company_id").items():
            move = mine._keep_entry(company, reason)
            mine.write(
                {
                    "state": "kept",
                    "kept_reason": reason,
                    "kept_at": fields.Datetime.now(),
                    "kept_by_id": self.env.uid,
                    "kept_move_id": move.id,
                }
            )
        return deposits.kept_move_id

    def _check_keep(self):
        self.ensure_one()
        if self.state != "open":
            raise UserError(self.env._("%s is not open any more.", self.display_name))
        order = self.pos_order_id
        if order.state != "done" and order.account_move.state != "posted":
            raise UserError(
                self.env._(
                    "%(deposit)s is not in the books yet: close session %(session)s first.",
                    deposit=self.display_name,
                    session=order.session_id.name,
                )
            )

    def _keep_entry(self, company, reason):
        """Post what was owed as income; what an adviser takes as tax of it is booked on top."""
        company._scenic_require(
            "scenic_visitor_deposit_account_id",
            "scenic_fee_account_id",
            "scenic_recognition_journal_id",
        )
        amount = company.currency_id.round(sum(self.mapped("value")))
        name = self.env._("%(count)s deposits kept: %(reason)s", count=len(self), reason=reason)
        owed, income = company.scenic_visitor_deposit_account_id, company.scenic_fee_account_id
        move = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "entry",
                    "journal_id": company.scenic_recognition_journal_id.id,
                    "ref": name,
                    "line_ids": [
                        Command.create(
                            {
                                "account_id": account.id,
                                "name": name,
                                "balance": balance,
                                "tax_ids": [Command.clear()],
                            }
                        )
                        for account, balance in ((owed, amount), (income, -amount))
                    ],
                }
            )
        )
        move._post(soft=False)
        return move

    # EXTENDS scenic_finance
    @api.model
    def _sum_booked(self, company, order, domain):
        """Count what was kept beside what was returned: neither is owed any more."""
        total = super()._sum_booked(company, order, domain)
        if order != "return_line_id.order_id":
            return total
        [(kept,)] = self._read_group(
            [
                ("company_id", "=", company.id),
                ("state", "=", "kept"),
                ("kept_move_id.state", "=", "posted"),
            ],
            aggregates=["value:sum"],
        )
        return total + (kept or 0.0)

    # EXTENDS scenic_ticketing
    def _return_problem(self, company, count):
        """Say of a deposit that was kept when and why, to the visitor who found the card."""
        if kept := self.filtered(lambda deposit: deposit.state == "kept")[:1]:
            return self.env._(
                "%(deposit)s was kept on %(day)s: %(reason)s. A manager decides whether it is "
                "paid back.",
                deposit=kept.display_name,
                day=fields.Datetime.context_timestamp(self, kept.kept_at).strftime("%Y-%m-%d"),
                reason=kept.kept_reason,
            )
        return super()._return_problem(company, count)
