from odoo import models

# Enterprise's server half of the IoT box; it owns the /iot/* routes where it is installed.
ENTERPRISE_IOT = "iot"
STOCK_BOX_CONTROLLER = "odoo.addons.scenic_gate_iot.controllers.iot_box"


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    # EXTENDS base
    def _generate_routing_rules(self, modules, converters):
        """Leave our /iot/* routes out where Enterprise's module answers them."""
        for url, endpoint in super()._generate_routing_rules(modules, converters):
            if ENTERPRISE_IOT in modules and endpoint.func.__module__ == STOCK_BOX_CONTROLLER:
                continue
            yield url, endpoint
