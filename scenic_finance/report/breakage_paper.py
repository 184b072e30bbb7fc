"""The auditor's working paper on breakage: every figure is a formula over figures in the file."""

import io
from collections import defaultdict

import xlsxwriter

from odoo import fields

_MONEY, _RATE, _DAY = "#,##0.00", "0.0000%", "yyyy-mm-dd"


class _Sheet:
    """A sheet with a title row; tells where it wrote what."""

    def __init__(self, book, name, titles):
        self.page = book.add_worksheet(name)
        self.name, self.row = name, 1
        self.formats = {
            kind: book.add_format({"num_format": kind}) for kind in (_MONEY, _RATE, _DAY)
        }
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        for place, title in enumerate(titles):
            self.page.write(0, place, title, bold)
        self.page.set_column(0, 1, 28)
        self.page.set_column(2, max(len(titles), 3), 14)
        self.page.freeze_panes(1, 0)

    def write(self, *cells):
        """Write a row: values, or ``(formula or value, kind, result)``; returns its number."""
        for place, cell in enumerate(cells):
            value, kind, result = cell if isinstance(cell, tuple) else (cell, None, None)
            style = self.formats.get(kind)
            if isinstance(value, str) and value.startswith("="):
                self.page.write_formula(self.row, place, value, style, result)
            elif kind == _DAY and value:
                self.page.write_datetime(self.row, place, fields.Datetime.to_datetime(value), style)
            elif isinstance(value, str):
                # a name never becomes a formula or a link
                self.page.write_string(self.row, place, value, style)
            elif value not in (None, False):
                self.page.write(self.row, place, value, style)
        self.row += 1
        return self.row


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


