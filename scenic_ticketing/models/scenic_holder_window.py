from odoo import api, fields, models

from ..tools import documents


class ScenicHolderWindow(models.Model):
    """Holders at a window. What is typed there is sealed here at once: the browser keeps only a
    random token, so that nothing of a person lies in its storage or in an order."""

    _inherit = "scenic.holder"

    @api.model
    def pos_take(self, config_id, order_uuid, wants, entry):
        """Check, seal and reserve a holder; the answer says what is wrong, or has a token.

        ``wants``: list of ``{"product_id", "visit_date"}`` that the ID is for. ``entry``: what was
        scanned or typed, as in ``_checked``; ``token`` of a holder that this one replaces.
        """
        config = self.env["scenic.ticket"]._check_window(config_id)
        items = self._window_items(config, wants)
        if not items:
            return self._window_answer("E_PRODUCT")
        product, day = items[0]
        site = product.scenic_site_id
        try:
            clear = self._checked(entry, site._today())
        except documents.DocumentError as err:
            return self._window_answer(err.code)
        if not clear["number"]:
            return self._window_answer("E_ID_EMPTY")
        for wanted, visit_date in items:
            policy = wanted.scenic_policy_id
            if problem := self._policy_problem(policy, clear, visit_date):
                return self._window_answer(problem)
        self._window_drop(entry.get("token"), order_uuid)
        _visit_date, last_day = product.product_tmpl_id._scenic_dates(day)
        holder = self._make(clear, site, last_day, entry.get("photo"))
        if problem := holder._window_claim(config, order_uuid, items):
            holder.sudo().unlink()
            return self._window_answer(problem)
        return self._window_answer("", holder)

    @api.model
    def pos_confirm(self, config_id, order_uuid, wants):
        """Return why an order cannot be paid yet, by token; empty when all IDs are its own.

        ``wants``: list of ``{"token", "product_id", "visit_date"}``, what the order holds. Asked
        right before the money: meanwhile a line may have got another day, or the half hour of an
        ID may be over.
        """
        config = self.env["scenic.ticket"]._check_window(config_id)
        problems = {}
        for token in dict.fromkeys(want["token"] for want in wants):
            holder = self._window_holder(token)
            items = self._window_items(config, [w for w in wants if w["token"] == token])
            code = "" if holder and items else "E_ID_EMPTY"
            if not code:
                clear = holder._opened()[holder]
                codes = [
                    self._policy_problem(product.scenic_policy_id, clear, day)
                    for product, day in items
                ]
                code = next(filter(None, codes), None)
                code = code or holder._window_claim(config, order_uuid, items)
            if code:
                problems[token] = self._problem_text(code)
        return problems

    @api.model
    def pos_drop(self, config_id, order_uuid, tokens):
        """Forget holders that an order does not need any more."""
        self.env["scenic.ticket"]._check_window(config_id)
        for token in tokens:
            self._window_drop(token, order_uuid)
        return True

    @api.model
    def pos_show(self, config_id, tokens):
        """Return the masked holders of an order, for a window that was loaded again."""
        self.env["scenic.ticket"]._check_window(config_id)
        holders = (self._window_holder(token) for token in tokens)
        return {holder.uid: holder._window_label() for holder in holders if holder}

    # ------------------------------------------------------------------

    @api.model
    def _window_items(self, config, wants):
        """Return ``[(product, visit date)]`` of what a window can sell."""
        items = []
        for want in wants:
            product = self.env["product.product"].browse(want["product_id"]).exists()
            if product.is_scenic_ticket and product.company_id == config.company_id:
                wished = fields.Date.to_date(want["visit_date"])
                visit_date, _last_day = product.product_tmpl_id._scenic_dates(wished)
                items.append((product.sudo(), visit_date))
        return items

    @api.model
    def _window_holder(self, token):
        """Return the unsold holder of a token."""
        holder = self.sudo().search([("uid", "=", token or "")], limit=1)
        return holder if holder.company_id in self.env.companies else self.browse()

    @api.model
    def _window_drop(self, token, order_uuid):
        holder = self._window_holder(token)
        if holder and not holder.ticket_ids:
            uses = self.env["scenic.holder.use"].sudo()
            uses.search(
                [
                    ("holder_ref", "=", token),
                    ("order_ref", "=", order_uuid),
                    ("ticket_id", "=", False),
                ]
            ).unlink()
            holder.unlink()

    def _window_claim(self, config, order_uuid, items):
        """Keep the ID for an order; return the code of what is wrong."""
        uses = self.env["scenic.holder.use"].sudo()
        site = items[0][0].scenic_site_id
        wants = list(
            {
                (product.scenic_policy_id, day): (
                    product.scenic_policy_id,
                    day,
                    self,
                    self.env["scenic.ticket"],
                )
                for product, day in items
                if product.scenic_policy_id.id_once_per_day
            }.values()
        )
        if not wants or not uses._claim(site, wants, order_uuid, f"pos:{config.id}"):
            return ""
        twice = uses._is_of_order(site, wants, order_uuid)
        return "E_ID_TWICE" if twice else "E_ID_TAKEN"

    @api.model
    def _window_answer(self, code, holder=None):
        return {
            "reason": code or "OK",
            "message": self._problem_text(code) if code else "",
            "token": holder.sudo().uid if holder else "",
            **(holder._window_label() if holder else {}),
        }

    def _window_label(self):
        """Return this holder as a window shows it."""
        self.ensure_one()
        holder = self.sudo()
        labels = dict(self._fields["doc_type"]._description_selection(self.env))
        return {
            "name": holder.name or "",
            "id_masked": holder.id_masked or "",
            "phone_masked": holder.phone_masked or "",
            "document": labels.get(holder.doc_type, ""),
        }
