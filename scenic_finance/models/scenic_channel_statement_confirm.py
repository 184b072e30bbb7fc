from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..tools import channel_sql

# decisions that make the books follow the statement
_BOOKED = ("accept", "write_off", "book")


class ScenicChannelStatementConfirm(models.Model):
    """What a confirmed statement books, and how it is taken back."""

    _inherit = "scenic.channel.statement"

    def action_confirm(self):
        """Invoice what is not invoiced, bill the commission, book what was decided, and match."""
        if not self.env.user.has_group("scenic_finance.group_accountant"):
            raise AccessError(self.env._("Only a revenue accountant confirms statements."))
        for statement in self:
            statement._check_open()
            statement._check_decided()
            statement.with_company(statement.company_id)._confirm()
        return True

    def _check_decided(self):
        if self.state != "matched":
            raise UserError(self.env._("Import a file and match it first: %s.", self.name))
        if self.open_count:
            raise UserError(
                self.env._(
                    "%(statement)s has %(count)s differences that nobody has decided.",
                    statement=self.name,
                    count=self.open_count,
                )
            )
        if not self.channel_id.partner_id:
            raise UserError(
                self.env._(
                    "Who pays for %s? Enter the partner under Sales Channels.",
                    self.channel_id.name,
                )
            )

    def _confirm(self):
        self.ensure_one()
        decided = self.line_ids.filtered("resolution")
        handled = decided.filtered(lambda line: line.resolution == "accept")._accept_here()
        self._invoice_items()
        # an order that waits is settled by the next statement
        self.env.flush_all()
        channel_sql.release(self.env.cr, self.id, waits=True)
        decided.filtered(lambda line: line.resolution == "wait").is_key = False
        self.env["scenic.voucher.item"].invalidate_model(["statement_line_id", "statement_waits"])
        terms = self.channel_id._terms(self.company_id)
        self.bill_id = self._make_bill(terms)
        booked = decided.filtered(lambda line: line.resolution in _BOOKED) - handled
        self.move_id = self._make_entry(terms, booked)
        self._match_moves()
        self.state = "confirmed"
        self.message_post(
            body=self.env._(
                "Confirmed: %(matched)s rows matched, %(differences)s differences decided.",
                matched=self.matched_count,
                differences=self.difference_count,
            )
        )

    def _invoice_items(self):
        """Post one invoice for the vouchers of this statement that none has yet."""
        items = self.env["scenic.voucher.item"].search(
            [("statement_line_id.statement_id", "=", self.id)]
        )
        drafts = items.invoice_line_ids.filtered(lambda line: line.parent_state == "draft").move_id
        if drafts:
            raise UserError(
                self.env._(
                    "Post or delete the draft invoice %(invoice)s first: it has orders of this "
                    "statement.",
                    invoice=drafts[0].display_name,
                )
            )
        waiting = items.filtered(lambda item: item.statement_line_id.resolution != "wait")
        day = min(self.date_to, fields.Date.context_today(self))
        moves = waiting._to_invoice()._make_invoices(day)
        moves.ref = self.name
        moves.action_post()
        posted = items.invoice_line_ids.filtered(lambda line: line.parent_state == "posted")
        self.invoice_ids = posted.move_id.filtered(lambda move: move.move_type == "out_invoice")

    # ------------------------------------------------------------------
    # commission
    # ------------------------------------------------------------------

    def _make_bill(self, terms):
        """Return the posted vendor bill of the commission, or its credit note; none for nothing."""
        moves = self.env["account.move"]
        rows = self.line_ids.filtered(
            lambda line: line.origin == "theirs" and line.resolution not in ("dispute", "wait")
        )
        total = self.currency_id.round(sum(rows.mapped("fee")))
        if not terms.commission_mode or self.currency_id.is_zero(total):
            return moves
        self.company_id._scenic_require("scenic_commission_account_id")
        bill = moves.create(
            {
                "move_type": "in_invoice" if total > 0 else "in_refund",
                "partner_id": self.channel_id.partner_id.id,
                "company_id": self.company_id.id,
                "invoice_date": self.date_to,
                "date": self.date_to,
                "ref": self.name,
                "invoice_line_ids": self._bill_lines(terms, abs(total)),
            }
        )
        bill.action_post()
        return bill

    def _bill_lines(self, terms, total):
        """Return the lines of a bill of exactly `total`, the tax in it."""
        tax = terms.commission_tax_id
        currency = self.currency_id
        amounts = tax.with_context(force_price_include=True).compute_all(total, currency, 1)
        net = currency.round(amounts["total_excluded"])
        line = {
            "name": self.env._("Commission %s", self.name),
            "account_id": self.company_id.scenic_commission_account_id.id,
            "quantity": 1,
            "price_unit": total if tax.price_include else net,
            "tax_ids": [Command.set(tax.ids)],
        }
        lines = [Command.create(line)]
        if not tax.price_include:
            again = tax.compute_all(net, currency, 1)["total_included"]
            if rest := currency.round(total - again):
                # a cent that no rounding of the net amount can hit
                rounding = {**line, "price_unit": rest, "tax_ids": [Command.clear()]}
                lines.append(Command.create(rounding))
        return lines

    # ------------------------------------------------------------------
    # the entry
    # ------------------------------------------------------------------

    def _make_entry(self, terms, booked):
        """Return the posted entry of the decided differences and of a commission that is kept."""
        lines = self._difference_lines(booked)
        if self.bill_id and terms.commission_mode == "net":
            sign = 1 if self.bill_id.move_type == "in_invoice" else -1
            amount = sign * self.bill_id.amount_total
            payable = self.bill_id.line_ids.filtered(
                lambda line: line.account_type == "liability_payable"
            ).account_id
            name = self.env._("Commission kept by %s", self.channel_id.name)
            lines.append((payable, amount, name))
            lines.append((self._receivable(), -amount, name))
        lines = [row for row in lines if not self.currency_id.is_zero(row[1])]
        if not lines:
            return self.env["account.move"]
        self.company_id._scenic_require("scenic_settlement_journal_id")
        partner = self.channel_id.partner_id.commercial_partner_id
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": self.company_id.scenic_settlement_journal_id.id,
                "date": self.date_to,
                "ref": self.name,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": partner.id,
                            "balance": balance,
                            "name": name,
                            "tax_ids": [Command.clear()],
                        }
                    )
                    for account, balance, name in lines
                ],
            }
        )
        move._post(soft=False)
        return move

    def _receivable(self):
        lines = self.invoice_ids.line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        partner = self.channel_id.partner_id.with_company(self.company_id)
        return lines.account_id[:1] or partner.property_account_receivable_id

    def _difference_lines(self, booked):
        """Return ``(account, balance, text)``: what the channel owes more or less, and why."""
        labels = dict(booked._fields["code"]._description_selection(self.env))
        receivable, lines = self._receivable(), []
        for line in booked:
            setting = "scenic_write_off_account_id"
            if line.resolution == "book":
                setting = "scenic_unexplained_account_id"
            self.company_id._scenic_require(setting)
            name = f"{line.order_no}: {labels[line.code]}"
            if line.note:
                name = f"{name} ({line.note})"
            amount = self.currency_id.round(line._amount_to_book())
            lines.append((receivable, amount, name))
            lines.append((self.company_id[setting], -amount, name))
        return lines

    def _match_moves(self):
        """Match the receivable of the invoices with the entry, and the payable with the bill."""
        for moves, account_type in (
            (self.invoice_ids | self.move_id, "asset_receivable"),
            (self.bill_id | self.move_id, "liability_payable"),
        ):
            lines = moves.line_ids.filtered(
                lambda line, kind=account_type: line.account_type == kind and not line.reconciled
            )
            for group in lines.grouped("account_id").values():
                if len(group.move_id) > 1:
                    group.reconcile()

    # ------------------------------------------------------------------
    # back
    # ------------------------------------------------------------------

    def action_undo(self):
        """Take the bill and the entry back in red letters; invoices stay: tickets stand on them."""
        if not self.env.user.has_group("scenic_finance.group_accountant"):
            raise AccessError(self.env._("Only a revenue accountant takes statements back."))
        for statement in self.filtered(lambda one: one.state == "confirmed"):
            moves = statement.move_id | statement.bill_id
            names = ", ".join(moves.mapped("name"))
            moves.line_ids.remove_move_reconcile()
            for move in moves:
                move._reverse_moves(
                    [{"date": move.date, "invoice_date": move.invoice_date, "ref": move.ref}],
                    cancel=True,
                )
            statement.write({"move_id": False, "bill_id": False, "state": "matched"})
            statement.message_post(
                body=self.env._("The confirmation was undone; reversed: %s.", names or "-")
            )
        return True
