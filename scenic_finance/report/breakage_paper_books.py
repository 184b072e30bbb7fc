"""Sheets of the working paper on breakage that tie the bookings to the ledger."""

from collections import defaultdict

from odoo import fields

MONEY, RATE, DAY = "#,##0.00", "0.0000%", "yyyy-mm-dd"


class Sheet:
    """A sheet with a title row; tells where it wrote what."""

    def __init__(self, book, name, titles):
        self.page = book.add_worksheet(name)
        self.name, self.row = name, 1
        self.formats = {kind: book.add_format({"num_format": kind}) for kind in (MONEY, RATE, DAY)}
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        for place, title in enumerate(titles):
            self.page.write(0, place, title, bold)
        self.page.set_column(0, 1, 28)
        self.page.set_column(2, max(len(titles), 3), 14)
        self.page.freeze_panes(1, 0)

    def add(self, *cells):
        """Write a row: values, or ``(formula or value, kind, result)``; returns its number."""
        for place, cell in enumerate(cells):
            computed = isinstance(cell, tuple)
            value, kind, result = cell if computed else (cell, None, None)
            style = self.formats.get(kind)
            if computed and isinstance(value, str):
                self.page.write_formula(self.row, place, value, style, result)
            elif kind == DAY and value:
                self.page.write_datetime(self.row, place, fields.Datetime.to_datetime(value), style)
            elif isinstance(value, str):
                # a name never becomes a formula or a link
                self.page.write_string(self.row, place, value, style)
            elif value not in (None, False):
                self.page.write(self.row, place, value, style)
        self.row += 1
        return self.row


class Books:
    """What was booked in a period, line by line, and the account that holds it."""

    def bookings(self):
        sheet = self.sheet(
            self.env._("Bookings"),
            self.env._("Entry"),
            self.env._("Product"),
            self.env._("Channel"),
            self.env._("Day"),
            self.env._("Month of sale"),
            self.env._("Rate"),
            self.env._("Used"),
            self.env._("Expired"),
            self.env._("Still open"),
            self.env._("Taken before"),
            self.env._("Taken in all"),
            self.env._("Booked"),
        )
        for line in self.booked:
            here = sheet.row + 1
            sheet.add(
                line.move_id.name or "",
                line.product_id.display_name,
                line.channel_id.name or "",
                (line.day, DAY, None),
                (line.month, DAY, None),
                (line.rate, RATE, None),
                (line.used_value, MONEY, None),
                (line.expired_value, MONEY, None),
                (line.open_value, MONEY, None),
                (line.before, MONEY, None),
                (
                    f"=MAX(0,MIN(ROUND(G{here}*F{here}/(1-F{here})-H{here},2),I{here}))",
                    MONEY,
                    line.target,
                ),
                (f"=K{here}-J{here}", MONEY, line.amount),
            )
        self.last_booking = max(sheet.row, 2)

    def pools(self):
        sheet = self.sheet(
            self.env._("Taken ahead"),
            self.env._("Product"),
            self.env._("Channel"),
            self.env._("Month of sale"),
            self.env._("Taken ahead"),
        )
        sums = defaultdict(float)
        for line in self.lines:
            sums[line.product_id, line.channel_id, line.month] += line.amount
        rounded = self.company.currency_id.round
        for (product, channel, month), amount in sums.items():
            if rounded(amount):
                sheet.add(
                    product.display_name,
                    channel.name or "",
                    (month, DAY, None),
                    (rounded(amount), MONEY, None),
                )
        self.last_pool = max(sheet.row, 2)

    def account(self):
        before = fields.Date.subtract(self.date_from, days=1)
        opening, closing = (self._ledger(day) for day in (before, self.date_to))
        booked = self.company.currency_id.round(sum(self.booked.mapped("amount")))
        sheet = self.sheet(self.env._("Account"), self.account_name("ahead_account_id"), "")
        sheet.add(self.env._("Opening balance in the ledger"), (opening, MONEY, None))
        formula = f"=SUM('{self.env._('Bookings')}'!L2:L{self.last_booking})"
        sheet.add(self.env._("Bookings of the period"), (formula, MONEY, booked))
        sheet.add(
            self.env._("Closing balance by the bookings"), ("=B2+B3", MONEY, opening + booked)
        )
        sheet.add(self.env._("Closing balance in the ledger"), (closing, MONEY, None))
        sheet.add(self.env._("Difference"), ("=ROUND(B4-B5,2)", MONEY, opening + booked - closing))
        formula = f"=SUM('{self.env._('Taken ahead')}'!D2:D{self.last_pool})"
        sheet.add(self.env._("Taken ahead by month of sale"), (formula, MONEY, closing))

    def _ledger(self, day):
        account = self.company.scenic_breakage_ahead_account_id
        [(balance,)] = self.env["account.move.line"]._read_group(
            [
                ("company_id", "=", self.company.id),
                ("account_id", "=", account.id),
                ("parent_state", "=", "posted"),
                ("date", "<=", day),
            ],
            aggregates=["balance:sum"],
        )
        return self.company.currency_id.round(balance or 0.0)
