"""A small park for the gate tests: keys, tickets, configuration, a scripted clock and barrier."""

import secrets
from dataclasses import replace

from iot_handlers.scenic_gate.box import GateBox
from iot_handlers.scenic_gate.config import parse
from iot_handlers.scenic_gate.device import Ack, Barrier, Health
from iot_handlers.scenic_gate.engine import Engine
from iot_handlers.scenic_gate.store import Store
from iot_handlers.scenic_rules import keys, ticket_code
from iot_handlers.scenic_rules.alias import make_alias
from iot_handlers.scenic_rules.ticket_code import EPOCH, NO_SLOT, TicketCode

SITE, KID, PRODUCT, ZONE = 7, 11, 101, "GATE"
TOKEN, BOX = "pairing-secret", "box-1"
NOW = 1_790_000_000.0  # 2026-09-21 21:33 in Shanghai
DAY = int(NOW + 8 * 3600 - EPOCH) // 86400

# one key file for all tests: making keys is the slow part
KEYS = keys.load(keys.new_key_file(lambda n: bytes(range(n))))
CERTIFICATE = KEYS.issue_server_certificate(SITE, KID, EPOCH, EPOCH + 20 * 365 * 86400)
TICKET = TicketCode(
    site=SITE,
    kid=KID,
    serial=1,
    gen=0,
    product=PRODUCT,
    valid_from=DAY,
    valid_days=1,
    slot_start=NO_SLOT,
    slot_len=0,
    pax=1,
    uses=0,
    entrances=0xFFFF,
    flags=0,
    iat=int(NOW - EPOCH) - 60,
)


def code(serial=1, **fields):
    """Signed text of a ticket."""
    return ticket_code.encode(replace(TICKET, serial=serial, **fields), KEYS.issuer)


def uid(serial):
    return KID << 32 | serial


def alias(serial):
    return make_alias(f"{serial:014d}")


def ticket_row(serial=1, uses=1, state="valid", elsewhere=None, **fields):
    """A ticket as the server lists it."""
    ticket = replace(TICKET, serial=serial, **fields)
    return {
        "u": f"{ticket.uid:016x}",
        "g": ticket.gen,
        "p": ticket.product,
        "f": ticket.valid_from,
        "d": ticket.valid_days,
        "s": [ticket.slot_start, ticket.slot_len],
        "x": ticket.pax,
        "e": ticket.entrances,
        "fl": ticket.flags,
        "st": state,
        "r": {ZONE: ticket.pax * uses},
        "o": elsewhere or {},
        "a": alias(serial),
        "iat": ticket.iat,
    }


def lane_config(lane="G1", **fields):
    return {
        "code": lane,
        "name": f"Gate {lane}",
        "zone": ZONE,
        "entrance": 0,
        "direction": "in",
        "confirm": "sensor",
        "pass_timeout_s": 5,
        "on_unconfirmed": "released",
        "devices": [],
        **fields,
    }


def config(lanes=None, **fields):
    """A configuration as the sync protocol carries it."""
    rule = {
        "product": PRODUCT,
        "risk": 0,
        "staff_pax": 10,
        "class_no": 0,
        "entrances": 0xFFFF,
        "rights": {ZONE: 1},
        "version": 1,
    }
    return {
        "site": {"code": SITE, "name": "West Lake", "tz": "Asia/Shanghai", "utc_offset": 28800},
        "roots": [{"kid": k, "alg": a, "pub": p.hex()} for k, (a, p) in KEYS.roots.items()],
        "certificates": [CERTIFICATE.hex()],
        "rules": [rule],
        "zones": [ZONE],
        "lanes": [lane_config("G1"), lane_config("G2")] if lanes is None else lanes,
        "lang": "zh_CN",
        "texts": {"zh_CN": {"OK": "请进", "E_USED": "已使用"}},
        **fields,
    }


def engine(folder, **fields):
    """An engine with a configuration and a proven clock."""
    made = Engine(Store(folder / "gate.db", secrets.token_hex), lambda: secrets.token_hex(16))
    made.configure(parse(config(**fields)))
    made.trusted = made.online = True
    made.contact = NOW
    return made


class FakeClock:
    """Time that moves when the test says so."""

    quality = "ok"
    drift = 0.0

    def __init__(self, now=NOW):
        self.t = now

    def now(self):
        return self.t

    def mono(self):
        return self.t - NOW

    def proven(self):
        return self.t

    def correct(self, server_now):
        self.t = max(self.t, server_now)


class FakeBarrier(Barrier):
    """Counts what it is told; answers as scripted."""

    confirm = "sensor"

    def __init__(self):
        self.opened = []
        self.calls = []
        self.ack = Ack.DONE
        self.close_ack = Ack.DONE

    def start(self, on_signal):
        self.emit = on_signal

    def stop(self):
        self.calls.append("stop")

    def open(self, persons):
        self.calls.append(f"open {persons}")
        if self.ack is not Ack.NOT_SENT:
            self.opened.append(persons)
        return self.ack

    def close(self):
        self.calls.append("close")
        return self.close_ack

    def hold(self):
        self.calls.append("hold")
        return self.ack

    def health(self):
        return Health(True)


class NoServer:
    """Transport of a box that is cut off."""

    def post(self, url, headers, body):
        raise ConnectionError("cut off")


def box(folder, transport=None, pairing=None):
    return GateBox(folder, pairing or (lambda: None), transport or NoServer())
