import tempfile
from datetime import date

from werkzeug.wsgi import wrap_file

from odoo import http
from odoo.http import Response, content_disposition, request

_IN_MEMORY = 8 * 2**20


class DayExport(http.Controller):
    """Sends the export of a day."""

    @http.route("/scenic/day-export/<int:company_id>/<string:day>.zip", type="http", auth="user")
    def day_export(self, company_id, day, **_options):
        """Make the export and stream it; a large one waits on the disk, not in memory."""
        company = request.env["res.company"].browse(company_id).exists()
        try:
            wanted = date.fromisoformat(day)
        except ValueError:
            raise request.not_found() from None
        if not company or company not in request.env.user.company_ids:
            raise request.not_found()
        exports = request.env["scenic.day.export"]
        file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 closed with the response
        try:
            exports._write_to(file, company, wanted)
        except Exception:
            file.close()
            raise
        size = file.tell()
        file.seek(0)
        name = exports._filename(company, wanted)
        headers = [
            ("Content-Type", "application/zip"),
            ("Content-Length", str(size)),
            ("Content-Disposition", content_disposition(name)),
            ("Cache-Control", "private, no-store"),
        ]
        stream = wrap_file(request.httprequest.environ, file)
        return Response(stream, headers=headers, direct_passthrough=True)
