"""The practice acquirer: to learn the window, to test it, and as a pattern for a real one.

Protocol: POST of JSON to ``url`` + ``/pay``, ``/query``, ``/reverse``, ``/refund``,
``/refund_query``; GET ``/statement?day=YYYY-MM-DD``. The header ``X-Signature`` is the hex
HMAC-SHA256 of the body with the account's ``key``; the answer carries one of its own body, and an
answer without a good one is not believed. ``result`` of the answer is one of the outcomes of
``acquirer.py``, ``amount`` and ``trade_no`` are there where money was taken.
"""

from __future__ import annotations

import hashlib
import hmac
import json

from . import acquirer as said
from .acquirer import Acquirer, Answer, TransportError, register

_OUTCOMES = frozenset(
    [
        said.PAID,
        said.WAITING,
        said.REFUSED,
        said.MISSING,
        said.REVERSED,
        said.DUPLICATE,
        said.RETRY,
        said.REFUNDED,
    ]
)


def sign(key: str, body: bytes) -> str:
    """Return the signature of a body."""
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


@register("practice")
class Practice(Acquirer):
    """Speaks to `tests/support/practice_acquirer.py`, or to whatever keeps the same protocol."""

    def pay(self, ref, amount, auth_code, title):
        return self._ask(
            "pay",
            ref=ref,
            amount=amount,
            currency=self.currency,
            auth_code=auth_code,
            title=title,
        )

    def query(self, ref):
        return self._ask("query", ref=ref)

    def reverse(self, ref):
        return self._ask("reverse", ref=ref)

    def refund(self, ref, refund_ref, amount, total):
        return self._ask("refund", ref=ref, refund_ref=refund_ref, amount=amount, total=total)

    def query_refund(self, ref, refund_ref):
        return self._ask("refund_query", ref=ref, refund_ref=refund_ref)

    def statement(self, day):
        return self._send("GET", f"statement?day={day}", b"")["rows"]

    def _ask(self, path, **values):
        values["merchant"] = self.account.get("merchant", "")
        data = self._send("POST", path, json.dumps(values, sort_keys=True).encode())
        outcome = data.get("result")
        return Answer(
            outcome if outcome in _OUTCOMES else said.UNKNOWN,
            amount=data.get("amount"),
            acquirer_ref=data.get("trade_no"),
            code=str(data.get("code") or "")[:64],
        )

    def _send(self, method, path, body):
        key = self.account["key"]
        headers = {"Content-Type": "application/json", "X-Signature": sign(key, body)}
        url = self.account["url"].rstrip("/") + "/" + path
        status, answer = self.transport(method, url, headers, body, self.timeout)
        if status != 200:
            raise TransportError(f"status {status}")
        data = json.loads(answer)
        signature = data.pop("signature", "")
        good = sign(key, json.dumps(data, sort_keys=True).encode())
        if not hmac.compare_digest(signature, good):
            raise TransportError("signature")
        return data
