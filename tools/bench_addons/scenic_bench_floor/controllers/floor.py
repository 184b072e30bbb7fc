from odoo import http
from odoo.http import request


class Floor(http.Controller):
    @http.route(
        "/scenic/bench/floor",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
    )
    def floor(self):
        """Read the body, insert one row, answer: what no redemption can do without."""
        body = request.httprequest.get_data()
        request.env.cr.execute("INSERT INTO scenic_bench_floor (note) VALUES (%s)", [len(body)])
        return request.make_json_response({"stored": True})
