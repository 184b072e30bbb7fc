"""A box as the server sees it: signed calls and facts, made without a box."""

import json
import secrets
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from scenic_park.load import Call
from scenic_tools import paths

# the signatures and the hash chain as the product defines them: one file on both sides
sys.path.append(str(paths.ROOT / "scenic_gate_iot" / "iot_handlers"))
from scenic_gate import auth, facts

IDENTIFIER = "bench-box"
PRODUCT = "yunlu.ticket_adult"
LANE, ZONE = "S1", "PARK"


@dataclass
class Ticket:
    """What a box knows of one ticket."""

    id: int
    uid: str
    code: str


def issue(env, count: int, product: str = PRODUCT) -> list[Ticket]:
    """Sell tickets for today in bulk."""
    env.ref("yunlu.site_yunlu").capacity_daily = 0  # more of them than the park lets in
    variant = env.ref(product).product_variant_id
    vals = {"product_id": variant.id, "visit_date": env.ref("yunlu.site_yunlu")._today()}
    tickets = env["scenic.ticket"]
    for start in range(0, count, 1000):
        tickets |= tickets._issue([dict(vals) for _ticket in range(min(1000, count - start))])
    return [Ticket(ticket.id, ticket.uid, ticket.code) for ticket in tickets]


def pair(env) -> str:
    """Pair the park's box with a made-up machine; returns its token."""
    box = env.ref("yunlu.box_valley").sudo()
    box.write({"identifier": IDENTIFIER, "state": "paired"})
    return box.token


def signed(token: str, path: str, message: dict) -> Call:
    body = json.dumps(message).encode()
    nonce = secrets.token_hex(16)
    headers = auth.request_headers(token, "POST", path, IDENTIFIER, int(time.time()), nonce, body)
    return Call(path, body, headers | {"Content-Type": "application/json"})


def redemption(token: str, ticket: Ticket) -> Call:
    """Return the call of a device that asks the server about one visitor."""
    message = {"v": 1, "lane": LANE, "code": ticket.code, "op": secrets.token_hex(16)}
    return signed(token, auth.REDEEM_PATH, message)


@dataclass
class Chain:
    """The journal of a made-up box, from its first fact on."""

    token: str
    epoch: str = field(default_factory=lambda: secrets.token_hex(8))
    seq: int = 0
    last: str = ""
    config_rev: str = ""
    cursor: int = 0

    def passages(self, tickets: Iterable[Ticket]) -> Iterator[dict]:
        """Give two facts for each ticket: its right is reserved, its holder has passed."""
        for ticket in tickets:
            op = secrets.token_hex(16)
            yield self._fact(facts.RESERVED, ticket, op, ticket.code)
            yield self._fact(facts.PASSED, ticket, op, None)

    def _fact(self, kind: str, ticket: Ticket, op: str, code: str | None) -> dict:
        self.seq += 1
        prev = self.last or facts.genesis(self.epoch)
        fact = {"seq": self.seq, "kind": kind, "t": int(time.time() * 1000), "lane": LANE}
        fact |= {"zone": ZONE, "uid": ticket.uid, "gen": 0, "pax": 1, "op": op}
        fact |= {"mode": "offline", "clock": "ok", "reason": "OK", "code": code, "prev": prev}
        self.last = fact["hash"] = facts.fact_hash(prev, fact)
        return fact

    def report(self, batch: list[dict]) -> Call:
        """Return the sync call that carries these facts."""
        message = {"v": 1, "epoch": self.epoch, "facts": batch, "acks": [], "oldest": 1}
        message |= {"config_rev": self.config_rev, "cursor": self.cursor, "status": {}}
        return signed(self.token, auth.SYNC_PATH, message)

    def received(self, answer: dict) -> bool:
        """Remember how far the box knows the park; tells whether there is more to ask for."""
        self.config_rev, self.cursor = answer["config_rev"], answer["cursor"]
        return answer["more"]
