"""The windows of the random day, without their browsers: the calls that they make.

Online they sell, refund and void; offline they sign their own codes and upload the sales later, in
any order. A call that fails for the server's sake is made again, as a window does it.
"""

import itertools
import secrets
import time
from collections import deque
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from uuid import uuid4

import requests
from iot_handlers.scenic_rules import ticket_code
from scenic_park import server

# what is sold: template, persons on a code, uses of a person in the park, how often it is drawn
PRODUCTS = (
    ("yunlu.ticket_adult", 1, 1, 8),
    ("yunlu.ticket_family", 3, 1, 1),
    ("yunlu.ticket_mountain_pass", 1, 2, 2),
)
MOST = 1900  # tickets that a window signs; gates refuse greater numbers than the certificate has
FINAL = ("odoo.exceptions.UserError", "odoo.exceptions.ValidationError")


class Refused(Exception):
    """The server understood and said no."""


class Busy(Exception):
    """The server is away, or was too busy: the same call again later."""


@dataclass
class Ticket:
    """A ticket as it is in a visitor's hand."""

    uid: str
    code: str
    persons: int
    uses: int
    line: str = ""  # uuid of the sold line
    online: bool = True
    state: str = "sold"  # or refunded, voided
    shown: int = 0
    last_box: int = 0

    @property
    def rights(self):
        return self.persons * self.uses


class Caller(server.User):
    """A user whose calls tell a refusal from a server in trouble."""

    def call(self, model, method, *args, **kwargs):
        params = {"model": model, "method": method, "args": list(args), "kwargs": kwargs}
        try:
            reply = self.session.post(
                f"{self.address.url}/web/dataset/call_kw/{model}/{method}",
                json={"jsonrpc": "2.0", "method": "call", "id": 1, "params": params},
                timeout=60,
            )
            answer = reply.json()
        except (requests.RequestException, ValueError) as err:
            raise Busy(str(err)) from err
        if "error" not in answer:
            return answer.get("result")
        data = answer["error"].get("data") or {}
        if data.get("name") in FINAL:
            raise Refused(data.get("message"))
        raise Busy(f"{data.get('name')}: {data.get('message')}")


