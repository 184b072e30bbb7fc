from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import formatLang


class ScenicDailySheetScreen(models.TransientModel):
    """The daily sheet on the screen, before it is printed."""

    _inherit = "scenic.daily.sheet"

    preview = fields.Html(compute="_compute_preview", sanitize=False)

    @api.depends("company_id", "site_id", "date_from", "date_to", "compare")
    def _compute_preview(self):
        for wizard in self:
            wizard.preview = wizard._html() if wizard._is_complete() else False

    def _html(self):
        """Return the tables for the screen."""
        try:
            sheet = self._sheet()
        except UserError as err:
            return Markup('<div class="alert alert-warning">%s</div>') % str(err)
        parts = []
        for table in sheet.tables:
            parts.append(Markup("<h4 class='mt-4'>%s</h4>") % table.heading)
            if table.rows:
                parts.append(self._html_table(table, sheet.digits))
        parts += [Markup("<p class='text-muted mt-3'>%s</p>") % note for note in sheet.notes]
        return Markup("").join(parts)

    def _html_table(self, table, digits):
        right = ["" if kind == "text" else "text-end" for kind in table.formats]
        head = Markup("").join(
            Markup("<th class='%s'>%s</th>") % pair
            for pair in zip(right, table.titles, strict=True)
        )
        body = []
        for cells, level in [*table.rows, *([(table.total, 2)] if table.total else [])]:
            look = ("", "fst-italic", "fw-bold border-top border-dark")[level]
            row = Markup("").join(
                Markup("<td class='%s'>%s</td>") % (side, self._cell_text(cell, kind, digits))
                for side, cell, kind in zip(right, cells, table.formats, strict=True)
            )
            body.append(Markup("<tr class='%s'>%s</tr>") % (look, row))
        return Markup(
            "<div class='table-responsive'><table class='table table-sm'><thead><tr>%s</tr></thead>"
            "<tbody>%s</tbody></table></div>"
        ) % (head, Markup("").join(body))

    @api.model
    def _cell_text(self, cell, kind, digits):
        if isinstance(cell, str):
            return cell
        if kind == "percent":
            return f"{formatLang(self.env, cell * 100, digits=1)} %"
        whole = kind == "count" or isinstance(cell, int)
        return formatLang(self.env, cell, digits=0 if whole and cell == int(cell) else digits)
