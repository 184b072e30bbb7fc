from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, format_datetime
from odoo.tools.misc import formatLang

from ..tools import daily_pdf, daily_sheet, daily_xlsx

_COUNTS = ["quantity", "persons", "refund_quantity"]
_MONEY = ["gross", "net", "refund_gross", "fee", "on_account"]
_DAYS = 366


class ScenicDailySheet(models.TransientModel):
    """The daily sheet of a company as a document, for one day or several."""

    _name = "scenic.daily.sheet"
    _description = "Scenic Daily Sheet Document"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    site_id = fields.Many2one("scenic.site", help="Empty: all sites of the company.")
    date_from = fields.Date(string="From", required=True, default=lambda self: self._today())
    date_to = fields.Date(string="To", required=True, default=lambda self: self._today())
    compare = fields.Boolean(string="Same Days Last Year", default=True)

    @api.model
    def _today(self):
        site = self.env["scenic.site"].search(
            [("company_id", "=", self.env.company.id)], order="id", limit=1
        )
        return site._today() if site else fields.Date.context_today(self)

    @api.depends("date_from", "date_to")
    def _compute_display_name(self):
        for sheet in self:
            days = sheet._period() if sheet.date_from and sheet.date_to else ""
            sheet.display_name = f"{self.env._('Daily Sheet')} {days}"

    @api.onchange("date_from")
    def _onchange_date_from(self):
        if self.date_from and (not self.date_to or self.date_to < self.date_from):
            self.date_to = self.date_from

    def _is_complete(self):
        return bool(
            self.company_id and self.date_from and self.date_to and self.date_from <= self.date_to
        )

    def _check(self):
        """Refuse a range that is none, or a company of other people."""
        if not self._is_complete():
            raise UserError(self.env._("Choose a first day that is not after the last one."))
        if (self.date_to - self.date_from).days > _DAYS:
            raise UserError(self.env._("A sheet is for at most a year; choose fewer days."))
        if self.company_id not in self.env.companies:
            raise UserError(
                self.env._(
                    "%s is not switched on: choose it at the top of the screen.",
                    self.company_id.name,
                )
            )

    # ------------------------------------------------------------------
    # figures
    # ------------------------------------------------------------------

    def _domain(self, years=0):
        move = relativedelta(years=years)
        domain = [
            ("company_id", "=", self.company_id.id),
            ("day", ">=", self.date_from + move),
            ("day", "<=", self.date_to + move),
        ]
        return domain + ([("site_id", "=", self.site_id.id)] if self.site_id else [])

    def _lines(self):
        """Return ``(lines, methods)``: the lines of the document and the names of the methods."""
        kinds = dict(
            self.env["scenic.report.daily"]._fields["kind"]._description_selection(self.env)
        )
        groups = self.env["scenic.report.daily"]._read_group(
            self._domain(),
            ["channel_id", "product_id", "kind", "payment_method_id"],
            [f"{name}:sum" for name in [*_COUNTS, *_MONEY, "received"]],
        )
        sums, methods = {}, {}
        for channel, product, kind, method, *values in groups:
            label = product.display_name or kinds.get(kind, "")
            key = (channel.sequence, channel.id, channel.name or "", kind, label)
            totals, received = sums.setdefault(key, ([0.0] * len(values[:-1]), {}))
            for place, value in enumerate(values[:-1]):
                totals[place] += value
            if values[-1]:
                methods.setdefault(method.name or "", method.sequence)
                name = method.name or ""
                received[name] = received.get(name, 0.0) + values[-1]
        order = list(dict(self.env["scenic.report.daily"]._fields["kind"].selection))
        lines = [
            daily_sheet.Line(
                channel,
                label,
                tuple(totals[: len(_COUNTS)]),
                tuple(totals[len(_COUNTS) :]),
                received,
            )
            for (_sequence, _id, channel, kind, label), (totals, received) in sorted(
                sums.items(), key=lambda item: (*item[0][:3], order.index(item[0][3]), item[0][4])
            )
            if any(totals) or any(received.values())
        ]
        return lines, sorted(methods, key=lambda name: (methods[name], name))

    def _compared(self, years=0):
        names = ["quantity", "persons", "gross", "net", "refund_gross", "fee", "received"]
        [totals] = self.env["scenic.report.daily"]._read_group(
            self._domain(years), [], [f"{name}:sum" for name in names]
        )
        return [value or 0.0 for value in totals]

    def _unposted(self):
        [(gross, refunds)] = self.env["scenic.report.daily"]._read_group(
            [*self._domain(), ("posted", "=", False)], [], ["gross:sum", "refund_gross:sum"]
        )
        return (gross or 0.0) - (refunds or 0.0)

    # ------------------------------------------------------------------
    # the document
    # ------------------------------------------------------------------

    def _sheet(self):
        """Return the document: its tables, in the language of the user."""
        self.ensure_one()
        self._check()
        lines, methods = self._lines()
        digits, subtotal = self.company_id.currency_id.decimal_places, self.env._("Sum")
        tables = [
            daily_sheet.sales_table(
                lines, digits, self.env._("Sales and Refunds"), self._sales_titles(), subtotal
            )
        ]
        if methods:
            titles = (self.env._("Channel"), self.env._("Product"), *methods, subtotal)
            heading = self.env._("Received by Payment Method")
            tables.append(
                daily_sheet.method_table(lines, methods, digits, heading, titles, subtotal)
            )
        if self.compare and (table := self._compare_table(digits)):
            tables.append(table)
        return daily_sheet.Sheet(
            title=self.env._("Daily Sheet"),
            subtitle=f"{self._site_text()}, {self._period()}",
            facts=tuple(self._facts()),
            tables=tuple(tables),
            notes=tuple(self._notes(lines)),
            signatures=(self.env._("Prepared by"), self.env._("Checked by")),
            footer=f"{self.company_id.name}, {self._period()}",
            money="#,##0" + ("." + "0" * digits if digits else ""),
            digits=digits,
        )

    def _sales_titles(self):
        return (
            self.env._("Channel"),
            self.env._("Product"),
            self.env._("Sold"),
            self.env._("Persons"),
            self.env._("Gross"),
            self.env._("Tax"),
            self.env._("Net"),
            self.env._("Given Back"),
            self.env._("Refunds"),
            self.env._("Fees Kept"),
            self.env._("Received"),
            self.env._("On Account"),
        )

    def _compare_table(self, digits):
        """Return this and last year side by side, None when there was nothing."""
        before = self._compared(-1)
        if not any(before):
            return None
        names = (
            self.env._("Sold"),
            self.env._("Persons"),
            self.env._("Gross"),
            self.env._("Net"),
            self.env._("Refunds"),
            self.env._("Fees Kept"),
            self.env._("Received"),
        )
        kinds = ("count", "count", "money", "money", "money", "money", "money")
        heading = self.env._("Same Days Last Year")
        titles = ("", self._period(), self._period(-1), self.env._("Change (%)"))
        return daily_sheet.compare_table(
            self._compared(), before, (names, kinds), digits, heading, titles
        )

    def _site_text(self):
        return self.site_id.name or self.company_id.name

    def _period(self, years=0):
        move = relativedelta(years=years)
        first, last = self.date_from + move, self.date_to + move
        text = format_date(self.env, first)
        return text if first == last else f"{text} - {format_date(self.env, last)}"

    def _facts(self):
        yield self.env._("Company"), self.company_id.name
        yield self.env._("Currency"), self.company_id.currency_id.name
        now = format_datetime(self.env, fields.Datetime.now())
        yield self.env._("Made"), f"{now}, {self.env.user.name}"
        if unposted := self._unposted():
            yield (
                self.env._("Not in the ledger yet"),
                formatLang(self.env, unposted, currency_obj=self.company_id.currency_id),
            )

    def _notes(self, lines):
        if not lines:
            yield self.env._("Nothing was sold, given back or received.")
            return
        yield self.env._(
            "Gross, tax and net are what was sold. Refunds are what was paid back, tax included. "
            "Fees kept are net of tax. On account: invoiced now or later."
        )

    def _file(self, kind):
        """Return the document as ``pdf`` or ``xlsx``."""
        return {"pdf": daily_pdf, "xlsx": daily_xlsx}[kind].build(self._sheet())

    # ------------------------------------------------------------------
    # buttons
    # ------------------------------------------------------------------

    def action_pdf(self):
        """Download the document for printing."""
        return self._download("pdf")

    def action_xlsx(self):
        """Download the document as a spreadsheet."""
        return self._download("xlsx")

    def _download(self, kind):
        self._check()
        return {
            "type": "ir.actions.act_url",
            "url": f"/scenic/daily_sheet/{self.id}.{kind}",
            "target": "download",
        }

    def action_analysis(self):
        """Open the rows behind the sheet."""
        self._check()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_finance.scenic_report_daily_action"
        )
        return {**action, "domain": self._domain(), "context": {}}