class Windows:
    """All windows of the park."""

    def __init__(self, park, chance):
        self.park, self.chance = park, chance
        self.numbers = itertools.count(1)
        self.outbox = deque()  # orders that the server may not have yet
        self.refused = []  # what the server refused for good
        self.signers = []

    def open(self):
        """Log in and open the sessions; to be called while everything works."""
        address = self.park.server.address
        self.admin = Caller(address, "admin", "admin")
        self.user = Caller(address, "window", "window")
        self.manager = Caller(address, "manager", "manager")
        self.method = self.admin.id_of("yunlu.pay_wechat")
        self.products = []
        for name, persons, uses, weight in PRODUCTS:
            template = self.admin.id_of(name)
            found = self.admin.search(
                "product.product",
                [("product_tmpl_id", "=", template)],
                ["taxes_id", "lst_price"],
            )[0]
            found |= {"template": template, "persons": persons, "uses": uses, "weight": weight}
            self.products.append(SimpleNamespace(**found))
        self.sessions = [self._open(config) for config in self.park.windows]
        self.signers = [self._signer(config) for config in self.park.offline_windows]
        sites = self.admin.search("scenic.site", [], ["id"])
        self.site = sites[0]["id"]

    def _open(self, config):
        self.admin.call("pos.config", "open_ui", [config])
        domain = [("config_id", "=", config), ("state", "!=", "closed")]
        session = self.admin.search("pos.session", domain, ["id"])[0]["id"]
        self.admin.call("pos.session", "set_opening_control", [session], 0, "")
        return session

    def _signer(self, config):
        """Return the key of a window that will sell without the server."""
        from window_key import WindowKey

        session = self._open(config)

        def pos_request(*args):
            answer = self.admin.call("scenic.certificate", "pos_request", *args)
            answer["products"] = {int(key): told for key, told in answer["products"].items()}
            return answer

        certificates = SimpleNamespace(pos_request=pos_request)
        window = SimpleNamespace(id=config, env={"scenic.certificate": certificates})
        key = WindowKey(window)
        assert key.certificate, key.answer["problem"]
        key.session = session
        return key

    # ------------------------------------------------------------------ sales

    def today(self):
        """Return today's date on the park's clock, eight hours ahead of UTC."""
        return time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600))

    def product(self):
        weights = [product.weight for product in self.products]
        return self.chance.choices(self.products, weights)[0]

    def order(self, session, product, quantity, scenic_data, price=None, back=None):
        """Return a paid order of one line, as the browser sends it."""
        price = product.lst_price if price is None else price
        total = round(price * quantity, 2)
        net = round(total / 1.06, 2)
        number = next(self.numbers)
        moment = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
        line = {
            "uuid": str(uuid4()),
            "product_id": product.id,
            "qty": quantity,
            "price_unit": price,
            "price_subtotal": net,
            "price_subtotal_incl": total,
            "discount": 0,
            "tax_ids": [[6, 0, product.taxes_id]],
            "pack_lot_ids": [],
            "scenic_data": scenic_data,
        }
        if back:
            line["refunded_orderline_id"] = back
        payment = {"uuid": str(uuid4()), "amount": total, "name": moment}
        return {
            "uuid": str(uuid4()),
            "access_token": str(uuid4()),
            "name": f"Day {number}",
            "pos_reference": f"{session}-{number:06d}-{secrets.token_hex(2)}",
            "sequence_number": number,
            "tracking_number": str(number % 1000),
            "session_id": session,
            "user_id": self.admin.uid,
            "date_order": moment,
            "amount_total": total,
            "amount_tax": total - net,
            "amount_paid": total,
            "amount_return": 0,
            "is_refund": bool(back),
            "state": "paid",
            "to_invoice": False,
            "lines": [[0, 0, line]],
            "payment_ids": [[0, 0, payment | {"payment_method_id": self.method}]],
        }

    def sell(self, count):
        """Sell at a window; returns the tickets. Raises Busy: whether it was sold is not known."""
        product, session = self.product(), self.chance.choice(self.sessions)
        order = self.order(session, product, count, {"visit_date": self.today()})
        try:
            self._send(order)
        except Busy:
            self.outbox.append(order)
            raise
        rows = self.admin.search(
            "scenic.ticket", [("pos_order_id.uuid", "=", order["uuid"])], ["uid", "code"]
        )
        line = order["lines"][0][2]["uuid"]
        return [
            Ticket(row["uid"], row["code"], product.persons, product.uses, line) for row in rows
        ]

    def may_sell_offline(self):
        """Tell whether a window has numbers left: a certificate is good for so many tickets."""
        return any(key.next < MOST for key in self.signers)

    def sell_offline(self, count):
        """Sell at a window without the server: it signs, and uploads later."""
        key = self.chance.choice([key for key in self.signers if key.next < MOST])
        product = self.product()
        item = SimpleNamespace(product_tmpl_id=SimpleNamespace(id=product.template))
        day = date.fromisoformat(self.today())
        codes = [key.mint(item, day) for _code in range(count)]
        data = {"visit_date": self.today(), "codes": codes}
        order = self.order(key.session, product, count, data)
        self.outbox.append(order)
        line = order["lines"][0][2]["uuid"]
        return [
            Ticket(
                f"{ticket_code.decode(code['code']).ticket.uid:016x}",
                code["code"],
                product.persons,
                product.uses,
                line,
                online=False,
            )
            for code in codes
        ]

    def _send(self, order):
        try:
            self.admin.call("pos.order", "sync_from_ui", [order])
        except Refused as err:
            # a refund whose answer was lost may come again after somebody used the ticket
            if not order["is_refund"]:
                self.refused.append((order["uuid"], str(err)))
            raise

    def upload(self, most=None):
        """Send some of what waits, in any order; returns how many orders are left."""
        waiting = list(self.outbox)
        self.chance.shuffle(waiting)
        for order in waiting[:most]:
            try:
                self._send(order)
            except Busy:
                return len(self.outbox)
            except Refused:
                pass
            self.outbox.remove(order)
        return len(self.outbox)

    # ---------------------------------------------------------------- refunds

    def refund(self, ticket):
        """Give a ticket back; returns whether the money went out. Busy: not known yet."""
        rows = self.admin.search("pos.order.line", [("uuid", "=", ticket.line)], ["product_id"])
        if not rows:
            return False
        quotes = self.admin.call(
            "pos.order.line", "pos_scenic_refund_quotes", [{"line_id": rows[0]["id"]}]
        )
        mine = [quote for quote in quotes if quote["uid"] == ticket.uid]
        if not mine:
            return False
        quote = mine[0]["quotes"][str(ticket.persons)]
        if quote.get("obstacle"):
            return False
        product = next(p for p in self.products if p.id == rows[0]["product_id"][0])
        data = {"refund_uids": [ticket.uid], "persons": 0}
        session = self.chance.choice(self.sessions)
        order = self.order(session, product, -1, data, quote["amount"], rows[0]["id"])
        ticket.state = "refunded"
        try:
            self._send(order)
        except Busy:
            self.outbox.append(order)
            raise
        except Refused:
            return False
        return True

    def void(self, ticket):
        """Take a ticket out of use without money."""
        rows = self.admin.search("scenic.ticket", [("uid", "=", ticket.uid)], ["id"])
        if not rows:
            return False
        wizard = self.manager.call(
            "scenic.void", "create", {"ticket_ids": [(6, 0, [rows[0]["id"]])], "reason": "Day"}
        )
        try:
            self.manager.call("scenic.void", "action_void", [wizard])
        except Refused:
            return False
        ticket.state = "voided"
        return True

    def close(self):
        """Close all sessions with what should be in the drawers."""
        sessions = [*self.sessions, *(key.session for key in self.signers)]
        fields = ["cash_control", "cash_register_balance_end"]
        for row in self.admin.search("pos.session", [("id", "in", sessions)], fields):
            if row["cash_control"]:
                drawer = row["cash_register_balance_end"]
                self.admin.call("pos.session", "post_closing_cash_details", [row["id"]], drawer)
            answer = self.admin.call("pos.session", "close_session_from_ui", [row["id"]])
            assert answer.get("successful"), answer
