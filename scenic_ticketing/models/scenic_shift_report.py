from odoo import fields, models
from odoo.exceptions import AccessError

from ..tools import shift_pdf


class ScenicShift(models.Model):
    """The report of a shift, as PDF and for the receipt printer of the window."""

    _inherit = "scenic.shift"

    def _report(self):
        """Return the report of this shift; of an open one as it stands now."""
        self.ensure_one()
        self.check_access("read")
        shift = self.sudo()
        if shift.state in ("counted", "closed"):
            lines = [line.read(self._line_columns())[0] for line in shift.line_ids]
            counts = shift.count_ids.read(["kind", "user_id", "quantity", "persons", "amount"])
            for count in counts:
                count["user_id"] = count["user_id"] and count["user_id"][0]
        else:
            if not self._may_see_expected():
                raise AccessError(self.env._("The report can be read once the shift is counted."))
            lines, counts = shift._method_figures(), shift._count_figures()
        return shift_pdf.Report(
            title=self.env._("Shift Report"),
            subtitle=f"{shift.name} · {shift.config_id.name} · {shift.session_id.name}",
            facts=tuple(self._report_facts()),
            sections=(
                self._report_methods(lines),
                self._report_drawer(lines),
                *self._report_counts(counts),
            ),
            notes=tuple(self._report_notes()),
            signatures=(self.env._("Cashier"), self.env._("Taken over by / Manager")),
            footer=f"{shift.company_id.name} · {shift.name}",
        )

    @staticmethod
    def _line_columns():
        return [
            "payment_method_id",
            "is_cash",
            "payment_count",
            "opening",
            "paid",
            "cash_in",
            "cash_out",
            "expected",
            "counted",
            "is_counted",
            "difference",
            "reason",
        ]

    def _local(self, moment):
        return (
            fields.Datetime.to_string(fields.Datetime.context_timestamp(self, moment))
            if moment
            else "–"
        )

    def _report_facts(self):
        shift = self.sudo()
        states = dict(self._fields["state"]._description_selection(self.env))
        yield self.env._("Cashier"), shift.cashier_name or shift.user_id.name
        yield self.env._("From"), self._local(shift.opened_at)
        yield self.env._("Until"), self._local(shift.closed_at)
        yield self.env._("Status"), states[shift.state]
        if shift.previous_id:
            before = shift.previous_id
            yield self.env._("Taken over from"), f"{before.user_id.name} ({before.name})"
        if shift.handed_to_id:
            yield self.env._("Handed over to"), shift.handed_to_id.name
        if shift.approved_by_id:
            yield self.env._("Difference accepted by"), shift.approved_by_id.name

    def _report_methods(self, lines):
        money = self._money
        names = self.env["pos.payment.method"].sudo()
        rows, sums = [], {"expected": 0.0, "counted": 0.0, "difference": 0.0}
        for line in lines:
            method = line["payment_method_id"]
            method = names.browse(method[0] if isinstance(method, tuple) else method)
            for name in sums:
                sums[name] += line.get(name, 0.0)
            rows.append(
                (
                    method.name,
                    str(line["payment_count"]),
                    money(line["expected"]),
                    money(line["counted"]) if line.get("is_counted") else "–",
                    money(line["difference"]) if "difference" in line else "–",
                )
            )
        header = (
            self.env._("Payment Method"),
            self.env._("Payments"),
            self.env._("Expected"),
            self.env._("Counted"),
            self.env._("Difference"),
        )
        total = (self.env._("Total"), "", *(money(sums[name]) for name in sums))
        return shift_pdf.Section(header, tuple(rows), total)

    def _report_drawer(self, lines):
        money = self._money
        rows = []
        for line in lines:
            if line["is_cash"]:
                rows = [
                    (self.env._("Opening float"), money(line["opening"])),
                    (self.env._("Payments in cash"), money(line["paid"])),
                    (self.env._("Put in"), money(line["cash_in"])),
                    (self.env._("Taken out"), money(line["cash_out"])),
                ]
        return shift_pdf.Section((self.env._("Cash"), self.env._("Amount")), tuple(rows))

    def _report_counts(self, counts):
        """Return a table of all that was done, and one for each person where there are several."""
        users = {row["user_id"] for row in counts}
        yield self._count_table(self.env._("Done"), counts)
        if len(users) > 1:
            for user in self.env["res.users"].sudo().browse(filter(None, users)).sorted("name"):
                own = [row for row in counts if row["user_id"] == user.id]
                yield self._count_table(user.name, own)

    def _count_table(self, title, counts):
        money = self._money
        labels = self.env["scenic.shift.count"]._fields["kind"]._description_selection(self.env)
        rows, total = [], 0.0
        for kind, label in labels:
            own = [row for row in counts if row["kind"] == kind]
            if not own:
                continue
            amount = sum(row["amount"] for row in own)
            total += amount
            rows.append(
                (
                    label,
                    f"{sum(row['quantity'] for row in own):g}",
                    str(sum(row["persons"] for row in own) or ""),
                    money(amount) if amount else "",
                )
            )
        header = (title, self.env._("Number"), self.env._("Persons"), self.env._("Amount"))
        return shift_pdf.Section(header, tuple(rows), (self.env._("Takings"), "", "", money(total)))

    def _report_notes(self):
        shift = self.sudo()
        if shift.opening_difference:
            yield self.env._(
                "Opening difference %(amount)s: %(reason)s",
                amount=self._money(shift.opening_difference),
                reason=shift.opening_reason or "–",
            )
        for line in shift.line_ids.filtered("difference"):
            name, amount = line.payment_method_id.name, self._money(line.difference)
            yield f"{name} {amount}: {line.reason or '–'}"
        if shift.auto_closed:
            yield self.env._("Closed with the session, without a count.")
        if shift.note:
            yield shift.note

    def _money(self, amount):
        return self.sudo().currency_id.format(self.sudo().currency_id.round(amount) + 0.0)

    def _pdf(self):
        """Return the report as PDF (bytes)."""
        return shift_pdf.build(self._report())

    def _paper(self):
        """Return the report for the receipt printer, as plain lists and texts."""
        report = self.sudo()._report()
        return {
            **report._asdict(),
            "sections": [section._asdict() for section in report.sections],
        }

    def action_pdf(self):
        """Open the report."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/scenic/shift/{self.id}/report.pdf",
            "target": "new",
        }
