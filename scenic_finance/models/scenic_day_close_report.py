from odoo import models

from ..tools import close_xlsx


class ScenicDayCloseReport(models.Model):
    """The papers of a day."""

    _inherit = "scenic.day.close"

    def _paper_title(self):
        return self.env._("Day Close")

    def _paper_facts(self):
        label = self._label
        names = ("sold", "sold_amount", "paid_amount", "used", "used_value", "rotations")
        names += ("liability", "proof_difference", "open_count", "open_amount")
        return [(label(name), self[name]) for name in names]

    def _label(self, name):
        return self._fields[name]._description_string(self.env)

    def _paper_tables(self, wide=False):
        differences = self._sheet_differences() if wide else self._paper_differences()
        return (self._paper_checks(), differences, *self._paper_match())

    def _paper_differences(self):
        """Return the differences for paper: what and how much, and below it how it ended."""
        states = dict(self.difference_ids._fields["state"]._description_selection(self.env))
        header = (self.env._("Differences"), self.env._("Persons"), self.env._("Amount"))
        rows = []
        for row in self.difference_ids:
            rows.append((row.name, row.persons, row.amount))
            people = row.explained_by_id or row.owner_id or row.operator_id
            parts = (states[row.state], people.name, row.explanation)
            rows.append(("   " + " · ".join(part for part in parts if part), "", ""))
        return close_xlsx.Sheet(header[0], header, tuple(rows))

    def _sheet_differences(self):
        names = ("code", "name", "site_id", "entrance_id", "lane", "hour", "persons", "amount")
        names += ("operator_id", "owner_id", "state", "explanation", "explained_by_id")
        rows = self.difference_ids
        labels = {
            name: dict(rows._fields[name]._description_selection(self.env))
            for name in ("code", "state")
        }

        def shown(row, name):
            value = row[name]
            if name in labels:
                return labels[name][value]
            return (value.display_name or "") if name.endswith("_id") else value or ""

        header = tuple(rows._fields[name]._description_string(self.env) for name in names)
        table = tuple(
            tuple(
                row[name] if name in ("hour", "persons", "amount") else shown(row, name)
                for name in names
            )
            for row in rows
        )
        return close_xlsx.Sheet(self.env._("Differences"), header, table)

    def _paper_match(self):
        gate = (
            self.env._("Gates by Hour"),
            self.env._("Sold"),
            self.env._("Paid"),
            self.env._("Used"),
            self.env._("Barrier"),
            self.env._("Value"),
        )
        sale = (self.env._("Sales by Hour"), *gate[1:2], self.env._("Sold Amount"))
        sale += (self.env._("Paid Amount"),)
        gates, sales = [], []
        for row in self.match_ids:
            name = f"{row._place_text()} {row.hour:02d}:00"
            if row.place in ("gate", "hand"):
                gates.append((name, row.sold, row.paid, row.used, row.rotations, row.value))
            else:
                sales.append((name, row.sold, row.sold_amount, row.paid_amount))
        return (
            close_xlsx.Sheet(gate[0], gate, tuple(gates)),
            close_xlsx.Sheet(sale[0], sale, tuple(sales)),
        )
