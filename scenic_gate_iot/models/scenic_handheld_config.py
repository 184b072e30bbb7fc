from odoo import api, models


class ScenicHandheldConfig(models.AbstractModel):
    """What a handheld must know: what a box does, for its place, in words for its attendant."""

    _inherit = "scenic.gate.config"

    # EXTENDS scenic_gate_iot
    @api.model
    def _lanes(self, box):
        if box.kind != "handheld":
            return super()._lanes(box)
        return [
            {
                "code": box._handheld_lane(),
                "name": box.name,
                "zone": box.zone_id.code or None,
                "entrance": box.entrance_id.bit if box.entrance_id else None,
                "direction": "in" if box.zone_id else "out",
                "confirm": "none",
                "pass_timeout_s": 5,
                "on_unconfirmed": "consumed",
                "devices": [],
            }
        ]

    # EXTENDS scenic_gate_iot
    @api.model
    def _build(self, box, offset, lang):
        config = super()._build(box, offset, lang)
        if box.kind != "handheld":
            return config
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        labels = self.env["scenic.reason"]._reason_labels
        return config | {
            "texts": {code: labels(code) for code in languages},
            "products": {code: self._product_names(box.site_id, code) for code in languages},
        }

    @api.model
    def _product_names(self, site, lang):
        products = (
            self.env["product.template"]
            .with_context(active_test=False, lang=lang)
            .search([("scenic_site_id", "=", site.id), ("gate_product_code", ">", 0)])
        )
        return {str(product.gate_product_code): product.name for product in products}
