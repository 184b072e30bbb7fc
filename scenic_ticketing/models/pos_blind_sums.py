from odoo import api, models


class PosBlindSums(models.AbstractModel):
    """Keeps staff of blind windows from adding up what the window took; counting is free."""

    _name = "pos.blind.sums"
    _description = "Sums of Blind Windows"

    @api.model
    def _scenic_check_sums(self, aggregates):
        if any(not str(name).startswith("__count") for name in aggregates or ()):
            self.env["pos.session"]._scenic_refuse_sums()

    # EXTENDS web
    @api.model
    def formatted_read_group(self, domain, groupby=(), aggregates=(), *args, **kwargs):
        self._scenic_check_sums(aggregates)
        return super().formatted_read_group(domain, groupby, aggregates, *args, **kwargs)

    # EXTENDS web
    @api.model
    def formatted_read_grouping_sets(self, domain, grouping_sets, aggregates=(), **kwargs):
        self._scenic_check_sums(aggregates)
        return super().formatted_read_grouping_sets(domain, grouping_sets, aggregates, **kwargs)

    # EXTENDS base
    @api.model
    def read_group(self, domain, fields, groupby, *args, **kwargs):
        # fields without an aggregate are summed too
        self._scenic_check_sums([name for name in fields if name not in (groupby or ())])
        return super().read_group(domain, fields, groupby, *args, **kwargs)
