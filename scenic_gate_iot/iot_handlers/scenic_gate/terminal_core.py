"""A terminal that speaks HTTP, whatever its profile: what both of its faces share."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from .addresses import networks
from .device import Ack, Health, Signal
from .device_http import DeviceClient
from .faces import SharedCore
from .http_listener import listener
from .http_message import Reply, Request
from .port import monotonic
from .profile import Profile, Seen
from .profile_face import FaceCallback
from .profile_hik import HikIsapi
from .profile_uface import Uface
from .profile_vgdecode import VgDecode
from .profile_zk import ZkPush
from .scan import Scan
from .terminal_ask import Ask, CheckAsk, Once, Stays
from .terminal_link import Orders, Stream
from .terminal_tls import Identity

_logger = logging.getLogger(__name__)

PROFILES: dict[str, type[Profile]] = {
    "vgdecode": VgDecode,
    "hik_isapi": HikIsapi,
    "zk_push": ZkPush,
    "face": FaceCallback,
    "uface": Uface,
}
WATCH_S = 0.5


class Core(SharedCore):
    """What both faces share. Guest of the listener; each thread of a request comes through it."""

    asks = Ask

    def __init__(self, url: str, options: dict, opens: bool) -> None:
        super().__init__()
        self.profile = PROFILES[options["profile"]](options)
        self.profile.opens = opens
        self.networks = networks(url, str(options.get("allowed_ips") or ""))
        self.max_body = self.profile.max_body
        self.opens, self.dropped, self.error = opens, 0, "nobody has called yet"
        self.client = DeviceClient(
            url, str(options.get("user") or ""), str(options.get("password") or "")
        )
        self.orders = Orders(self.profile)
        self.tls, self.fingerprint = _identity(options), ""
        self.answer_s = float(options.get("answer_ms", 1500)) / 1000
        self._max_age_s = float(options.get("max_age_s", 60))
        self._listener = listener(int(options.get("port") or 8090))
        self._once, self._last, self._bound = Once(), 0.0, False
        self._stays = Stays(self.profile.stay_s)
        self.told: bool | None = None  # what the lane was told: there, or not
        self._asking: Ask | None = None

    # ------------------------------------------------------------------- life

    def _begin(self, stopped: threading.Event) -> None:
        self._last = 0.0
        for run in (self._watch, *([self._read_stream] if self.profile.stream else [])):
            threading.Thread(target=self._kept, args=(run, stopped), daemon=True).start()

    def _kept(self, run: Callable, stopped: threading.Event) -> None:
        """Begin anew with a loop that broke: the device would be lost until a restart."""
        while not stopped.is_set():
            try:
                run(stopped)
            except Exception as err:
                if repr(err) != self.error:
                    _logger.exception("http_terminal")
                self.error = repr(err)
                stopped.wait(WATCH_S)

    def _end(self) -> None:
        self._listener.leave(self)
        self._bound = False
        self.client.close()

    def _bind(self) -> None:
        try:
            self._listener.register(self)
            self.fingerprint = self.tls.fingerprint() if self.tls else ""
            self._bound, self.error = True, ""
        except (OSError, ValueError) as err:
            # another program has the port, or a lane before this one is just leaving it
            why = getattr(err, "strerror", None) or type(err).__name__
            self.error = f"port {self._listener.port}: {why}"

    def _watch(self, stopped: threading.Event) -> None:
        """Keep the port, and tell the lane whether the device is there."""
        while not stopped.is_set():
            if not self._bound:
                self._bind()
            alive = self.is_alive()
            if self.on_signal and alive != self.told:
                self.told = alive
                self.signal(Signal.UP if alive else Signal.DOWN)
            stopped.wait(WATCH_S)

    def is_alive(self) -> bool:
        """Tell whether the device called lately, as far as it promises to."""
        beat = self.profile.heartbeat_s
        return self._bound and (not beat or bool(self._last) and monotonic() - self._last < beat)

    def _read_stream(self, stopped: threading.Event) -> None:
        Stream(self.client, self.profile).run(stopped, self._streamed)

    def _streamed(self, seen: Seen | None, error: str) -> None:
        if error:
            self.error = error
            return
        self._last, self.error = monotonic(), ""
        if seen is not None:
            self._take(seen)

    # ------------------------------------------------------------ from device

    def owns(self, path: str, query) -> bool:
        """Tell whether a request is for this device."""
        return self.profile.owns(path, query)

    def refuse(self) -> None:
        """Count a request that came to nothing."""
        with self._lock:
            self.dropped += 1

    def handle(self, request: Request) -> Reply:
        """Answer a request of the device."""
        if request.path == "/iclock/getrequest" and request.method == "GET":
            self._last = monotonic()
            return self.profile.orders_reply(self.orders.fetch())
        seen = self.profile.parse(request)
        self._last = monotonic()
        if seen.acked:
            self.orders.acked(*seen.acked)
        ask = self._take(seen)
        if seen.reply is not None:
            return seen.reply
        answer = seen.answer or self.profile.answer
        if ask is None:
            return answer(False, "")
        return replace(answer(ask.wait(), ask.text), done=ask.was_read)

    def _take(self, seen: Seen) -> Ask | None:
        """Pass on what was seen, once; return what waits for the decision."""
        if seen.event and not self._once.is_new(seen.event):
            self.refuse()
            return None
        for signal, count in seen.signals:
            self.signal(signal, count)
        if not seen.text or self.on_scan is None:
            return None
        if self._stays.is_there(seen.text, monotonic()):
            self.refuse()
            return None
        ask = self._ask(seen)
        if ask is None and seen.reply is None:
            self.refuse()  # it asks again before it has its answer
            return None
        until = seen.t + self._max_age_s if seen.t and self._max_age_s else None
        self.on_scan(Scan(seen.text, seen.kind, ask, until))
        return ask

    def _ask(self, seen: Seen) -> Ask | None:
        if seen.check is not None:
            return CheckAsk(self.answer_s, self.client, self.profile, seen.check)
        if seen.reply is not None:
            return None
        with self._lock:
            if self._asking and not self._asking.is_over():
                return None
            self._asking = Ask(self.answer_s)
            return self._asking

    # -------------------------------------------------------------- from lane

    def feedback(self, good: bool, text: str = "") -> None:
        """Answer a request that is still open; a device that opens by a yes gets none here."""
        if self.at:
            self.at.settle(good and not self.opens, text)
        if call := self.profile.text_call(text):
            # the lane must not wait for a terminal that speaks
            threading.Thread(
                target=self.client.order, args=(call, self.profile.taken), daemon=True
            ).start()

    def open(self) -> Ack:
        """Open by the answer that is waited for, else by an order."""
        ask, self.at = self.at, None
        if ask and not ask.is_over():
            return ask.grant()
        if call := self.profile.open_call():
            return self.client.order(call, self.profile.taken)
        return self.orders.give()

    def shut(self, hold: bool) -> Ack:
        """Hold open, or end that. What opens by one pulse has nothing to end."""
        call = self.profile.shut_call(hold)
        if call is None:
            return Ack.NOT_SENT if hold else Ack.DONE
        return self.client.order(call, self.profile.taken)

    def restart(self) -> str | None:
        """Restart the device, if there is an order for that."""
        call = self.profile.restart_call()
        return self.client.order(call, self.profile.taken).value if call else None

    def health(self) -> Health:
        """Tell whether the device can be reached."""
        ok = self.is_alive()
        detail = self.client.error or ("" if ok else self.error or "the device is silent")
        return Health(ok, detail, self.dropped)


def _identity(options: dict) -> Identity | None:
    if not options.get("tls"):
        return None
    given = (str(options.get(name) or "") for name in ("tls_certificate", "tls_key"))
    return Identity(Path(options["home"]) / "tls", *given)