class _Paper:
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
        return _Sheet(self.book, name, titles)

    def method(self):
        _ = self.env._
        page = self.book.add_worksheet(_("Method"))
        page.set_column(0, 0, 34)
        page.set_column(1, 1, 110)
        methods = self.env["res.company"]._fields["scenic_breakage_method"]
        method = dict(methods._description_selection(self.env))[self.company.scenic_breakage_method]
        rows = [
            (_("Company"), self.company.name),
            (_("Period"), f"{self.date_from} – {self.date_to}"),
            (_("Breakage"), method),
            (
                _("Basis"),
                _(
                    "CAS 14 §39 and IFRS 15 B46: a customer's unexercised rights that the park "
                    "expects to be entitled to are income in proportion to the rights that are "
                    "exercised; otherwise when the ticket expires."
                ),
            ),
            (
                _("History"),
                _(
                    "Per product, channel and month of sale, from posted entries: tickets that "
                    "were not given back. A month counts once none of its tickets is open."
                ),
            ),
            (
                _("Rate"),
                _(
                    "The lowest month of the history, at most the cap; nothing below the smallest "
                    "sample. So income is taken ahead only where taking it back is highly "
                    "improbable."
                ),
            ),
            (
                _("Booking"),
                _(
                    "Taken in all = rate / (1 - rate) × used - expired, at least nothing, at most "
                    "what is still open. Each recognition books the difference to what was taken "
                    "before: debit the expected breakage account, credit breakage income."
                ),
            ),
            (
                _("Third parties"),
                _("Unused value that belongs to partners is in no figure of this paper."),
            ),
            (
                _("Back-test"),
                _(
                    "Each month is foretold by the rate that the months before it give under the "
                    "same rules. An error above zero would have been taken back."
                ),
            ),
            (_("Expected breakage account"), self._account_name("ahead_account_id")),
            (_("Income account"), self._account_name("account_id")),
        ]
        for place, row in enumerate(rows):
            page.write_row(place, 0, row)

    def _account_name(self, name):
        account = self.company[f"scenic_breakage_{name}"].with_company(self.company)
        return account.display_name or ""

    def rates(self):
        """Write one row for each curve; returns {curve: (its row, first and last of history)}."""
        _ = self.env._
        sheet = self.sheet(
            _("Rates"),
            _("Product"),
            _("Channel"),
            _("State"),
            _("In force from"),
            _("Approved by"),
            _("Smallest sample (tickets)"),
            _("Smallest sample (months)"),
            _("Cap"),
            _("Tickets"),
            _("Months"),
            _("Lowest rate"),
            _("Average rate"),
            _("Rate"),
            _("Foretold"),
            _("Expired"),
            _("Error"),
        )
        states = dict(self.curves._fields["state"]._description_selection(self.env))
        history, places, row = _("History"), {}, 2
        for curve in self.curves:
            first, last = row, row + max(len(curve.month_ids), 1) - 1
            row = last + 1
            here = sheet.row + 1
            places[curve] = (here, first, last)

            def of(column, first=first, last=last):
                return f"'{history}'!${column}${first}:${column}${last}"

            tested = f"({of('H')}=1)*({of('J')}>0)"
            sheet.write(
                curve.product_id.display_name,
                curve.channel_id.name or "",
                states[curve.state],
                (curve.date_from, _DAY, None),
                curve.approved_by.name or "",
                curve.min_tickets,
                curve.min_months,
                (curve.cap, _RATE, None),
                (f"=SUMPRODUCT({of('D')},{of('H')})", None, curve.tickets),
                (f"=SUM({of('H')})", None, curve.months),
                (f"=_xlfn.MINIFS({of('I')},{of('H')},1)", _RATE, curve.lowest_rate),
                (
                    f"=IF(J{here}>0,ROUND(SUMPRODUCT({of('F')},{of('H')})/"
                    f"SUMPRODUCT({of('E')}+{of('F')},{of('H')}),6),0)",
                    _RATE,
                    curve.average_rate,
                ),
                (
                    f"=IF(AND(J{here}>=G{here},I{here}>=F{here}),MIN(K{here},H{here}),0)",
                    _RATE,
                    curve.rate,
                ),
                (f"=SUMPRODUCT({tested}*{of('K')})", _MONEY, curve.told_value),
                (f"=SUMPRODUCT({tested}*{of('F')})", _MONEY, curve.actual_value),
                (f"=N{here}-O{here}", _MONEY, curve.error),
            )
        return places

    def history(self, places):
        _ = self.env._
        rates = _("Rates")
        sheet = self.sheet(
            _("History"),
            _("Product"),
            _("Channel"),
            _("Month of sale"),
            _("Tickets"),
            _("Used"),
            _("Expired"),
            _("Still open"),
            _("Counts"),
            _("Rate"),
            _("Foretold rate"),
            _("Foretold"),
            _("Error"),
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
                sheet.write(
                    curve.product_id.display_name,
                    curve.channel_id.name or "",
                    (month.month, _DAY, None),
                    month.tickets,
                    (month.used_value, _MONEY, None),
                    (month.expired_value, _MONEY, None),
                    (month.open_value, _MONEY, None),
                    (f"=IF(AND(G{here}=0,E{here}+F{here}>0),1,0)", None, int(month.counted)),
                    (
                        f"=IF(E{here}+F{here}+G{here}>0,MAX(0,MIN(1,"
                        f"ROUND(F{here}/(E{here}+F{here}+G{here}),6))),0)",
                        _RATE,
                        month.rate,
                    ),
                    (told, _RATE, month.told_rate),
                    (f"=ROUND(E{here}*J{here}/(1-J{here}),2)", _MONEY, month.told_value),
                    (f"=IF(AND(H{here}=1,J{here}>0),K{here}-F{here},0)", _MONEY, month.error),
                )
            if not curve.month_ids:
                sheet.row = last

    def curve(self, places):
        _ = self.env._
        sheet = self.sheet(
            _("Curve"),
            _("Product"),
            _("Channel"),
            _("Days after the sale"),
            _("Used until then"),
            _("Sold"),
            _("Used part"),
            _("Not used yet"),
        )
        for curve in places:
            for point in curve.point_ids:
                here = sheet.row + 1
                sheet.write(
                    curve.product_id.display_name,
                    curve.channel_id.name or "",
                    point.age,
                    (point.used_value, _MONEY, None),
                    (curve.sold_value, _MONEY, None),
                    (f"=D{here}/E{here}", _RATE, point.used_share),
                    (f"=1-F{here}", _RATE, point.unused_share),
                )

    def bookings(self):
        _ = self.env._
        sheet = self.sheet(
            _("Bookings"),
            _("Entry"),
            _("Product"),
            _("Channel"),
            _("Day"),
            _("Month of sale"),
            _("Rate"),
            _("Used"),
            _("Expired"),
            _("Still open"),
            _("Taken before"),
            _("Taken in all"),
            _("Booked"),
        )
        for line in self.booked:
            here = sheet.row + 1
            sheet.write(
                line.move_id.name or "",
                line.product_id.display_name,
                line.channel_id.name or "",
                (line.day, _DAY, None),
                (line.month, _DAY, None),
                (line.rate, _RATE, None),
                (line.used_value, _MONEY, None),
                (line.expired_value, _MONEY, None),
                (line.open_value, _MONEY, None),
                (line.before, _MONEY, None),
                (
                    f"=MAX(0,MIN(ROUND(G{here}*F{here}/(1-F{here})-H{here},2),I{here}))",
                    _MONEY,
                    line.target,
                ),
                (f"=K{here}-J{here}", _MONEY, line.amount),
            )
        self.last_booking = max(sheet.row, 2)

    def pools(self):
        _ = self.env._
        sheet = self.sheet(
            _("Taken ahead"), _("Product"), _("Channel"), _("Month of sale"), _("Taken ahead")
        )
        sums = defaultdict(float)
        for line in self.lines:
            sums[line.product_id, line.channel_id, line.month] += line.amount
        rounded = self.company.currency_id.round
        for (product, channel, month), amount in sums.items():
            if rounded(amount):
                sheet.write(
                    product.display_name,
                    channel.name or "",
                    (month, _DAY, None),
                    (rounded(amount), _MONEY, None),
                )
        self.last_pool = max(sheet.row, 2)

    def account(self):
        _ = self.env._
        before = fields.Date.subtract(self.date_from, days=1)
        opening, closing = (self._ledger(day) for day in (before, self.date_to))
        booked = self.company.currency_id.round(sum(self.booked.mapped("amount")))
        sheet = self.sheet(_("Account"), self._account_name("ahead_account_id"), "")
        sheet.write(_("Opening balance in the ledger"), (opening, _MONEY, None))
        formula = f"=SUM('{_('Bookings')}'!L2:L{self.last_booking})"
        sheet.write(_("Bookings of the period"), (formula, _MONEY, booked))
        sheet.write(_("Closing balance by the bookings"), ("=B2+B3", _MONEY, opening + booked))
        sheet.write(_("Closing balance in the ledger"), (closing, _MONEY, None))
        sheet.write(_("Difference"), ("=ROUND(B4-B5,2)", _MONEY, opening + booked - closing))
        formula = f"=SUM('{_('Taken ahead')}'!D2:D{self.last_pool})"
        sheet.write(_("Taken ahead by month of sale"), (formula, _MONEY, closing))

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
