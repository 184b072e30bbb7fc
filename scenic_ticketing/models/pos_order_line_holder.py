from odoo import models


class PosOrderLineHolder(models.Model):
    """Sales of a window that name holders by token, see scenic.holder.pos_take."""

    _inherit = "pos.order.line"

    # EXTENDS scenic_ticketing
    def _scenic_issue(self):
        res = super()._scenic_issue()
        self._scenic_forget_tokens()
        return res

    # EXTENDS scenic_ticketing
    def _scenic_ticket_vals(self, net, visit_date):
        vals_list = super()._scenic_ticket_vals(net, visit_date)
        holders = self._scenic_holders()
        if holders and self.product_id.sudo().scenic_policy_id._sale_terms().id_needed == "order":
            holders = holders[:1] * len(vals_list)
        for vals, holder_id in zip(vals_list, holders, strict=False):
            if holder_id:
                vals["holder_id"] = holder_id
        return vals_list

    def _scenic_holders(self):
        """Return the ids of this line's holders in the order of its tickets, None for unknown."""
        self.ensure_one()
        data = self.scenic_data if isinstance(self.scenic_data, dict) else {}
        tokens = [token for token in data.get("holders") or [] if isinstance(token, str)]
        if not tokens:
            return []
        domain = [("uid", "in", tokens), ("company_id", "=", self.company_id.id)]
        known = {
            holder.uid: holder.id for holder in self.env["scenic.holder"].sudo().search(domain)
        }
        return [known.get(token) for token in tokens]

    def _scenic_forget_tokens(self):
        """Keep nothing in the order that leads to a person: the ticket knows its holder."""
        for line in self:
            data = line.scenic_data
            if isinstance(data, dict) and "holders" in data:
                line.scenic_data = {k: v for k, v in data.items() if k != "holders"}
