from collections import defaultdict

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_date

from ..tools import recognition_sql


class ScenicRecognitionEntry(models.Model):
    """The entry of a run, and the two places where other parts of the books shape it.

    ``_income_lines`` says who earns what was released: override it and hand on less, when a part
    of a row belongs to somebody else. ``_balanced_lines`` adds lines that sum up to zero: costs
    and what is owed for them, taxes that fall due, breakage that is taken ahead.
    """

    _inherit = "scenic.recognition"

    def _post_entry(self):
        """Post the claimed events as one entry and match it with the sales that it releases."""
        self.ensure_one()
        self.env.cr.execute(recognition_sql.TOTALS, [self.id])
        rows = self.env.cr.dictfetchall()
        self.amount = sum(float(row["amount"]) for row in rows)
        lines = self._liability_lines(rows) + self._income_lines(rows) + self._balanced_lines(rows)
        if not lines:
            return
        self.move_id = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": self.company_id.scenic_recognition_journal_id.id,
                "date": self._open_day(self.company_id, self.day),
                "ref": self.env._(
                    "Ticket revenue until %(day)s", day=format_date(self.env, self.day)
                ),
                "line_ids": [Command.create(line) for line in lines],
            }
        )
        self.move_id._post(soft=False)
        self._match()

    def _liability_lines(self, rows):
        """Return one line for each sale and product that the batch releases from."""
        groups = defaultdict(lambda: [0.0, 0])
        for row in rows:
            key = (row["origin"], row["account"], row["product"], row["back"])
            groups[key][0] += float(row["amount"])
            groups[key][1] += row["events"]
        origins = self.env["account.move.line"].browse({key[0] for key in groups})
        origins.fetch(["balance", "amount_currency", "currency_id"])
        lines = []
        for (origin_id, account, product, back), (amount, events) in groups.items():
            origin = self.env["account.move.line"].browse(origin_id)
            line = self._line_vals(account, product, amount, events, back)
            if not line:
                continue
            line["name"] = self.env._(
                "%(product)s, sold with %(sale)s",
                product=self.env["product.product"].browse(product).name,
                sale=origin.move_id.name,
            )
            line["scenic_origin_line_id"] = origin_id
            if origin.currency_id != self.currency_id and origin.balance:
                rate = origin.amount_currency / origin.balance
                line["currency_id"] = origin.currency_id.id
                line["amount_currency"] = origin.currency_id.round(line["balance"] * rate)
            lines.append(line)
        return lines

    def _balanced_lines(self, rows):
        """Return further lines of the entry; whoever adds some adds both sides."""
        return []

    def _income_lines(self, rows):
        """Return one line for each income account, product and reason.

        ``rows`` are dicts: origin (id of the sale's journal item), account (of the liability),
        product, zone (None: of no zone), kind (use, expire, fee, reversal), back (a value that
        comes back), position (fiscal position of the sale or None), amount (Decimal, negative
        when back) and events.
        """
        names = {
            "use": self.env._("used"),
            "expire": self.env._("expired"),
            "fee": self.env._("kept of refunds"),
            "reversal": self.env._("uses taken back"),
        }
        groups = defaultdict(lambda: [0.0, 0])
        for row in rows:
            account = self._income_account(row["kind"], row["product"], row.get("position"))
            key = (account.id, row["product"], row["kind"], row["back"])
            groups[key][0] -= float(row["amount"])
            groups[key][1] += row["events"]
        lines = []
        for (account, product, kind, back), (amount, events) in groups.items():
            if line := self._line_vals(account, product, amount, events, back):
                name = f"{self.env['product.product'].browse(product).name}: {names[kind]}"
                lines.append({**line, "name": name})
        return lines

    def _line_vals(self, account_id, product_id, balance, events, back):
        balance = self.currency_id.round(balance)
        if not balance:
            return {}
        return {
            "account_id": account_id,
            "product_id": product_id,
            "quantity": events,
            "balance": balance,
            "tax_ids": [Command.clear()],
            "scenic_recognition_id": self.id,
            # red letters instead of the other side, where the law of the country wants them
            "is_storno": back and self.company_id.account_storno,
        }

    @api.model
    def _income_account(self, kind, product_id, position_id=None):
        """Return the account that a reason and product earn on, or say what is missing.

        The fiscal position of the sale maps the account of the product, as it does for goods.
        """
        company = self.env.company
        setting = {"expire": "scenic_breakage_account_id", "fee": "scenic_fee_account_id"}.get(kind)
        if setting:
            company._scenic_require(setting)
            return company[setting]
        product = self.env["product.product"].browse(product_id)
        account = product._get_product_accounts()["scenic_revenue"]
        if not account:
            raise UserError(
                self.env._(
                    "%(product)s has no income account: choose one on the product or on its "
                    "category.",
                    product=product.display_name,
                )
            )
        return self.env["account.fiscal.position"].browse(position_id).map_account(account)

    def _match(self):
        """Match the released amounts with their sales, so that what is open is unused tickets."""
        liability = self.move_id.line_ids.filtered(
            lambda line: line.scenic_origin_line_id and line.account_id.reconcile
        )
        origins = liability.scenic_origin_line_id
        if not origins:
            return
        # values that came back earlier wait as open credits until they are earned again
        waiting = self.env["account.move.line"].search(
            [
                ("scenic_origin_line_id", "in", origins.ids),
                ("reconciled", "=", False),
                ("parent_state", "=", "posted"),
            ]
        )
        plan = [
            (origin | lines).filtered(lambda line: not line.reconciled)
            for origin, lines in (waiting | liability)
            .filtered(lambda line: not line.reconciled)
            .grouped("scenic_origin_line_id")
            .items()
        ]
        self.env["account.move.line"].with_context(
            no_exchange_difference=True, no_cash_basis=True
        )._reconcile_plan([lines for lines in plan if len(lines) > 1])
