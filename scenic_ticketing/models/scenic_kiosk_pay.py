from datetime import timedelta
from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..tools.pay_code import machine

# what is left of the places' time has to be enough for a payment with all its questions
_TIME_NEEDED = timedelta(seconds=machine.LIMIT + 60)
# how long paid orders without a sale are tried again; then they are a manager's
_TRIED = timedelta(hours=2)


class ScenicKioskPay(models.Model):
    """Orders that are paid at the page itself, with nobody there.

    The money goes the way of a window (``scenic.pay.attempt``), the sale too: an ordinary order of
    the page's own session, sent in the name of its cashier. One order has at most one payment
    that holds money, because attempts and sale are known by the two uuids that are made up here.
    """

    _inherit = "scenic.kiosk.order"

    state = fields.Selection(
        selection_add=[("paying", "Being Paid"), ("paid",)], ondelete={"paying": "set default"}
    )
    order_uuid = fields.Char(readonly=True, copy=False, index="btree_not_null")
    payment_uuid = fields.Char(readonly=True, copy=False)
    sale = fields.Json(
        readonly=True, help="The order as it is sent once it is paid: prices are fixed with it."
    )

    # ------------------------------------------------------------------
    # the page
    # ------------------------------------------------------------------

    def _pay_obstacle(self, window):
        """Return why this order cannot be paid at the page, or an empty text."""
        if not window._scenic_kiosk_takes_money():
            return self.env._("Please pay at a ticket window.")
        return self.env["scenic.kiosk"]._ask_obstacle(self.lines)

    def _begin_payment(self, window, code):
        """Store the reference of a payment for this order; ``code`` is the visitor's.

        Nothing goes out yet: `_go_on` does that, once what is stored here is durable.
        """
        self.ensure_one()
        self.lock_for_update()
        if self.state not in ("waiting", "paying"):
            raise UserError(self._order_words())
        if obstacle := self._pay_obstacle(window):
            raise UserError(obstacle)
        if self.state == "waiting" and self.expires_at - fields.Datetime.now() < _TIME_NEEDED:
            raise UserError(self.env._("The time of this order is over. Please start again."))
        session = window._scenic_kiosk_session()
        if self.state == "waiting":
            self._fix_sale(window, session)
        attempt = session.env["scenic.pay.attempt"].pos_begin(
            session.id,
            window.scenic_kiosk_method_id.id,
            {
                "uuid": self.payment_uuid,
                "amount": self.sale["amount_total"],
                "order_uuid": self.order_uuid,
                "order_name": self.name,
                "code": code,
                "lines": [self.payment_uuid],
            },
        )
        self.state = "paying"
        return self._pay_facts(attempt)

    def _order_words(self):
        return self.env["scenic.kiosk"]._order_texts()[self.state]

    def _fix_sale(self, window, session):
        """Make the sale that will be sent, with the prices that the visitor has seen."""
        names = {"order_uuid": self.order_uuid, "payment_uuid": self.payment_uuid}
        self.write({name: value or str(uuid4()) for name, value in names.items()})
        sale = self.env["scenic.kiosk"]._sale(window, session, self)
        if self.currency_id.compare_amounts(sale["amount_total"], self.amount):
            raise UserError(self.env._("A price has changed. Please start again."))
        self.sale = sale

    def _go_on(self, window, code="", cancel=False):
        """Do what is due of the payment, and answer how it stands; repeated until it is settled."""
        self.ensure_one()
        if self.state != "paying":
            return self._pay_facts()
        attempt = self._attempt()
        if attempt.state == machine.PAID:
            self._finish()
            return self._pay_facts()
        if not attempt or attempt.state in machine.NO_MONEY:
            self._unpaid()
            return self._pay_facts()
        page = attempt.with_user(window.sudo().scenic_kiosk_user_id)
        return self._pay_facts(page.pos_step(attempt.ref, code, cancel))

    def _attempt(self):
        """Return the payment that has or may have money of this order, else the last one."""
        domain = [("order_uuid", "=", self.order_uuid), ("kind", "=", "pay")]
        attempts = self.env["scenic.pay.attempt"].sudo().search(domain, order="id desc")
        return (attempts.filtered(lambda item: item.state not in machine.NO_MONEY) or attempts)[:1]

    def _unpaid(self, gone=False):
        """Nothing was taken: the order waits again, for another code or for a window."""
        self.state = "waiting"
        if gone:
            self._cancel()

    def _pay_facts(self, attempt=None):
        """Return what the page shows of a payment; never what could pay something."""
        facts = {"state": self.state, "payment": "", "wait": 0}
        if attempt:
            facts |= {"payment": attempt["state"], "wait": attempt["wait"]}
            facts |= {"limit": attempt["limit"]}
        elif self.order_uuid and self.state == "waiting":
            facts["payment"] = self._attempt().state or ""
        return facts

    # ------------------------------------------------------------------
    # the sale
    # ------------------------------------------------------------------

    def _finish(self):
        """Sell what was paid; a repetition sells nothing twice."""
        self.ensure_one()
        self.lock_for_update()
        self.invalidate_recordset(["state"])
        if self.state != "paying":
            return
        window = self.config_id.with_company(self.company_id)
        orders = self.env["pos.order"].with_user(window.scenic_kiosk_user_id)
        orders = orders.with_company(self.company_id).with_context(
            allowed_company_ids=self.company_id.ids
        )
        self._hand_over(window, [{**line, "uuid": line["line_uuid"]} for line in self._sold()])
        orders.sync_from_ui([self.sale])

    def _sold(self):
        """Return what was chosen, each with the uuid of its line in the sale."""
        lines = [command[2] for command in self.sale["lines"]]
        return [
            {**line, "line_uuid": sold["uuid"]}
            for line, sold in zip(self.lines, lines, strict=True)
        ]

    @api.model
    def _finish_left(self):
        """Go on with payments whose page does not ask any more: it was left, or lost its power."""
        for order in self.sudo().search([("state", "=", "paying")], limit=40):
            attempt = order._attempt()
            if attempt.state == machine.PAID and attempt._is_returned():
                order._unpaid(gone=True)
            elif attempt.state == machine.PAID:
                order._finish_late()
            elif not attempt or attempt.state in machine.NO_MONEY:
                order._unpaid()

    def _finish_late(self):
        if fields.Datetime.now() - self.write_date > _TRIED:
            return
        try:
            with self.env.cr.savepoint():
                self._finish()
        except UserError as err:
            self._tell_unsold(err)

    def _tell_unsold(self, error):
        """Money without a sale is a person's: the session stays open until it is settled."""
        incidents = self.env["scenic.incident"].sudo()
        mark = f"scenic.kiosk.order {self.id}:"
        if not incidents.search_count([("kind", "=", "payment"), ("facts", "like", f"{mark}%")]):
            facts = f"{mark} {self.name} {self.config_id.name}\n{error}"
            incidents.create(
                {
                    "kind": "payment",
                    "company_id": self.company_id.id,
                    "amount": self.amount,
                    "facts": facts,
                }
            )


