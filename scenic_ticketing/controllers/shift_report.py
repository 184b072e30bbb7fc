from odoo import http
from odoo.http import content_disposition, request


class ShiftReport(http.Controller):
    """The report of a shift as PDF."""

    @http.route("/scenic/shift/<int:shift_id>/report.pdf", type="http", auth="user")
    def report(self, shift_id, **_options):
        """Send the report to whoever may read the shift."""
        shift = request.env["scenic.shift"].browse(shift_id).exists()
        if not shift or not request.env.user._is_internal():
            raise request.not_found()
        headers = [
            ("Content-Type", "application/pdf"),
            ("Content-Disposition", content_disposition(f"{shift.name}.pdf")),
            ("Cache-Control", "private, no-store"),
        ]
        return request.make_response(shift._pdf(), headers=headers)
