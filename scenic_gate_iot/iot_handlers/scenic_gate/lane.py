"""One lane: the state machine of a passage. Pure; whoever drives it carries out the effects.

Every input returns the effects to carry out, in order. The answers to ``Decide``, ``Open`` and
``Close`` come back as :meth:`Lane.decided`, :meth:`Lane.opened` and :meth:`Lane.closed`. ``now`` is
monotonic seconds. The rules of the machine are told in the README ("State machine of a passage").
"""

from __future__ import annotations

from . import facts
from .device import Ack
from .effects import OK, Close, Decide, Effect, LaneSettings, Open, Record, Result, Show
from .lane_hold import LaneHold
from .lane_state import IN_THE_WAY, REFUSE_LANE, UNSEEN, Passage, State

__all__ = ["Lane", "Passage", "State"]


class Lane(LaneHold):
    """State machine of one lane; not thread-safe, one thread drives it."""

    def __init__(self, settings: LaneSettings) -> None:
        super().__init__()
        self.settings = settings
        self.state = State.IDLE
        self.passage: Passage | None = None
        self.deadline: float | None = None  # when tick() is due
        self.usable = True  # the barrier answers
        self._recent: dict[str, float] = {}  # texts seen lately
        self._asked = 0.0  # when the visitor under decision was there

    # ------------------------------------------------------------------ scans

    def scan(self, text: str, now: float) -> list[Effect]:
        """A reader delivered a text."""
        if not self._is_new(text, now):
            return []
        if self.state in (State.HELD, State.EMERGENCY) or not self.usable:
            return self._turn_away()
        blocked = self.state is State.IDLE and self.is_blocked(now)
        if self.state is not State.IDLE or blocked:
            if self._queued is None:
                self._queued = (text, now)
            self.deadline = self._blocked_until if blocked else self.deadline
            return [Show(False, IN_THE_WAY)] if blocked else []
        return self._decide(text, now)

    def late(self, text: str, now: float) -> list[Effect]:
        """A text that was read, but could not be looked at while its visitor stood there."""
        return self._turn_away() if self._is_new(text, now) else []

    def _decide(self, text: str, now: float) -> list[Effect]:
        self.state, self._asked = State.DECIDING, now
        return [Decide(text)]

    def _is_new(self, text: str, now: float) -> bool:
        quiet = self.settings.quiet_s
        fresh = now - self._recent.get(text, float("-inf")) >= quiet
        if len(self._recent) > 32:
            self._recent = {old: at for old, at in self._recent.items() if now - at < quiet}
        # the window slides: a code that stays before the reader is one scan
        self._recent[text] = now
        return fresh

    def seen(self, text: str, now: float) -> None:
        """Remember a text that was for somebody else: it may stay before the reader."""
        self._is_new(text, now)

    def admit(self, text: str, persons: int, now: float) -> list[Effect]:
        """Staff counted the persons of a ticket (signed command)."""
        if self.state is not State.IDLE or not self.usable:
            return [Result("busy")]
        self._recent[text] = now
        self.state, self._asked = State.DECIDING, now
        return [Decide(text, persons, True)]

    def decided(self, reason: str, admit: int, ticket: bool, now: float) -> list[Effect]:
        """The engine answered: ``admit`` persons may pass; ``ticket``: rights are consumed."""
        if self.state is not State.DECIDING:
            given_back = Record(facts.RELEASED, admit, True, REFUSE_LANE)
            return [given_back] if admit > 0 and ticket else []
        if admit <= 0:
            self.state = State.IDLE
            return [Show(reason in (OK, "SAME_SCAN"), reason), *self._next(now)]
        if ticket and now - self._asked > self.settings.queue_s:
            # a disk that hung: whoever stands there by now is not the one who was decided on
            self.state = State.IDLE
            given_back = Record(facts.RELEASED, admit, True, REFUSE_LANE)
            return [Show(False, REFUSE_LANE), given_back, *self._next(now)]
        welcome = Show(True, reason, admit)
        self.passage = Passage(ticket, admit, named=True, told=True, welcome=welcome)
        return self._open()

    def _turn_away(self) -> list[Effect]:
        return [Show(False, REFUSE_LANE), Record(facts.REFUSED, reason=REFUSE_LANE)]

    def _next(self, now: float) -> list[Effect]:
        self.deadline = self._blocked_until if self.is_blocked(now) else None
        if self.deadline is not None:
            return []  # who waits is looked at when the passage is clear
        queued, self._queued = self._queued, None
        if queued is None or now - queued[1] > self.settings.queue_s:
            return []
        if not self.usable:
            return self._turn_away()
        return self._decide(queued[0], now)

    # ---------------------------------------------------------------- barrier

    def _open(self) -> list[Effect]:
        self.state, self.deadline = State.OPENING, None
        return [Open(self.passage.left if self.settings.multi == "hold_n" else 1)]

    def opened(self, ack: Ack, now: float) -> list[Effect]:
        """The barrier answered to ``Open``."""
        if self.state is not State.OPENING:
            return []
        if ack is Ack.NOT_SENT:
            return self._not_opened(now)
        self.passage.unsure = ack is Ack.UNKNOWN
        self.state, self.deadline = State.AWAIT, now + self.settings.pass_timeout_s
        return self._tell(self.passage, ack)

    def _tell(self, passage: Passage, ack: Ack) -> list[Effect]:
        """Welcome the visitor once; or answer staff's command once and record what it did."""
        if passage.welcome:
            # not before the barrier answered: nobody is sent against a door that stays shut
            welcome, passage.welcome = passage.welcome, None
            return [welcome]
        if passage.told:
            return []
        passage.told = True
        return [Record(facts.OPENED, passage.left, passage.reopen), Result(ack.value)]

    def _not_opened(self, now: float) -> list[Effect]:
        passage, self.passage = self.passage, None
        self.state = State.IDLE
        out: list[Effect] = [Show(False, REFUSE_LANE)]
        if passage.ticket:
            out.append(Record(facts.RELEASED, passage.left, True, REFUSE_LANE))
        elif not passage.told:
            out.append(Result(Ack.NOT_SENT.value))
        return [*out, *self._next(now)]

    def passed(self, count: int, now: float) -> list[Effect]:
        """The sensor saw ``count`` persons in the direction of the lane."""
        self._way_is_clear()
        if self.state is State.EMERGENCY:
            self._free += count
            return []
        if self.passage:
            return self._passed_in(self.passage, count, now)
        # held open, or until just now; outside anybody may go at any time
        self.counted += count if self.state is State.HELD else 0
        free = self.state in (State.HELD, State.CLOSING, State.SETTLE)
        if free or self.settings.outward:
            return [Record(facts.PASSED, count)]
        return [Record(facts.FORCED, count)] if self._watched() else []

    def _passed_in(self, passage: Passage, count: int, now: float) -> list[Effect]:
        granted = min(count, passage.left)
        passage.left -= granted
        passage.unsure = False
        out: list[Effect] = []
        if granted:
            out.append(Record(facts.PASSED, granted, passage.named))
        if count > granted:
            extra = facts.PASSED if self.settings.outward else facts.TAILGATE
            out.append(Record(extra, count - granted, passage.ticket))
        if self.state is not State.AWAIT:
            return out
        if not passage.left:
            return [*out, *self._close()]
        if self.settings.multi == "hold_n":
            self.deadline = now + self.settings.pass_timeout_s
            return out
        return [*out, *self._open()]

    def _watched(self) -> bool:
        return self.settings.confirm != "none"

    def _close(self) -> list[Effect]:
        self.state, self.deadline = State.CLOSING, None
        return [Close()]

    def closed(self, ack: Ack, now: float) -> list[Effect]:
        """The barrier answered to ``Close``."""
        if self.state is not State.CLOSING:
            return []
        if self.passage:
            self.passage.blind |= ack is not Ack.DONE
        self.state, self.deadline = State.SETTLE, now + self.settings.settle_s
        return []

    # ------------------------------------------------------------------- time

    def tick(self, now: float) -> list[Effect]:
        """Time went by; call it when ``deadline`` is reached (harmless at any time)."""
        if self.deadline is None or now < self.deadline:
            return []
        if self.state is State.SETTLE:
            return self._end(now)
        if self.state is State.AWAIT:
            return self._window_over(now)
        if self.state is State.HELD:
            return self._hold_over(now)
        return self._next(now) if self.state is State.IDLE else []

    def _window_over(self, now: float) -> list[Effect]:
        passage = self.passage
        if self.is_blocked(now) and not passage.waited:
            # nothing is shut onto somebody who stands there, once and not for ever
            passage.waited, self.deadline = True, self._blocked_until
            return []
        # without a sensor the next pulse of a group can only follow the clock
        if not self._watched() and self.settings.multi == "repeat" and passage.left > 1:
            passage.left -= 1
            return [*self._assume(1), *self._open()]
        return self._close()

    def _assume(self, count: int) -> list[Effect]:
        return [Record(facts.CLOSED, count, True)] if self.passage.named else []

    def _end(self, now: float) -> list[Effect]:
        passage, self.passage = self.passage, None
        self.state, self.deadline = State.IDLE, None
        out: list[Effect] = []
        if passage and passage.ticket and passage.left:
            kind = self._ending(passage, now)
            out.append(Record(kind, passage.left, True))
            if kind == facts.UNKNOWN and self._queued is None:
                # who waits with the next code is told about that one, not about this one
                out.append(Show(False, UNSEEN))
        elif passage and passage.named and passage.left and not self._watched():
            # outside nothing has to be settled; that they went is all there is to say
            out.append(Record(facts.CLOSED, passage.left, True))
        return [*out, *self._next(now)]

    def _ending(self, passage: Passage, now: float) -> str:
        blind = passage.blind or self.is_blocked(now)
        if passage.unsure or (blind and self._watched()):
            return facts.UNKNOWN
        if self._watched() and self.settings.on_unconfirmed == "released":
            return facts.RELEASED
        return facts.CLOSED

    # --------------------------------------------------------- staff, failure

    def command(self, action: str, persons: int, until: float | None = None) -> list[Effect]:
        """An order of staff: open, reopen, hold, prolong, release or reset.

        ``until``: when holding open ends by itself; None: when staff ends it.
        """
        if action in ("open", "reopen"):
            return self._command_open(persons, action == "reopen")
        if action == "hold":
            return self.hold(until)
        if action == "prolong":
            return self.prolong(until)
        if action == "release":
            return self.release()
        if action == "reset" and self.state is State.EMERGENCY and not self._panel:
            free, self._free = self._free, 0
            return [Record(facts.EMERGENCY_OFF, free), *self._close(), Result("done")]
        if action == "reset" and self.state is State.IDLE and self._blocked_until is not None:
            self._way_is_clear()
            return [Result("done")]
        return [Result("busy")]

    def _command_open(self, persons: int, reopen: bool) -> list[Effect]:
        if self.state is not State.IDLE:
            return [Result("busy")]
        self.passage = Passage(False, persons, reopen=reopen)
        return self._open()

    @property
    def free(self) -> int:
        """Persons counted during the emergency under way."""
        return self._free

    def resume_emergency(self, before: Lane | None = None) -> None:
        """Go on with an emergency that staff had not ended when the last run stopped.

        ``before``: the machine that broke in the middle; the panel tells no level twice.
        """
        self.state, self._free = State.EMERGENCY, before.free if before else 0
        self._panel = before._panel if before else False
