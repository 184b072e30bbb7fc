"""Where handhelds ask a box: a claim, and the facts of their passages. Nothing else is possible.

Only devices of the configuration are heard, each with its own key; whatever is not sealed and
fresh is counted and changes nothing. An answer tells other web pages nothing: without a good seal
there is not even the header that would let them read it.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from ipaddress import ip_network

from . import gossip, hand_claim, hand_wire, http_listener, peer_uses
from .http_message import BadRequest, Reply, Request
from .lan_config import HandsConfig, LanConfig
from .lan_desk import LanDesk
from .port import monotonic
from .store import StoreError

_logger = logging.getLogger(__name__)

# a handheld is in the network of the gates: no address that is routed on the internet
NETWORKS = tuple(
    ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8")
)
RATE, BURST = 40.0, 80.0  # requests a second from one address; a busy handheld has one
MOST_ADDRESSES = 1024
MAX_FACTS = 40
MOST_A_DAY = 100_000  # facts and claims of one device: several times a busy one's of three days
MOST_JOURNALS = 16  # of one device: each attendant who signs in begins one
AHEAD_S, DAY_S = 86400.0, 86400.0  # no passage is later than this from now
_BROKEN = (ValueError, TypeError, KeyError, AttributeError, OverflowError)


class HandListener(http_listener.Listener):
    """Turns a flood away before it costs a thread."""

    def __init__(self, port: int, mono: Callable[[], float] = monotonic) -> None:
        super().__init__(port)
        self._mono = mono
        self._left: dict[str, tuple[float, float]] = {}  # address: requests left, since when

    def knows(self, host: str) -> bool:
        """Tell whether a request from this address is looked at."""
        return super().knows(host) and self._may(host)

    def _may(self, host: str) -> bool:
        now = self._mono()
        with self._lock:
            if host not in self._left and len(self._left) >= MOST_ADDRESSES:
                self._left.clear()
            left, since = self._left.get(host, (BURST, now))
            left = min(BURST, left + (now - since) * RATE)
            self._left[host] = (left - 1 if left >= 1 else left, now)
        return left >= 1


class _TooMuch(Exception):
    """More than a handheld ever has to say."""


class _Seat(hand_wire.Seat):
    """What one handheld has said here."""

    def __init__(self) -> None:
        super().__init__()
        self.asking = threading.Lock()  # a question that is repeated waits for its answer
        self._since, self._count = 0.0, 0

    def spend(self, count: int, now: float) -> None:
        """Note so many facts and claims; _TooMuch when that is no use of a handheld any more."""
        if now - self._since >= DAY_S:
            self._since, self._count = now, 0
        if self._count + count > MOST_A_DAY:
            raise _TooMuch
        self._count += count


class HandDesk:
    """The handhelds of one box. ``desk`` talks to the other boxes."""

    networks = NETWORKS
    max_body = hand_wire.MAX_BODY
    tls = None  # messages are sealed; browsers would not trust a certificate of the box's own

    def __init__(self, desk: LanDesk) -> None:
        self.desk = desk
        self.counts: Counter[str] = Counter()
        self.error = ""
        self._config: HandsConfig | None = None
        self._listener: http_listener.Listener | None = None
        self._seats: dict[int, _Seat] = {}
        self._keys: dict[int, bytes] = {}
        self._lock = threading.Lock()

    # -------------------------------------------------------------- the port

    def configure(self, config: LanConfig | None) -> None:
        """Follow a configuration; the port is open as long as handhelds may call."""
        hands = config.hands if config else None
        old, self._config = self._config, hands
        devices = hands.devices if hands else ()
        with self._lock:
            self._keys = {n: hand_wire.device_key(hands.key, n) for n in devices}
        if hands is None or (old and old.port != hands.port):
            self.stop()
        if hands is not None and self._listener is None:
            self._open(hands.port)

    def _open(self, port: int) -> None:
        found = http_listener.listener(port, HandListener)
        try:
            found.register(self)
        except OSError as err:
            self.error = f"TCP port {port}: {err}"
            _logger.error("Handhelds cannot reach this box: %s", self.error)
            return
        self._listener, self.error = found, ""

    def stop(self) -> None:
        """Shut the port."""
        found, self._listener = self._listener, None
        if found is not None:
            found.leave(self)

    # -------------------------------------------------------------- requests

    def owns(self, path: str, query: Mapping[str, str]) -> bool:
        """Tell whether a request is for handhelds."""
        return path == hand_wire.PATH

    def refuse(self) -> None:
        """Count a request that came to nothing."""
        self.counts["bad"] += 1

    def handle(self, request: Request) -> Reply:
        """Answer one request."""
        opened = hand_wire.unseal(self._keys.get, request.body)
        if request.method != "POST" or opened is None:
            self.refuse()
            return Reply(status=403)
        device, message, mac = opened
        try:
            answer = self._serve(device, message)
        except _BROKEN as err:
            raise BadRequest("a message of another version") from err
        except _TooMuch:
            self.refuse()
            return Reply(status=429)
        except StoreError:
            _logger.warning("A claim of handheld %s is not answered", device, exc_info=True)
            return Reply(status=503)
        key = self._keys.get(device)
        if key is None:
            return Reply(status=403)  # blocked meanwhile
        headers = {"Cache-Control": "no-store", "Vary": "Origin"}
        if origin := request.headers.get("origin"):
            headers["Access-Control-Allow-Origin"] = _one_line(origin)
        return Reply(hand_wire.seal_reply(key, mac, answer), headers=headers)

    def _serve(self, device: int, message: dict) -> dict:
        run, number = self.desk.run.hex(), message["n"]
        if message["v"] != hand_wire.VERSION or type(number) is not int or not 0 < number < 2**53:
            raise ValueError("version or number")
        with self._lock:
            seat = self._seats.setdefault(device, _Seat())
            fresh = message["r"] == run and seat.is_new(number)
            answer = {"v": hand_wire.VERSION, "r": run, "n": seat.highest}
        if not fresh:
            self.counts["stale"] += 1
            return answer | {"again": 1}
        epoch = gossip.epoch_of(message["e"])
        if "f" in message:
            seat.spend(len(message["f"]["f"]), self.desk.mono())
            self._hear(device, message["f"])
        if "q" in message:
            seat.spend(1, self.desk.mono())
            with seat.asking:
                answer |= self._claim(device, message["q"])
        return answer | {"k": peer_uses.seen_of(self.desk.engine.store, device, epoch)}

    def _hear(self, device: int, body: dict) -> None:
        if len(body["f"]) > MAX_FACTS or not int(body["u"]) < hand_claim.MAX_SEQ:
            raise ValueError("too many facts, or a number that none has")
        facts = body["f"]
        if self.desk.engine.trusted:
            # what is of the future would be kept for ever, and be the newest of all
            latest = int((self.desk.now() + AHEAD_S) * 1000)
            facts = [[seq, kind, min(t, latest), *rest] for seq, kind, t, *rest in facts]
        self.desk.gossip.hear_facts({**body, "f": facts, "b": device})
        peer_uses.keep_newest(self.desk.engine.store, device, MOST_JOURNALS)

    def _claim(self, device: int, body: dict) -> dict:
        self.counts["asked"] += 1
        answer, by_owner = hand_claim.claim(self.desk, device, body)
        if answer.persons:
            self.counts["granted" if by_owner else "degraded"] += 1
        else:
            self.counts["refused"] += 1
        return {"a": answer.body(str(body["op"])), "o": int(by_owner)}

    # ---------------------------------------------------------------- status

    def status(self) -> dict:
        """What people want to know about handhelds that ask here."""
        names = ("asked", "granted", "refused", "degraded", "stale", "bad")
        found = {name: self.counts[name] for name in names} | {"error": self.error}
        if self._listener is not None:
            found["bad"] += sum(self._listener.counts.values())
        return found


def _one_line(text: str) -> str:
    return "".join(char for char in text[:256] if char.isprintable() and char.isascii())
