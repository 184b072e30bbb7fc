"""A complete acquirer to practise with: a book of money, and an HTTP server around it.

    python tests/support/practice_acquirer.py --port 8300 --key secret

What happens is in the customer's code. Last digit:

    0 paid at once                         5 taken late, after the window stopped waiting
    1 password, paid at the second query   6 refused: not enough money
    2 password that never comes            7 takes one cent too much
    3 taken, but the answer is an error    8 refused: the code is used up
    4 not taken, and the answer an error   9 busy: to be tried again

Last digit but one: 1 reversing is refused once; 2 the first answer to a reverse is lost; 3 a refund
is worked on once before it is done.

GET /book lists the money of every reference, for tests. POST /mode {"dead": true} makes the server
hang; {"dead": false} brings it back. {"held": true}: customers type no password, until it is false.
"""

import argparse
import hashlib
import hmac
import json
import threading
import time
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class NoAnswer(Exception):
    """The caller gets an error, or nothing."""


class Book:
    """All money of one merchant, by reference. Nothing here knows HTTP."""

    def __init__(self):
        self.trades = {}
        self.refunds = {}
        self.codes = set()
        self.held = False
        self.lock = threading.RLock()
        self.calls = []

    def handle(self, path, data):
        """Answer a call, or raise NoAnswer after having done (or not done) its work."""
        with self.lock:
            self.calls.append((path, data.get("ref")))
            return getattr(self, path)(**data)

    def money(self, ref):
        """Return what is held for a reference: taken, less what was given back."""
        trade = self.trades.get(ref) or {}
        taken = trade.get("taken", 0) if trade.get("state") == "paid" else 0
        return taken - sum(
            refund["amount"]
            for refund in self.refunds.values()
            if refund["ref"] == ref and refund["state"] == "refunded"
        )

    def pay(self, ref, amount, auth_code, **_rest):
        if ref in self.trades:
            trade = self.trades[ref]
            # closed by a reverse that overtook the payment: it never succeeds
            return {"result": "reversed" if trade["state"] == "reversed" else "duplicate"}
        last, before = auth_code[-1], auth_code[-2]
        if auth_code in self.codes or last == "8":
            self.trades[ref] = {"state": "refused", "quirk": before}
            return {"result": "refused", "code": "CODE_USED"}
        self.codes.add(auth_code)
        trade = {"state": "waiting", "amount": amount, "taken": 0, "queries": 0, "quirk": before}
        trade["at_query"] = {"1": 2, "5": 3}.get(last)
        if last == "4":
            raise NoAnswer
        if last == "9":
            return {"result": "retry", "code": "SYSTEM_BUSY"}
        self.trades[ref] = trade
        trade["no"] = f"P{len(self.trades):08d}"
        if last == "6":
            trade["state"] = "refused"
            return {"result": "refused", "code": "NOT_ENOUGH"}
        if last in "037":
            trade.update(state="paid", taken=amount + (last == "7"))
        if last == "5":
            trade["late"] = True
            raise NoAnswer
        if last == "3":
            raise NoAnswer
        return self._told(trade, "PASSWORD")

    def query(self, ref, **_rest):
        trade = self.trades.get(ref)
        if trade is None:
            return {"result": "missing", "code": "NOT_EXIST"}
        if trade["state"] == "waiting" and not self.held:
            trade["queries"] += 1
            if trade["queries"] == trade["at_query"]:
                trade.update(state="paid", taken=trade["amount"])
        return self._told(trade)

    def reverse(self, ref, **_rest):
        trade = self.trades.setdefault(ref, {"state": "unseen", "quirk": "0"})
        quirk, trade["quirk"] = trade["quirk"], "0"
        if quirk == "1":
            return {"result": "retry", "code": "TRY_AGAIN"}
        # bound: nothing can be paid under this reference any more
        trade.update(state="reversed", taken=0)
        if quirk == "2":
            raise NoAnswer
        return {"result": "reversed"}

    def refund(self, ref, refund_ref, amount, **_rest):
        trade = self.trades.get(ref) or {}
        known = self.refunds.get(refund_ref)
        if known:
            return {"result": known["state"], "amount": known["amount"]}
        if trade.get("state") != "paid" or amount > self.money(ref):
            self.refunds[refund_ref] = {"ref": ref, "amount": amount, "state": "refused"}
            return {"result": "refused", "code": "TOO_MUCH"}
        slow = trade.get("quirk") == "3"
        state = "waiting" if slow else "refunded"
        self.refunds[refund_ref] = {"ref": ref, "amount": amount, "state": state}
        return {"result": state, "amount": amount}

    def refund_query(self, refund_ref, **_rest):
        known = self.refunds.get(refund_ref)
        if not known:
            return {"result": "missing"}
        if known["state"] == "waiting":
            known["state"] = "refunded"
        return {"result": known["state"], "amount": known["amount"]}

    def statement(self):
        """Return what an acquirer's list of the day has."""
        rows = [
            {"kind": "pay", "ref": ref, "refund_ref": "", "amount": trade["taken"]}
            for ref, trade in self.trades.items()
            if trade["state"] == "paid"
        ]
        rows += [
            {"kind": "refund", "ref": row["ref"], "refund_ref": name, "amount": row["amount"]}
            for name, row in self.refunds.items()
            if row["state"] == "refunded"
        ]
        return {"rows": rows, "day": datetime.now(timezone.utc).date().isoformat()}

    @staticmethod
    def _told(trade, code=""):
        answer = {"result": trade["state"], "trade_no": trade.get("no"), "code": code}
        if trade["state"] == "paid":
            answer["amount"] = trade["taken"]
        return answer


def sign(key, body):
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


class Handler(BaseHTTPRequestHandler):
    book = Book()
    key = ""
    hang = threading.Event()

    def log_message(self, *_args):
        pass

    def do_GET(self):
        if self.path.startswith("/book"):
            with self.book.lock:
                money = {ref: self.book.money(ref) for ref in self.book.trades}
                self._reply({"money": money, "calls": self.book.calls})
        elif self.path.startswith("/statement"):
            self._reply(self.book.statement())
        else:
            self.send_error(404)

    def do_POST(self):
        body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), 65536))
        data = json.loads(body or b"{}")
        if self.path == "/mode":
            if "dead" in data:
                (self.hang.set if data["dead"] else self.hang.clear)()
            self.book.held = data.get("held", self.book.held)
            self._reply({})
            return
        while self.hang.is_set():
            time.sleep(0.05)
        if not hmac.compare_digest(self.headers.get("X-Signature", ""), sign(self.key, body)):
            self.send_error(403)
            return
        data.pop("merchant", None)
        try:
            self._reply(self.book.handle(self.path.strip("/"), data))
        except NoAnswer:
            self.send_error(500)
        except (AttributeError, TypeError):
            self.send_error(400)

    def _reply(self, data):
        signature = sign(self.key, json.dumps(data, sort_keys=True).encode())
        body = json.dumps({**data, "signature": signature}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--key", required=True)
    options = parser.parse_args()
    Handler.key = options.key
    server = ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
