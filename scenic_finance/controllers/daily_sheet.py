from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import content_disposition, request

_TYPES = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class DailySheet(http.Controller):
    """The daily sheet as a file."""

    @http.route("/scenic/daily_sheet/<int:sheet_id>.<string:kind>", type="http", auth="user")
    def sheet(self, sheet_id, kind, **_options):
        """Send the sheet to the one who made it."""
        sheet = request.env["scenic.daily.sheet"].browse(sheet_id).exists()
        if kind not in _TYPES or not sheet or sheet.sudo().create_uid != request.env.user:
            raise request.not_found()
        try:
            sheet = sheet.with_context(allowed_company_ids=sheet.sudo().company_id.ids)
            sheet.check_access("read")
            content = sheet._file(kind)
        except (AccessError, UserError) as err:
            raise request.not_found() from err
        days = f"{sheet.date_from}_{sheet.date_to}"
        if sheet.date_from == sheet.date_to:
            days = str(sheet.date_from)
        headers = [
            ("Content-Type", _TYPES[kind]),
            ("Content-Disposition", content_disposition(f"{days}.{kind}")),
            ("Cache-Control", "private, no-store"),
        ]
        return request.make_response(content, headers=headers)
