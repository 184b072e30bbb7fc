"""Orders as the browser of a window sends them."""

import secrets
import time
from dataclasses import dataclass
from itertools import count
from uuid import uuid4

from odoo.tools import float_round

PRICE, TAX = 120.0, 0.06  # of one ticket, tax included
_numbers = count(1)


@dataclass(frozen=True)
class Till:
    """The ids of an opened window."""

    session: int
    user: int
    method: int
    taxes: list[int]


def order(till: Till, product: int, quantity: int, scenic_data: dict | None) -> dict:
    """Return a paid order of one line."""
    number = next(_numbers)
    moment = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
    total = PRICE * quantity
    net = float_round(total / (1 + TAX), precision_digits=2)
    line = {
        "uuid": str(uuid4()),
        "product_id": product,
        "qty": quantity,
        "price_unit": PRICE,
        "price_subtotal": net,
        "price_subtotal_incl": total,
        "discount": 0,
        "tax_ids": [[6, 0, till.taxes]],
        "pack_lot_ids": [],
    }
    if scenic_data:
        line["scenic_data"] = scenic_data
    payment = {"uuid": str(uuid4()), "amount": total, "name": moment}
    return {
        "uuid": str(uuid4()),
        "access_token": str(uuid4()),
        "name": f"Bench {number}",
        "pos_reference": f"{till.session}-{number:06d}-{secrets.token_hex(2)}",
        "sequence_number": number,
        "tracking_number": str(number % 1000),
        "session_id": till.session,
        "user_id": till.user,
        "date_order": moment,
        "amount_total": total,
        "amount_tax": total - net,
        "amount_paid": total,
        "amount_return": 0,
        "state": "paid",
        "to_invoice": False,
        "lines": [[0, 0, line]],
        "payment_ids": [[0, 0, payment | {"payment_method_id": till.method}]],
    }
