"""The process that bench_rows.box_decision measures: a box's engine without its devices.

`python -m bench_rows.box_process PLACE TICKETS SCANS` prints one JSON object. PLACE/handlers holds
the packages as a box has them.
"""

import json
import os
import secrets
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import psutil

REPEATS = 3
TURN = 50
SITE, KID, PRODUCT, ZONE, LANE = 1, 1, 101, "PARK", "S1"
VALID_DAYS = 3  # wide enough for a measurement around midnight


def memory() -> int:
    return psutil.Process(os.getpid()).memory_full_info().uss


def timed(work: Callable, items: list, after: Callable = lambda made: None) -> list[float]:
    """Return the milliseconds that `work` took for each item; `after` is given what it made."""
    taken = []
    for item in items:
        started = time.perf_counter()
        made = work(item)
        taken.append((time.perf_counter() - started) * 1000)
        after(made)
    return taken


class Park:
    """Keys, configuration and tickets of a park with one lane."""

    def __init__(self, now: float):
        from handlers.scenic_rules import keys, ticket_code

        self.codes = ticket_code
        self.keys = keys.load(keys.new_key_file(secrets.token_bytes))
        self.now = int(now)
        self.today = (self.now - ticket_code.EPOCH) // 86400
        year = 365 * 86400
        self.certificate = self.keys.issue_server_certificate(
            SITE, KID, self.now - year, self.now + year
        )

    def config(self) -> dict:
        from handlers.scenic_rules import wire

        rule = {"product": PRODUCT, "risk": 0, "staff_pax": 10, "class_no": 0}
        rule |= {"entrances": 0xFFFF, "rights": {ZONE: 1}, "version": 1}
        lane = {"code": LANE, "name": LANE, "zone": ZONE, "entrance": 0, "devices": []}
        lane |= {"direction": "in", "confirm": "sensor", "pass_timeout_s": 5}
        return {
            "site": {"code": SITE, "name": "Bench", "tz": "UTC", "utc_offset": 0},
            "roots": wire.roots_to_wire(self.keys.roots),
            "certificates": [self.certificate.hex()],
            "rules": [rule],
            "lanes": [lane | {"on_unconfirmed": "consumed"}],
        }

    def rows(self, count: int) -> Iterator[dict]:
        """Give tickets as the server would list them."""
        for serial in range(1, count + 1):
            yield {
                "u": self.codes.uid_hex(KID << 32 | serial),
                "g": 0,
                "p": PRODUCT,
                "f": self.today - 1,
                "d": VALID_DAYS,
                "s": [self.codes.NO_SLOT, 0],
                "x": 1,
                "e": 0xFFFF,
                "fl": 0,
                "st": "valid",
                "r": {ZONE: 1},
                "o": {},
                "a": f"T{serial:015d}",
                "iat": self.now - self.codes.EPOCH,
            }

    def text(self, serial: int) -> str:
        ticket = self.codes.TicketCode(
            site=SITE,
            kid=KID,
            serial=serial,
            gen=0,
            product=PRODUCT,
            valid_from=self.today - 1,
            valid_days=VALID_DAYS,
            slot_start=self.codes.NO_SLOT,
            slot_len=0,
            pax=1,
            uses=0,
            entrances=0xFFFF,
            flags=0,
            iat=self.now - self.codes.EPOCH,
        )
        return self.codes.encode(ticket, self.keys.issuer)


class Floor:
    """What no gate can do without: check one signature, make one row durable."""

    def __init__(self, place: Path):
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        key = Ed25519PrivateKey.generate()
        self.public = key.public_key()
        self.message = secrets.token_bytes(47)
        self.signature = key.sign(self.message)
        self.db = sqlite3.connect(place / "floor.db", isolation_level=None)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=FULL")
        self.db.execute("CREATE TABLE fact (seq INTEGER PRIMARY KEY, note TEXT)")

    def __call__(self, _item) -> None:
        self.public.verify(self.signature, self.message)
        self.commit()

    def commit(self) -> None:
        self.db.execute("BEGIN IMMEDIATE")
        self.db.execute("INSERT INTO fact (note) VALUES ('x')")
        self.db.execute("COMMIT")


def revocations(engine, park: Park, count: int, bare: int) -> dict:
    """Take over `count` refunds at once; the last tickets, which nobody has scanned."""
    last = engine.snapshot.count()
    rows = [row | {"st": "void"} for row in islice(park.rows(last), last - count, None)]
    started = time.perf_counter()
    engine.snapshot.apply(rows, 2)
    seconds = time.perf_counter() - started
    refused = engine.scan(LANE, park.text(last), time.time()).reason.value
    if refused != "E_REVOKED":
        raise AssertionError(f"a refunded ticket: {refused}")
    return {"revoke_s": seconds, "revoked": count, "revoked_mb": (memory() - bare) / 1e6}


def main(place: Path, tickets: int, scans: int) -> dict:
    bare = memory()
    sys.path.insert(0, str(place))
    from handlers.scenic_gate import facts
    from handlers.scenic_gate.config import parse
    from handlers.scenic_gate.engine import Engine
    from handlers.scenic_gate.store import Store

    now = time.time()
    park = Park(now)
    store = Store(place / "gate.db", secrets.token_hex)
    engine = Engine(store, lambda: secrets.token_hex(16))
    engine.configure(parse(park.config()))
    engine.trusted = engine.online = True
    engine.contact = now
    engine.snapshot.apply(park.rows(tickets), 1)
    store.checkpoint()

    def scan(text: str):
        outcome = engine.scan(LANE, text, time.time())
        if outcome.reason.value != "OK" or not outcome.op:
            raise AssertionError(f"refused: {outcome.reason}")
        return outcome

    def walk_in(outcome) -> None:
        # a lane takes the next code only when this passage has ended; a scan on a lane that is
        # not free would have to end it first, which happens after a failure only
        engine.record(facts.PASSED, LANE, time.time(), of=outcome, pax=outcome.admit)

    floor = Floor(place)
    step = tickets // (scans * REPEATS)
    scan_ms, floor_ms = [], []
    for repeat in range(REPEATS):
        serials = range(1 + repeat * scans * step, 1 + (repeat + 1) * scans * step, step)
        texts = [park.text(serial) for serial in serials]
        # in turns of a few, so that whatever else the machine does hits both alike
        turns = [texts[start : start + TURN] for start in range(0, scans, TURN)]
        taken = [(timed(scan, turn, walk_in), timed(floor, turn)) for turn in turns]
        scan_ms.append([ms for scanned, _floor in taken for ms in scanned])
        floor_ms.append([ms for _scanned, floored in taken for ms in floored])
        store.checkpoint()
    memory_mb = (memory() - bare) / 1e6
    return revocations(engine, park, tickets // 10, bare) | {
        "scan_ms": _middle(scan_ms),
        "floor_ms": _middle(floor_ms),
        "scan_p99_ms": statistics.median(sorted(run)[int(0.99 * len(run))] for run in scan_ms),
        "memory_mb": memory_mb,
        "repeats": REPEATS,
    }


def _middle(runs: list[list[float]]) -> float:
    return statistics.median(statistics.median(run) for run in runs)


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
