import secrets

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..tools import pay_sql
from ..tools.pay_code import machine
from ..tools.pay_code.auth_code import clean, hint, wallet

# seconds that a window has between storing a reference and sending the customer's code
_PATIENCE = 30


class ScenicPayAttempt(models.Model):
    """What a window asks about payments by the customer's code."""

    _inherit = "scenic.pay.attempt"

    @api.model
    def _pay_session(self, session_id, method_id):
        if not self.env.user.has_group("point_of_sale.group_pos_user"):
            raise AccessError(self.env._("Only the staff of a window can take payments."))
        session = self.env["pos.session"].browse(session_id)
        session.check_access("read")
        method = session.sudo().config_id.payment_method_ids.filtered(
            lambda method: method.id == method_id
        )
        if session.state != "opened" or method.use_payment_terminal != "scenic_code":
            raise UserError(self.env._("This window takes no payments by the customer's code now."))
        return session.sudo(), method.sudo()

    @api.model
    def pos_begin(self, session_id, method_id, payment):
        """Store the reference of a payment; nothing is sent yet.

        ``payment``: ``uuid`` and ``amount`` of the payment line, ``order_uuid``, ``order_name``,
        ``code`` (the customer's), ``lines`` (uuids of all payment lines of the order). An attempt
        of this order that is not settled, or is paid and has lost its line, is answered instead of
        a new one: its money comes first.
        """
        session, method = self._pay_session(session_id, method_id)
        earlier = self._earlier(session, payment)
        if earlier:
            return {**earlier._window_facts(), "earlier": True}
        code = clean(payment["code"])
        if not wallet(code):
            raise UserError(self.env._("This is no payment code. Scan the customer's code again."))
        amount = self._cents(session, payment["amount"])
        if amount <= 0:
            raise UserError(self.env._("There is nothing to pay."))
        self.env["scenic.pay.account"]._acquirer(method.scenic_pay_account, session.currency_id)
        attempt = self.sudo().create(
            {
                **self._pay_place(session, method, payment),
                "ref": self._new_ref(),
                "amount": amount,
                "wallet": wallet(code),
                "code_hint": hint(code),
                "due": self._clock() + _PATIENCE,
            }
        )
        return attempt._window_facts()

    @api.model
    def _earlier(self, session, payment):
        """Return what this order has paid or may have paid already, apart from its other lines."""
        others = [uuid for uuid in payment.get("lines", []) if uuid != payment["uuid"]]
        attempts = self.sudo().search(
            [
                ("session_id", "=", session.id),
                ("order_uuid", "=", payment["order_uuid"]),
                ("kind", "=", "pay"),
                ("state", "not in", list(machine.NO_MONEY)),
                ("pos_payment_id", "=", False),
            ],
            order="id",
        )
        return attempts.filtered(
            lambda attempt: attempt._is_open() or attempt.payment_uuid not in others
        )[:1]

    @api.model
    def pos_adopt(self, ref, payment_uuid):
        """Give a paid attempt that has lost its payment line to another line of the same order."""
        attempt = self._by_ref(ref)
        if attempt.pos_payment_id or attempt.state in machine.NO_MONEY:
            raise UserError(self.env._("Payment %s has a sale already.", ref))
        attempt.payment_uuid = payment_uuid
        return attempt._window_facts()

    @api.model
    def pos_step(self, ref, code="", cancel=False):
        """Do what is due of an attempt, or give it up; ``wait`` says when to ask again."""
        attempt = self._by_ref(ref)
        return attempt._window_facts(attempt._advance(code, cancel))

    @api.model
    def pos_find(self, session_id, payment_uuids):
        """Return the attempts of these payment lines, for a window that was started again."""
        session = self.env["pos.session"].browse(session_id)
        session.check_access("read")
        found = self.sudo().search(
            [
                ("session_id", "=", session.id),
                ("payment_uuid", "in", payment_uuids),
                ("state", "not in", list(machine.NO_MONEY)),
            ]
        )
        return [attempt._window_facts() for attempt in found]

    @api.model
    def pos_begin_refund(self, session_id, method_id, payment):
        """Store the reference of a refund; ``payment`` as in pos_begin, with ``refunded_order_id``.

        A refund goes back to one payment of the refunded order that has enough left.
        """
        session, method = self._pay_session(session_id, method_id)
        same = self.sudo().search(
            [
                ("payment_uuid", "=", payment["uuid"]),
                ("state", "!=", machine.REFUND_FAILED),
                ("kind", "=", "refund"),
            ]
        )
        if same:
            return same._window_facts()
        order = self.env["pos.order"].browse(payment["refunded_order_id"])
        order.check_access("read")
        amount = self._cents(session, -payment["amount"])
        origin = self._refundable(order, amount)
        attempt = self.sudo().create(
            {
                **self._pay_place(session, method, payment),
                "kind": "refund",
                "state": machine.REFUND_NEW,
                "ref": origin.ref,
                "refund_ref": self._new_ref(),
                "origin_id": origin.id,
                "account": origin.account,
                "amount": amount,
                "wallet": origin.wallet,
                "code_hint": origin.code_hint,
                "due": self._clock(),
            }
        )
        return attempt._window_facts()

    @api.model
    def _refundable(self, order, amount):
        """Return the payment of an order that can give back so much."""
        paid = self.sudo().search(
            [("pos_payment_id.pos_order_id", "=", order.id), ("state", "=", machine.PAID)],
            order="id",
        )
        rests = []
        for attempt in paid:
            pay_sql.lock(self.env.cr, attempt.id)
            rests.append(attempt.amount - pay_sql.reserved(self.env.cr, attempt.id))
            if amount > 0 and rests[-1] >= amount:
                return attempt
        raise UserError(
            self.env._(
                "Order %(order)s has %(rest)s left that was paid by the customer's code. Give the "
                "rest back in cash.",
                order=order.name,
                rest=order.currency_id.format(
                    max(rests, default=0) / 10**order.currency_id.decimal_places
                ),
            )
        )

    @api.model
    def _pay_place(self, session, method, payment):
        return {
            "company_id": session.company_id.id,
            "currency_id": session.currency_id.id,
            "config_id": session.config_id.id,
            "session_id": session.id,
            "payment_method_id": method.id,
            "account": method.scenic_pay_account or "",
            "user_id": self.env.uid,
            "payment_uuid": payment["uuid"],
            "order_uuid": payment["order_uuid"],
            "order_name": payment.get("order_name") or "",
        }

    @api.model
    def _new_ref(self):
        # 32 letters and digits, as WeChat and Alipay allow; random, so that a restored database
        # never repeats one
        return f"S{secrets.token_hex(15)}"

    @api.model
    def _cents(self, session, amount):
        return round(amount * 10**session.currency_id.decimal_places)

    @api.model
    def _by_ref(self, ref):
        if not self.env.user.has_group("point_of_sale.group_pos_user"):
            raise AccessError(self.env._("Only the staff of a window can take payments."))
        domain = ["|", ("refund_ref", "=", ref), "&", ("ref", "=", ref), ("kind", "=", "pay")]
        attempt = self.sudo().search(domain, limit=1)
        if not attempt or attempt.company_id not in self.env.companies:
            raise UserError(self.env._("Payment %s is not known.", ref))
        return attempt

    def _window_facts(self, stored=None):
        """Return an attempt as the window shows it; ``stored`` is newer than this transaction."""
        self.ensure_one()
        stored = stored or machine.Attempt(
            ref=self.ref, amount=self.amount, state=self.state, due=self.due
        )
        soon = max(stored.due, stored.claimed_until) - self._clock()
        return {
            "ref": self.refund_ref or self.ref,
            "payment_uuid": self.payment_uuid,
            "state": stored.state,
            "final": stored.final,
            "amount": self.amount / 10**self.currency_id.decimal_places,
            "wait": 0 if stored.final else max(0.2, min(soon, 5)),
            "limit": machine.LIMIT,
            "answer": stored.code or self.code or "",
            "wallet": self.wallet or "",
            "hint": self.code_hint or "",
            "acquirer_ref": stored.acquirer_ref or self.acquirer_ref or "",
        }
