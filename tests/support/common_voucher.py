"""Orders of a channel for tests. Import the module, not its names."""

import json
from uuid import uuid4


def make_channel(env, name="Travel Now"):
    """Create an online travel agency that settles with a partner."""
    return env["scenic.channel"].create(
        {
            "name": name,
            "code": f"OTA{uuid4().hex[:6].upper()}",
            "kind": "ota",
            "partner_id": env["res.partner"].create({"name": f"{name} Ltd"}).id,
        }
    )


def order_content(park, number=None, product=None, **values):
    """Return an order as a channel tells it, in the neutral format."""
    product = product or park.adult
    line = {
        "item": "1",
        "product": product.product_tmpl_id.gate_product_code,
        "date": park.site._today().isoformat(),
        "quantity": 1,
        "settlement": "70.00",
        **values,
    }
    return {"order": number or f"T{uuid4().hex[:10].upper()}", "items": [line]}


def fill(channel, content):
    """Take an order in, which must succeed; returns it."""
    orders = channel.env["scenic.voucher.order"]
    reply = orders._fill(channel, content)
    assert reply["code"] == "OK", reply
    return orders.search([("channel_id", "=", channel.id), ("number", "=", reply["order"])])


def command(channel, name, content, key=None):
    """Send a command of a channel; returns the reply as a dict."""
    orders = channel.env["scenic.voucher.order"]
    key = key or uuid4().hex
    return json.loads(orders._command(channel, name, key, content))
