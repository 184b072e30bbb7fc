import json

from odoo import fields, models

from odoo.addons.scenic_ticketing.tools import shift_pdf

from ..tools import close_xlsx

# rows of one table on paper; the workbook has all of them
_PAPER_ROWS = 400


class ScenicCloseReport(models.AbstractModel):
    """The papers of a closed period: PDF, workbook, signed figures."""

    _inherit = "scenic.close.mixin"

    def _paper_title(self):
        """Return the title of the papers."""
        raise NotImplementedError

    def _paper_facts(self):
        """Return ``[(label, value)]`` of the figures: amounts are floats."""
        raise NotImplementedError

    def _paper_tables(self, wide=False):
        """Return the tables as ``close_xlsx.Sheet``; ``wide``: for the workbook."""
        raise NotImplementedError

    def _paper_head(self):
        states = dict(self._fields["state"]._description_selection(self.env))
        yield self.env._("Company"), self.company_id.name
        yield self.env._("Status"), states[self.state]
        if self.state == "closed":
            yield self.env._("Closing Number"), self.name
            yield self.env._("Closed by"), self.closed_by_id.name
            moment = fields.Datetime.context_timestamp(self, self.closed_at)
            yield self.env._("Closed at"), moment.strftime("%Y-%m-%d %H:%M:%S")
        if self.version > 1:
            yield self.env._("Version"), str(self.version)
        if self.is_replaced:
            yield self.env._("Why Opened Again"), self.reopen_reason

    def _paper_tail(self):
        if self.state == "closed":
            yield self.env._("Hash"), self.digest
            yield self.env._("Hash of the Close Before"), self.previous_digest or "–"
            yield self.env._("Signature"), self.signature

    def _paper_checks(self):
        words = {"ok": self.env._("Done"), "warn": self.env._("Note"), "todo": self.env._("To Do")}
        header = (self.env._("Checks"), self.env._("State"), self.env._("Amount"))
        rows = [(row.name, words[row.state], row.amount) for row in self.check_ids]
        return close_xlsx.Sheet(header[0], header, tuple(rows))

    def _file_name(self, extension):
        return f"{self.name or self._paper_title()} {self._period_text()}.{extension}"

    def _pdf(self):
        """Return the period on paper (bytes)."""
        self.ensure_one()
        self.check_access("read")
        close = self.sudo()
        facts = [*close._paper_head(), *close._paper_facts()]
        sections = [close._section(sheet) for sheet in close._paper_tables() if sheet.rows]
        tail = [f"{label}: {words}" for label, words in close._paper_tail()]
        return shift_pdf.build(
            shift_pdf.Report(
                title=close._paper_title(),
                subtitle=close._period_text(),
                facts=tuple((label, close._shown(value)) for label, value in facts),
                sections=tuple(sections),
                # a signature is longer than the paper is wide
                notes=tuple(text[at : at + 90] for text in tail for at in range(0, len(text), 90)),
                signatures=(close.env._("Accountant"), close.env._("Manager")),
                footer=f"{close.company_id.name} · {close._file_name('pdf')[:-4]}",
            )
        )

    def _section(self, sheet):
        """Return a table on paper: its first column says where or what, in the wide column."""
        rows = [tuple(self._shown(value) for value in row) for row in sheet.rows[:_PAPER_ROWS]]
        if len(sheet.rows) > _PAPER_ROWS:
            more = self.env._("%s more in the workbook", len(sheet.rows) - _PAPER_ROWS)
            rows.append((more, *[""] * (len(sheet.header) - 1)))
        return shift_pdf.Section((sheet.name, *sheet.header[1:]), tuple(rows))

    def _shown(self, value):
        if isinstance(value, float):
            return f"{self.currency_id.round(value) + 0.0:,.2f}"
        return "" if value is None else str(value)

    def _xlsx(self):
        """Return the period as a workbook (bytes)."""
        self.ensure_one()
        self.check_access("read")
        close = self.sudo()
        facts = [*close._paper_head(), *close._paper_facts(), *close._paper_tail()]
        return close_xlsx.build(
            f"{close._paper_title()} {close._period_text()}",
            facts,
            close._paper_tables(wide=True),
        )

    def _json(self):
        """Return the signed figures as a file (bytes)."""
        self.ensure_one()
        self.check_access("read")
        return json.dumps(self.sudo()._sealed(), indent=1, sort_keys=True).encode()
