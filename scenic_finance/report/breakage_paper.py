"""The auditor's working paper on breakage: every figure is a formula over figures in the file."""

import io

import xlsxwriter

from . import breakage_paper_books
from .breakage_paper_books import DAY, MONEY, RATE


def make(env, company, date_from, date_to):
    """Return the working paper of `company` for entries posted in a period, as a file."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    paper = _Paper(env, company, date_from, date_to, book)
    paper.method()
    places = paper.rates()
    paper.history(places)
    paper.curve(places)
    paper.bookings()
    paper.pools()
    paper.account()
    book.close()
    return stream.getvalue()


class _Paper(breakage_paper_books.Books):
    def __init__(self, env, company, date_from, date_to, book):
        self.env, self.company, self.book = env, company, book
        self.date_from, self.date_to = date_from, date_to
        self.curves = env["scenic.breakage.curve"].search([("company_id", "=", company.id)])
        self.lines = env["scenic.breakage.line"].search(
            [
                ("company_id", "=", company.id),
                ("recognition_id.move_id.date", "<=", date_to),
            ],
            order="day, id",
        )
        self.booked = self.lines.filtered(lambda line: line.move_id.date >= date_from)
        self.last_booking = 1

    def sheet(self, name, *titles):
        return breakage_paper_books.Sheet(self.book, name, titles)

    def method(self):
        page = self.book.add_worksheet(self.env._("Method"))
        page.set_column(0, 0, 34)
        page.set_column(1, 1, 110)
        for place, row in enumerate(self.method_rows()):
            page.write_row(place, 0, row)

    def method_rows(self):
        """Return what the first sheet says: (about what, the words)."""
        methods = self.env["res.company"]._fields["scenic_breakage_method"]
        method = dict(methods._description_selection(self.env))[self.company.scenic_breakage_method]
        return [
            (self.env._("Company"), self.company.name),
            (self.env._("Period"), f"{self.date_from} – {self.date_to}"),
            (self.env._("Breakage"), method),
            (
                self.env._("Basis"),
                self.env._(
                    "CAS 14 §39 and IFRS 15 B46: a customer's unexercised rights that the park "
                    "expects to be entitled to are income in proportion to the rights that are "
                    "exercised; otherwise when the ticket expires."
                ),
            ),
            (
                self.env._("History"),
                self.env._(
                    "Per product, channel and month of sale, from posted entries: tickets that "
                    "were not given back. A month counts once none of its tickets is open."
                ),
            ),
            (
                self.env._("Rate"),
                self.env._(
                    "The lowest month of the history, at most the cap; nothing below the smallest "
                    "sample. So income is taken ahead only where taking it back is highly "
                    "improbable."
                ),
            ),
            (
                self.env._("Booking"),
                self.env._(
                    "Taken in all = rate / (1 - rate) × used - expired, at least nothing, at most "
                    "what is still open. Each recognition books the difference to what was taken "
                    "before: debit the expected breakage account, credit breakage income."
                ),
            ),
            (
                self.env._("Third parties"),
                self.env._("Unused value that belongs to partners is in no figure of this paper."),
            ),
            (
                self.env._("Back-test"),
                self.env._(
                    "Each month is foretold by the rate that the months before it give under the "
                    "same rules. An error above zero would have been taken back."
                ),
            ),
            (self.env._("Expected breakage account"), self.account_name("ahead_account_id")),
            (self.env._("Income account"), self.account_name("account_id")),
        ]

    def account_name(self, name):
        account = self.company[f"scenic_breakage_{name}"].with_company(self.company)
        return account.display_name or ""

    def rates(self):
        """Write one row for each curve; returns {curve: (its row, first and last of history)}."""
        sheet = self.sheet(
            self.env._("Rates"),
            self.env._("Product"),
            self.env._("Channel"),
            self.env._("State"),
            self.env._("In force from"),
            self.env._("Approved by"),
            self.env._("Smallest sample (tickets)"),
            self.env._("Smallest sample (months)"),
            self.env._("Cap"),
            self.env._("Tickets"),
            self.env._("Months"),
            self.env._("Lowest rate"),
            self.env._("Average rate"),
            self.env._("Rate"),
            self.env._("Foretold"),
            self.env._("Expired"),
            self.env._("Error"),
        )
        history, places, row = self.env._("History"), {}, 2
        for curve in self.curves:
            first, last = row, row + max(len(curve.month_ids), 1) - 1
            row = last + 1
            places[curve] = (sheet.row + 1, first, last)
            spans = {
                column: f"'{history}'!${column}${first}:${column}${last}" for column in "DEFHIJK"
            }
            sheet.add(*self.rate_words(curve), *self.rate_cells(curve, sheet.row + 1, spans))
        return places

    def rate_words(self, curve):
        states = dict(curve._fields["state"]._description_selection(self.env))
        return (
            curve.product_id.display_name,
            curve.channel_id.name or "",
            states[curve.state],
            (curve.date_from, DAY, None),
            curve.approved_by.name or "",
            curve.min_tickets,
            curve.min_months,
            (curve.cap, RATE, None),
        )

    def rate_cells(self, curve, here, of):
        """Return the figures of row ``here`` as formulas; ``of``: columns of its history."""
        tested = f"({of['H']}=1)*({of['J']}>0)"
        return (
            (f"=SUMPRODUCT({of['D']},{of['H']})", None, curve.tickets),
            (f"=SUM({of['H']})", None, curve.months),
            (f"=_xlfn.MINIFS({of['I']},{of['H']},1)", RATE, curve.lowest_rate),
            (
                f"=IF(J{here}>0,ROUND(SUMPRODUCT({of['F']},{of['H']})/"
                f"SUMPRODUCT({of['E']}+{of['F']},{of['H']}),6),0)",
                RATE,
                curve.average_rate,
            ),
            (
                f"=IF(AND(J{here}>=G{here},I{here}>=F{here}),MIN(K{here},H{here}),0)",
                RATE,
                curve.rate,
            ),
            (f"=SUMPRODUCT({tested}*{of['K']})", MONEY, curve.told_value),
            (f"=SUMPRODUCT({tested}*{of['F']})", MONEY, curve.actual_value),
            (f"=N{here}-O{here}", MONEY, curve.error),
        )

    def history(self, places):
        rates = self.env._("Rates")
        sheet = self.sheet(
            self.env._("History"),
            self.env._("Product"),
            self.env._("Channel"),
            self.env._("Month of sale"),
            self.env._("Tickets"),
            self.env._("Used"),
            self.env._("Expired"),
            self.env._("Still open"),
            self.env._("Counts"),
            self.env._("Rate"),
            self.env._("Foretold rate"),
            self.env._("Foretold"),
            self.env._("Error"),
        )
        for curve, (place, first, last) in places.items():
            for month in curve.month_ids:
                here = sheet.row + 1
                told = "=0"
                if here > first:
                    span = f"${first}:{{0}}{here - 1}".format
                    counts = f"$H{span('$H')}"
                    lowest = f"_xlfn.MINIFS($I{span('$I')},{counts},1)"
                    told = (
                        f"=IF(AND(SUM({counts})>='{rates}'!$G${place},"
                        f"SUMPRODUCT($D{span('$D')},{counts})>='{rates}'!$F${place}),"
                        f"MIN({lowest},'{rates}'!$H${place}),0)"
                    )
                sheet.add(
                    curve.product_id.display_name,
                    curve.channel_id.name or "",
                    (month.month, DAY, None),
                    month.tickets,
                    (month.used_value, MONEY, None),
                    (month.expired_value, MONEY, None),
                    (month.open_value, MONEY, None),
                    (f"=IF(AND(G{here}=0,E{here}+F{here}>0),1,0)", None, int(month.counted)),
                    (
                        f"=IF(E{here}+F{here}+G{here}>0,MAX(0,MIN(1,"
                        f"ROUND(F{here}/(E{here}+F{here}+G{here}),6))),0)",
                        RATE,
                        month.rate,
                    ),
                    (told, RATE, month.told_rate),
                    (f"=ROUND(E{here}*J{here}/(1-J{here}),2)", MONEY, month.told_value),
                    (f"=IF(AND(H{here}=1,J{here}>0),K{here}-F{here},0)", MONEY, month.error),
                )
            if not curve.month_ids:
                sheet.row = last

    def curve(self, places):
        sheet = self.sheet(
            self.env._("Curve"),
            self.env._("Product"),
            self.env._("Channel"),
            self.env._("Days after the sale"),
            self.env._("Used until then"),
            self.env._("Sold"),
            self.env._("Used part"),
            self.env._("Not used yet"),
        )
        for curve in places:
            for point in curve.point_ids:
                here = sheet.row + 1
                sheet.add(
                    curve.product_id.display_name,
                    curve.channel_id.name or "",
                    point.age,
                    (point.used_value, MONEY, None),
                    (curve.sold_value, MONEY, None),
                    (f"=D{here}/E{here}", RATE, point.used_share),
                    (f"=1-F{here}", RATE, point.unused_share),
                )
