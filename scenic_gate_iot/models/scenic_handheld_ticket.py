from odoo import models


class ScenicHandheldTicket(models.Model):
    _inherit = "scenic.ticket"

    def _handheld_card(self):
        """Return what an attendant sees of this ticket beside the decision; holders masked."""
        self.ensure_one()
        product, holder = self.product_id, self.holder_id
        rule = product.product_tmpl_id._scenic_rule()
        return {
            "product": product.name,
            "pax": self.pax,
            "gen": self.gen,
            "checks": rule.checks,
            "note": self.gate_note or "",
            "holder": " ".join(part for part in (holder.name, holder.id_masked) if part),
            "photo": f"/web/image/scenic.ticket/{self.id}/holder_photo"
            if self.holder_has_photo
            else "",
        }
