from odoo import api, models


class ScenicReportMixin(models.AbstractModel):
    """Read-only views whose rows point at what they come from."""

    _name = "scenic.report.mixin"
    _description = "Scenic Report"

    # PostgreSQL thinks these statements worth compiling. Compiling takes seconds, each time, and
    # running them a fraction of that.
    @api.model
    def _run_plainly(self):
        self.env.cr.execute("SET LOCAL jit = off")

    # EXTENDS orm
    @api.model
    def _search(self, *args, **kwargs):
        self._run_plainly()
        return super()._search(*args, **kwargs)

    # EXTENDS orm
    @api.model
    def _read_group(self, *args, **kwargs):
        self._run_plainly()
        return super()._read_group(*args, **kwargs)

    # EXTENDS orm
    def _fetch_query(self, *args, **kwargs):
        self._run_plainly()
        return super()._fetch_query(*args, **kwargs)

    # EXTENDS web
    def _compute_display_name(self):
        """Fall back on the name of the report where a row has nothing to be named by."""
        res = super()._compute_display_name()
        title = self.env["ir.model"]._get(self._name).name
        for row in self.filtered(lambda row: not row.display_name):
            row.display_name = title
        return res

    def _sources(self):
        """Return the records behind this row; the first one that exists is opened."""
        return []

    def action_source(self):
        """Open the record behind this row."""
        self.ensure_one()
        found = [record for record in self._sources() if record]
        return found[0]._get_records_action() if found else False
