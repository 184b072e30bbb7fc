from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date


class ScenicSettlementBill(models.Model):
    """The partner's bill of a settlement: on the accrual account, so that no cost comes twice."""

    _inherit = "scenic.settlement"

    def action_bill(self):
        """Make the draft bill, or the draft credit note when more was taken back than accrued."""
        for settlement in self:
            if settlement.state != "confirmed":
                raise UserError(
                    self.env._(
                        "%(settlement)s has to be confirmed before it is billed.",
                        settlement=settlement.display_name,
                    )
                )
            if settlement.move_id and settlement.move_id.state != "cancel":
                continue
            if settlement.currency_id.is_zero(settlement.amount):
                # accruals and what was taken back of them cancel out: nothing to pay
                settlement._match_accruals()
                settlement.state = "billed"
                continue
            move = self.env["account.move"].create(settlement._bill_vals())
            settlement.move_id = move
            settlement._check_bill(move)
            if settlement.attachment_id:
                settlement.attachment_id.sudo().copy(
                    {"res_model": "account.move", "res_id": move.id}
                )
        return self.move_id._get_records_action() if self.move_id else True

    def _bill_vals(self):
        """Return the bill: a line for each share, with its input VAT."""
        self.ensure_one()
        sign = -1 if self.amount < 0 else 1
        lines = [
            Command.create(
                {
                    "name": self._bill_text(share, count),
                    "account_id": account.id,
                    "quantity": 1,
                    "price_unit": self._price(sign * amount, share.tax_ids),
                    "tax_ids": [Command.set(share.tax_ids.ids)],
                    "scenic_settlement_id": self.id,
                    "scenic_share_id": share.id,
                }
            )
            for (share, account), (amount, count) in self._amounts().items()
            if not self.currency_id.is_zero(amount)
        ]
        return {
            "move_type": "in_refund" if self.amount < 0 else "in_invoice",
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date": fields.Date.context_today(self),
            "invoice_origin": self.name,
            "fiscal_position_id": False,
            "scenic_settlement_id": self.id,
            "invoice_line_ids": lines,
        }

    def _bill_text(self, share, count):
        return self.env._(
            "%(share)s: %(count)s passages until %(day)s",
            share=share.display_name,
            count=count,
            day=format_date(self.env, self.date_to),
        )

    def _price(self, amount, taxes):
        """Return the price of a line whose net amount is `amount`, with these taxes.

        Taxes that are contained in prices would be taken out of it again.
        """
        if any(tax.price_include for tax in taxes):
            return taxes.compute_all(amount, handle_price_include=False)["total_included"]
        return amount

    def _amounts(self):
        """Return {(share, account): (amount, lines)} of what the bill takes from the accrual."""
        groups = self.env["scenic.share.line"]._read_group(
            [("settlement_id", "=", self.id)], ["share_id"], ["amount:sum", "__count"]
        )
        accounts = {
            share: item.account_id
            for share, items in self._accruals().grouped("scenic_share_id").items()
            for item in items
        }
        default = self.company_id.scenic_share_account_id
        return {
            (share.sudo(), accounts.get(share.sudo(), default)): (amount, count)
            for share, amount, count in groups
        }

    def _accruals(self):
        """Return the items that accrued the lines of this settlement."""
        self.ensure_one()
        groups = self.env["scenic.share.line"]._read_group(
            [("settlement_id", "=", self.id)], ["recognition_id", "share_id"], ["day:array_agg"]
        )
        wanted = {(batch.id, share.id, day) for batch, share, days in groups for day in set(days)}
        items = (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("scenic_recognition_id", "in", list({key[0] for key in wanted})),
                    ("scenic_share_id", "in", list({key[1] for key in wanted})),
                    ("account_id.scenic_share", "=", True),
                ]
            )
        )
        return items.filtered(
            lambda item: (
                (
                    item.scenic_recognition_id.id,
                    item.scenic_share_id.id,
                    item.scenic_share_day,
                )
                in wanted
            )
        )

    def _check_bill(self, move):
        """Refuse a bill of another amount than what was agreed."""
        self.ensure_one()
        items = move._scenic_share_items().filtered(lambda item: item.scenic_settlement_id == self)
        if self.currency_id.compare_amounts(sum(items.mapped("balance")), self.amount):
            raise UserError(
                self.env._(
                    "%(settlement)s settles %(amount)s net of tax; the bill has %(billed)s. Take "
                    "the settlement back if something is wrong with it, or put a difference on a "
                    "line of its own with another account.",
                    settlement=self.display_name,
                    amount=self.currency_id.format(self.amount),
                    billed=self.currency_id.format(sum(items.mapped("balance"))),
                )
            )
        if self.state not in ("confirmed", "billed"):
            raise UserError(
                self.env._("%(settlement)s was taken back.", settlement=self.display_name)
            )

    def _bill_posted(self):
        """Match the bill with what was accrued: nothing of either stays open."""
        self.ensure_one()
        self._match_accruals(self.move_id._scenic_share_items())
        self.state = "billed"

    def _bill_back(self):
        """The bill is a draft again: so is its agreement."""
        self.filtered(lambda one: one.state == "billed").state = "confirmed"

    def _bill_reversed(self, reversal):
        """Take the settlement back; the accrual is open again, for the next one."""
        self.ensure_one()
        pair = (self.move_id | reversal)._scenic_share_items()
        pair.remove_move_reconcile()
        for items in pair.grouped("account_id").values():
            items.reconcile()
        self.message_post(body=self.env._("Taken back with %(document)s.", document=reversal.name))
        self._take_back()

    def _match_accruals(self, bill=None):
        items = self._accruals()
        if bill:
            items |= bill
        plan = [
            group
            for group in items.filtered(lambda item: not item.reconciled)
            .grouped("account_id")
            .values()
            if len(group) > 1
        ]
        if plan:
            self.env["account.move.line"].sudo().with_context(
                no_exchange_difference=True, no_cash_basis=True
            )._reconcile_plan(plan)

    @api.model
    def _open_partners(self, company, until):
        """Return the partners that something is owed to, or by, until a day."""
        groups = self.env["scenic.share.line"]._read_group(
            [
                ("company_id", "=", company.id),
                ("settlement_id", "=", False),
                ("day", "<=", until),
                ("recognition_id.move_id.state", "=", "posted"),
            ],
            ["partner_id"],
        )
        return self.env["res.partner"].browse([partner.id for (partner,) in groups])
