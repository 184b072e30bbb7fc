import secrets
from datetime import timedelta
from uuid import uuid4

from odoo import api, fields, models
from odoo.exceptions import UserError

MINUTES = 30
WAITING_LIMIT = 40  # of one page: more is not a queue, but somebody who plays
_KEPT_DAYS = 7
_NUMBERS = 1000
_LIVE = ("waiting", "paying", "taken")


class ScenicKioskOrder(models.Model):
    """What a visitor chose at a self-service page, until a window has taken the money.

    It is a wish, not a sale: the window makes its own order of it, with its own prices, questions
    and rules. Until then the places are held.
    """

    _name = "scenic.kiosk.order"
    _description = "Self-Service Order"
    _order = "id desc"

    name = fields.Char(
        string="Number", required=True, readonly=True, help="What the visitor tells the window."
    )
    token = fields.Char(required=True, readonly=True, groups="scenic_ticketing.group_manager")
    config_id = fields.Many2one(
        "pos.config", string="Page", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(readonly=True, help="As shown to the visitor, tax included.")
    lines = fields.Json(
        required=True,
        readonly=True,
        help="List of product_id, quantity, visit_date, slot_id and slot_time.",
    )
    summary = fields.Char(readonly=True)
    expires_at = fields.Datetime(required=True, readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("taken", "At a Window"),
            ("paid", "Paid"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="waiting",
    )
    window_id = fields.Many2one("pos.config", readonly=True, index=True, ondelete="set null")
    pos_order_id = fields.Many2one(
        "pos.order", readonly=True, index="btree_not_null", ondelete="set null"
    )

    _token_uniq = models.Constraint("UNIQUE (token)", "This order already exists.")
    _number_uniq = models.UniqueIndex(
        "(company_id, name) WHERE state IN ('waiting', 'paying', 'taken')",
        "Another visitor has this number now.",
    )

    # ------------------------------------------------------------------
    # the page
    # ------------------------------------------------------------------

    @api.model
    def _place(self, window, wants, basket):
        """Hold places for what a visitor chose, and give it a number; UserError when it cannot be.

        ``basket``: made up by the page for what it is about to order. The same one again, because
        the answer was lost, returns the same order.
        """
        if known := self._of_basket(window, basket):
            return known
        self._end_old()
        domain = [("config_id", "=", window.id), ("state", "in", ("waiting", "paying"))]
        if self.search_count(domain) >= WAITING_LIMIT:
            raise UserError(
                self.env._("Too many orders are waiting already. Please go to a ticket window.")
            )
        lines = self.env["scenic.kiosk"]._priced(window, wants)
        token = self._basket_token(window, basket)
        self.env["scenic.hold"]._take(
            [self._hold_want(line) for line in lines],
            window.scenic_channel_id,
            minutes=MINUTES,
            ref=self._hold_ref(token),
        )
        return self.create(
            {
                "name": self._new_number(window.company_id),
                "token": token,
                "config_id": window.id,
                "company_id": window.company_id.id,
                "amount": sum(line["amount"] for line in lines),
                "lines": [self._stored(line) for line in lines],
                "summary": ", ".join(f"{line['quantity']} × {line['name']}" for line in lines),
                "expires_at": fields.Datetime.now() + timedelta(minutes=MINUTES),
            }
        )

    @api.model
    def _basket_token(self, window, basket):
        # the visitor's own secret, under the page's: nobody can ask for another's order
        return f"{window.id}-{basket}"

    @api.model
    def _of_basket(self, window, basket):
        return self.search([("token", "=", self._basket_token(window, basket))], limit=1)

    @api.model
    def _hold_ref(self, token):
        return f"kiosk:{token}"

    @api.model
    def _hold_want(self, line):
        return {
            "product_id": line["product_id"],
            "date": line["visit_date"],
            "slot_id": line["slot_id"],
            "persons": line["persons"],
        }

    @api.model
    def _stored(self, line):
        names = ("product_id", "quantity", "persons", "visit_date", "slot_id", "slot_time")
        return {name: line[name] for name in names}

    @api.model
    def _new_number(self, company):
        """Return a short number that no waiting visitor of the company has."""
        used = set(
            self.search([("company_id", "=", company.id), ("state", "in", _LIVE)]).mapped("name")
        )
        free = [name for number in range(_NUMBERS) if (name := f"K{number:03d}") not in used]
        if not free:
            raise UserError(self.env._("All numbers are in use. Please go to a ticket window."))
        return secrets.choice(free)

    def _cancel(self):
        """Give the places back; does nothing to an order that a window has."""
        waiting = self.filtered(lambda order: order.state == "waiting")
        waiting.state = "cancelled"
        waiting._release()

    def _release(self):
        refs = [self._hold_ref(order.token) for order in self.sudo()]
        if refs:
            self.env["scenic.hold"]._release_refs(refs)

    @api.model
    def _end_old(self):
        """Cancel what nobody came for; the places came back by themselves."""
        old = self.sudo().search(
            [("state", "in", ("waiting", "taken")), ("expires_at", "<", fields.Datetime.now())]
        )
        old.state = "cancelled"

    @api.autovacuum
    def _gc_orders(self):
        self._end_old()
        limit = fields.Datetime.now() - timedelta(days=_KEPT_DAYS)
        self.sudo().search([("create_date", "<", limit)], limit=10000).unlink()

    # ------------------------------------------------------------------
    # the window
    # ------------------------------------------------------------------

    @api.model
    def pos_take(self, number, config_id):
        """Give an order to a window, which then holds its places under the uuids of its lines.

        Returns ``{"message": why not, "lines": [...]}``. The window that has it may take it again;
        another one is told where it is.
        """
        window = self.env["scenic.ticket"]._check_window(config_id)
        self._end_old()
        order = self._find_number(number, window.company_id)
        if not order:
            text = self.env._("There is no self-service order %(number)s, or its time is over.")
            return {"message": text % {"number": (number or "").strip().upper()}, "lines": []}
        if order.state == "paying":
            text = self.env._("Order %s is being paid at its page. Wait a moment.", order.name)
            return {"message": text, "lines": []}
        if order.state == "taken" and order.window_id != window:
            text = self.env._(
                "Order %(number)s is at %(window)s.",
                number=order.name,
                window=order.window_id.display_name,
            )
            return {"message": text, "lines": []}
        # an order is taken by one: whoever comes at the same moment is refused
        order.lock_for_update()
        order.write({"state": "taken", "window_id": window.id})
        lines = [{**line, "kiosk": order.token, "uuid": str(uuid4())} for line in order.lines]
        order._hand_over(window, lines)
        return {"message": "", "number": order.name, "lines": lines}

    def _hand_over(self, window, lines):
        """Let the window hold what the page held, line by line.

        Where that is no longer possible the window finds out when it holds them itself.
        """
        slots = self.env["scenic.slot"]
        takes = [
            (f"window:{window.id}:{line['uuid']}", slots._needs([self._hold_want(line)]))
            for line in lines
        ]
        self.env["scenic.hold"]._hand_over(
            self._hold_ref(self.token), takes, window.sudo().scenic_channel_id
        )

    @api.model
    def _find_number(self, number, company):
        name = (number or "").strip().upper()
        name = name if name.startswith("K") else f"K{name.zfill(3)}"
        domain = [
            ("name", "=", name),
            ("company_id", "=", company.id),
            ("state", "in", _LIVE),
        ]
        return self.sudo().search(domain, limit=1)

    @api.model
    def _paid_with(self, token, pos_order):
        """Note that a window has sold what was chosen."""
        order = self.sudo().search([("token", "=", token), ("state", "!=", "paid")], limit=1)
        if order.company_id == pos_order.company_id:
            order.write({"state": "paid", "pos_order_id": pos_order.id})


class PosOrderLineKiosk(models.Model):
    _inherit = "pos.order.line"

    # EXTENDS scenic_ticketing
    def _scenic_process_paid(self):
        res = super()._scenic_process_paid()
        for line in self:
            token = line._scenic_said("kiosk")
            if isinstance(token, str):
                self.env["scenic.kiosk.order"]._paid_with(token, line.order_id)
        return res
