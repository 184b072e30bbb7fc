from odoo import models

from ..tools import close_xlsx


class ScenicMonthCloseReport(models.Model):
    """The papers of a month."""

    _inherit = "scenic.month.close"

    def _paper_title(self):
        return self.env._("Month Close")

    def _paper_facts(self):
        names = ("opening", "late", "sold", "used", "refunded", "expired", "kept", "closing")
        names += ("unposted_sales", "unposted_refunds", "unposted_releases")
        names += ("liability", "breakage_ahead", "net_liability", "difference")
        return [(self._fields[name]._description_string(self.env), self[name]) for name in names]

    def _paper_tables(self, wide=False):
        names = ("opening", "late", "sold", "used", "refunded", "expired", "kept", "closing")
        line = self.env["scenic.month.line"]
        titles = [line._fields[name]._description_string(self.env) for name in names]
        roll = (self.env._("Sale Month"), *titles)
        lines = tuple(
            (row.sale_month.strftime("%Y-%m"), *(row[name] for name in names))
            for row in self.line_ids
        )
        return (
            self._paper_checks(),
            close_xlsx.Sheet(roll[0], roll, lines),
        )
