import time

from odoo import http

from odoo.addons.point_of_sale.controllers.main import PosController


class ScenicPosController(PosController):
    @http.route("/scenic/pos/ping", type="jsonrpc", auth="user", readonly=True)
    def scenic_ping(self):
        """Tell a window that the server answers, and what time it is here (ms since 1970)."""
        return {"now": time.time_ns() // 1_000_000}
