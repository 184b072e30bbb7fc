from odoo import http
from odoo.exceptions import AccessError
from odoo.http import content_disposition, request

_MODELS = {"day-close": "scenic.day.close", "month-close": "scenic.month.close"}
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ClosePapers(http.Controller):
    """The papers of closed days and months: PDF, workbook and the signed figures."""

    @http.route(
        [
            "/scenic/<any('day-close','month-close'):kind>/<int:close_id>/report.pdf",
            "/scenic/<any('day-close','month-close'):kind>/<int:close_id>/report.xlsx",
            "/scenic/<any('day-close','month-close'):kind>/<int:close_id>/close.json",
        ],
        type="http",
        auth="user",
    )
    def paper(self, kind, close_id, **_options):
        """Send a paper to whoever may read the period."""
        close = request.env[_MODELS[kind]].browse(close_id)
        extension = request.httprequest.path.rpartition(".")[2]
        makers = {
            "pdf": ("_pdf", "application/pdf"),
            "xlsx": ("_xlsx", _XLSX),
            "json": ("_json", "application/json"),
        }
        make, content_type = makers[extension]
        try:
            if not close.exists() or not request.env.user._is_internal():
                raise request.not_found()
            content = getattr(close, make)()
        except AccessError:
            raise request.not_found() from None
        name = close.sudo()._file_name(extension)
        headers = [
            ("Content-Type", content_type),
            ("Content-Disposition", content_disposition(name)),
            ("Cache-Control", "private, no-store"),
        ]
        return request.make_response(content, headers=headers)
