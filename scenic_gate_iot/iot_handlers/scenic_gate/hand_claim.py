"""Claims of handhelds: asked of any box, answered by the box that owns the ticket.

A handheld is a journal like a box: its claim carries the number that the fact of its passage will
have. So a claim ends when the facts up to that number are known and none of them is the passage,
and the server's number of uses is not added to it (``listed_use``). No box ever reports a claim:
the ledger hears of the passage from the handheld alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import gossip, peer_uses
from .claim import Answer, Question, read_ask
from .peer_uses import HAND

if TYPE_CHECKING:
    from .lan_desk import LanDesk

MAX_SEQ = 2**31


def asker(sender: int, run: bytes, number: int, body: dict) -> tuple[int, bytes, int]:
    """Return (box, run, number) of the one who asks: a peer, or a handheld that asked a peer."""
    if "hd" not in body:
        return sender, run, number
    device, seq = body["hd"]
    if not (type(device) is type(seq) is int and 0 < device < 2**31 and 0 < seq < MAX_SEQ):
        raise ValueError("hd")
    return device, HAND, seq


def claim(desk: LanDesk, device: int, body: dict) -> tuple[Answer, bool]:
    """Answer a handheld; True when the owner of the ticket said so. StoreError: no answer.

    A body that is no question is a ValueError, TypeError or KeyError.
    """
    question, told = read_ask(body, desk.engine.config.site)
    gossip.epoch_of(body["ep"])
    seq = body["q"]
    body = {name: value for name, value in body.items() if name != "q"} | {"hd": [device, seq]}
    asker(0, b"", 0, body)
    uid = question.ticket.uid
    plan = desk.route(uid, question.ticket.entrances, by_hand=True)
    body["by"] = plan.owner

    def answer() -> Answer:
        return desk.owner.answer(device, HAND, seq, body, lambda *_: desk.rivalry(uid))[1]

    if not plan.targets:
        return answer(), not plan.degraded
    seen = answer() if plan.mine else _no(desk, device, seq, question, told)
    if seen and not seen.persons:
        return seen, plan.mine
    found, by_owner = desk.ask(plan, question._replace(hand=body))
    if found is not None:
        most = min(found.persons, seen.persons) if seen else found.persons
        return found._replace(persons=most), by_owner and not plan.degraded
    # nobody before this box answers: it decides with what it knows, and says so
    return seen or answer(), False


def _no(desk: LanDesk, device: int, seq: int, question: Question, told: dict) -> Answer | None:
    """Return what this box knows against a passage; None where it knows nothing."""
    with desk.engine.store.transaction() as db:
        if peer_uses.granted(db, question.op, device, question.ticket.uid):
            return None
        peer_uses.take_own(db, device, told["epoch"], HAND, seq, told)
        answer = desk.owner.decide(question)
    return None if answer.persons else answer
