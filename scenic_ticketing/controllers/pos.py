import time

from odoo import http
from odoo.tools import file_open

from odoo.addons.point_of_sale.controllers.main import PosController


class ScenicPosController(PosController):
    @http.route("/scenic/pos/ping", type="jsonrpc", auth="user", readonly=True)
    def scenic_ping(self):
        """Tell a window that the server answers, and what time it is here (ms since 1970)."""
        return {"now": time.time_ns() // 1_000_000}

    # EXTENDS point_of_sale
    def _get_pos_service_worker(self):
        with file_open("scenic_ticketing/static/src/worker/window_worker.js") as worker:
            # ours first: it takes the requests before the stock one sees them
            return worker.read() + super()._get_pos_service_worker()
