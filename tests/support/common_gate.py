"""A gate box for tests: its journal, and its signed calls.

``Journal`` writes facts as a box does, hash chain included; ``make_box`` and ``make_lane`` create
the records; ``signed`` gives the headers and body of a call.
"""

import json
import secrets
from uuid import uuid4

from odoo.addons.scenic_gate_iot.iot_handlers.scenic_gate import auth, facts

T0 = 1_800_000_000_000  # milliseconds; a moment in 2027


class Journal:
    """The facts of one box, in order."""

    def __init__(self, epoch=None, lane="G1", zone="PARK"):
        self.epoch = epoch or secrets.token_hex(8)
        self.lane, self.zone = lane, zone
        self.facts = []
        self.prev = facts.genesis(self.epoch)
        self.clock = T0

    def write(self, kind, ticket=None, **values):
        """Append a fact and return it; ``ticket`` is a record or 16 hex digits."""
        self.clock += 1000
        fact = {
            "seq": len(self.facts) + 1,
            "kind": kind,
            "t": self.clock,
            "lane": self.lane,
            "zone": self.zone,
            "uid": getattr(ticket, "uid", ticket),
            "gen": 0,
            "pax": 1,
            "op": None,
            "mode": "offline",
            "clock": "ok",
            "reason": "OK",
            "code": None,
        } | values
        fact["prev"] = self.prev
        fact["hash"] = self.prev = facts.fact_hash(self.prev, fact)
        self.facts.append(fact)
        return fact

    def reserve(self, ticket, pax=1, **values):
        """Consume rights; returns the name of the passage."""
        op = uuid4().hex
        self.write(facts.RESERVED, ticket, pax=pax, op=op, **values)
        return op

    def pass_through(self, ticket, pax=1):
        """Consume rights and confirm that the persons walked through."""
        op = self.reserve(ticket, pax)
        self.write(facts.PASSED, ticket, pax=pax, op=op)
        return op

    def release(self, ticket, op, pax=1):
        """Give back what was reserved."""
        self.write(facts.RELEASED, ticket, pax=pax, op=op)

    def message(self, sent=None, **values):
        """Return the body of a sync request as a dict."""
        return {
            "v": 1,
            "epoch": self.epoch,
            "facts": self.facts if sent is None else sent,
            "acks": [],
            "oldest": 1,
            "config_rev": "",
            "cursor": 0,
            "status": {},
        } | values


def make_box(park, name="South Gate House", lanes=("G1",), **values):
    """Create a paired box with lanes into the park."""
    env = park.env
    box = env["scenic.box"].create(
        {
            "name": name,
            "site_id": park.site.id,
            "identifier": f"box-{secrets.token_hex(4)}",
            "state": "paired",
            "user_id": env.ref("base.user_admin").id,
            **values,
        }
    )
    for code in lanes:
        make_lane(park, box, code)
    return box


def make_lane(park, box, code, **values):
    """Create a lane into the park."""
    return park.env["scenic.lane"].create(
        {
            "name": f"Lane {code}",
            "code": code,
            "box_id": box.id,
            "zone_id": park.gate.id,
            "entrance_id": park.south.id,
            **values,
        }
    )


def signed(box, path, body, token=None, nonce=None):
    """Return (headers, body bytes) of a call that ``box`` signs; ``body``: dict or bytes."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = auth.request_headers(
        token or box.sudo().token,
        "POST",
        path,
        box.identifier,
        T0 // 1000,
        nonce or secrets.token_hex(16),
        data,
    )
    return headers | {"Content-Type": "application/octet-stream"}, data


def remove_boxes(park):
    """Remove what committed boxes of a park left, which no user could do."""
    cr, site = park.env.cr, park.site.id
    boxes = "SELECT id FROM scenic_box WHERE site_id = %s"
    reports = f"fact_id IN (SELECT id FROM scenic_gate_fact WHERE box_id IN ({boxes}))"
    tables = {
        "scenic_gate_verdict": reports,
        "scenic_gate_orphan": reports,
        "scenic_gate_fork": f"box_id IN ({boxes})",
        "scenic_gate_fact": f"box_id IN ({boxes})",
        "scenic_incident": "site_id = %s",
        "scenic_gate_command": f"box_id IN ({boxes})",
        "scenic_box_epoch": f"box_id IN ({boxes})",
        "scenic_lane": "site_id = %s",
        "scenic_box": "site_id = %s",
        "scenic_ticket_change": "site_id = %s",
    }
    for table, condition in tables.items():
        cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cr.execute(f"DELETE FROM {table} WHERE {condition}", [site])
        cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    park.env.registry.clear_cache()