class ScenicKioskSale(models.AbstractModel):
    _inherit = "scenic.kiosk"

    @api.model
    def _ask_obstacle(self, lines):
        """Return why nobody can be spared of a window for these tickets, or an empty text."""
        products = self.env["product.product"].browse([line["product_id"] for line in lines])
        policies = products.sudo().product_tmpl_id.scenic_policy_id
        if any(policy._sale_terms().id_needed != "none" for policy in policies):
            return self.env._("Please pay at a ticket window, which asks for the documents.")
        if any(policy.concession_at_sale for policy in policies):
            return self.env._("Please pay at a ticket window, which looks at your proof.")
        return ""

    # EXTENDS scenic_ticketing
    @api.model
    def _review(self, window, wants):
        pays = window._scenic_kiosk_takes_money() and not self._ask_obstacle(wants)
        return super()._review(window, wants) | {"pays": pays}

    @api.model
    def _sale(self, window, session, order):
        """Return an order as a window would send it, paid by the one payment of the page."""
        lines = [self._sale_line(window, line, order) for line in self._priced(window, order.lines)]
        total = sum(line["price_subtotal_incl"] for line in lines)
        now = fields.Datetime.to_string(fields.Datetime.now())
        return {
            "uuid": order.order_uuid,
            "session_id": session.id,
            "company_id": window.company_id.id,
            "user_id": session.env.uid,
            "pricelist_id": window.pricelist_id.id,
            "fiscal_position_id": window.default_fiscal_position_id.id,
            "date_order": now,
            "lines": [Command.create(line) for line in lines],
            "payment_ids": [
                Command.create(
                    {
                        "uuid": order.payment_uuid,
                        "amount": total,
                        "payment_date": now,
                        "payment_method_id": window.scenic_kiosk_method_id.id,
                        "payment_status": "done",
                    }
                )
            ],
            "amount_total": total,
            "amount_tax": total - sum(line["price_subtotal"] for line in lines),
            "amount_paid": total,
            "amount_return": 0.0,
            "state": "paid",
            "to_invoice": False,
        }

    @api.model
    def _sale_line(self, window, line, order):
        product = self.env["product.product"].sudo().browse(line["product_id"])
        data = {"visit_date": line["visit_date"], "kiosk": order.token}
        return {
            "uuid": str(uuid4()),
            "product_id": product.id,
            "full_product_name": product.display_name,
            "qty": line["quantity"],
            "price_unit": line["unit"],
            "price_subtotal": line["net"],
            "price_subtotal_incl": line["amount"],
            "tax_ids": [Command.set(self._taxes(window, product.product_tmpl_id).ids)],
            "scenic_data": data | ({"slot_id": line["slot_id"]} if line["slot_id"] else {}),
        }
