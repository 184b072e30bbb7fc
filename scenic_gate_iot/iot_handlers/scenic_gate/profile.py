"""What a profile of ``http_terminal`` is: a vendor's protocol, pure, one file each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .device import Signal
from .http_message import Reply, Request
from .scan import CODE


@dataclass(frozen=True)
class Seen:
    """What a request says. ``text`` empty: nobody was seen.

    ``event`` names the event on this device: the same one again is a repetition. ``reply`` is
    answered at once; None: the decision is the answer. ``check``: number by which the device
    wants to hear the decision, in a request of ours. ``answer``: makes the reply to this request
    from the decision and the text for the visitor, which may be empty.
    """

    text: str = ""
    kind: str = CODE
    event: str = ""
    signals: tuple[tuple[Signal, int], ...] = ()
    reply: Reply | None = None
    check: int | None = None
    t: float | None = None  # Unix seconds of the event, as the device says
    acked: tuple[str, bool] | None = None  # an order that the device carried out, or refused
    answer: Callable[[bool, str], Reply] | None = None


@dataclass(frozen=True)
class Call:
    """A request of ours to the device; ``taken`` tells from the body of a 200 whether it obeyed."""

    method: str
    path: str
    body: str = ""
    content_type: str = "application/json"


class Profile:
    """One protocol; heirs say what is different. ``options`` are those of the device."""

    max_body = 4096
    opens = True  # the device itself is what opens
    stay_s = 0.0  # the same again within so long after the last time is who is still there
    heartbeat_s = 0.0  # a device that is alive calls at least that often; 0: nobody knows
    confirm = "none"
    stream = ""  # path of a stream of events that the box reads from the device

    def __init__(self, options: Mapping) -> None:
        self.options = options
        self.path = str(options.get("path") or "")

    def owns(self, path: str, query: Mapping[str, str]) -> bool:
        """Tell whether a request to this path is for this device."""
        del query
        return bool(self.path) and path == self.path

    def parse(self, request: Request) -> Seen:
        """Understand a request; BadRequest when it is none of this protocol."""
        raise NotImplementedError

    def answer(self, good: bool, text: str = "") -> Reply:
        """Return the reply that carries the decision, where a request is not answered at once."""
        raise NotImplementedError

    def check_call(self, number: int, good: bool) -> Call | None:
        """Return the request that tells the device the decision on event ``number``."""
        return None

    def open_call(self) -> Call | None:
        """Return the request that opens; None where only an answer does, or an order it fetches."""
        return None

    def shut_call(self, hold: bool) -> Call | None:
        """Return the request that holds open, or ends that."""
        return None

    def text_call(self, text: str) -> Call | None:
        """Return the request that shows or speaks a text; None where there is none."""
        return None

    def restart_call(self) -> Call | None:
        """Return the request that restarts the device; None where there is none."""
        return None

    def taken(self, body: bytes) -> bool:
        """Tell whether the reply 200 to a call of ours means that the device obeyed."""
        return True

    def order(self, number: str) -> str:
        """Return the order to open that the device fetches; "" where it fetches none."""
        return ""

    def orders_reply(self, orders: list[str]) -> Reply:
        """Return the reply that hands over orders."""
        raise NotImplementedError
