"""What an acquirer is to the state machine: five calls, and what each may answer.

A real acquirer is one file: a subclass of :class:`Acquirer` that speaks its protocol through the
transport it is given, registered under the name that accounts use (``acquirer = NAME``).

What every acquirer must keep, and the machine relies on:

* ``ref`` names one payment for ever. A second ``pay`` with the same ref takes no second money; it
  answers DUPLICATE (or what became of the first).
* ``reverse`` binds the ref: once it has answered REVERSED, no ``pay`` with this ref succeeds any
  more, not even one that is still on its way. Money that was taken goes back in full.
* ``refund_ref`` names one refund for ever; repeating it gives nothing back a second time.
* An answer that was not understood, was cut off or timed out is UNKNOWN, never a refusal. REFUSED
  is said only where the acquirer guarantees that no money was or will be taken under this ref.
"""

from __future__ import annotations

from dataclasses import dataclass

# what an acquirer answers
PAID = "paid"  # the money is taken; amount says how much
WAITING = "waiting"  # the customer has to do something (password), or it is being worked on
REFUSED = "refused"  # certainly no money, now and later: the code is bad, used up, too little
MISSING = "missing"  # query: nothing known under this ref (yet)
REVERSED = "reversed"  # certainly no money: given back, and the ref is closed
DUPLICATE = "duplicate"  # pay: this ref was seen before; ask what became of it
RETRY = "retry"  # not done, to be tried again: busy, limited, refused for the moment
REFUNDED = "refunded"  # refund: given back
UNKNOWN = "unknown"  # nobody knows: no answer, no understandable answer


@dataclass(frozen=True)
class Answer:
    """What came of a call. ``code`` is the acquirer's own word for it, for people and logs."""

    outcome: str
    amount: int | None = None  # in the smallest unit, where the acquirer says one
    acquirer_ref: str | None = None
    code: str = ""


class TransportError(Exception):
    """No answer: it may or may not have arrived."""


class Acquirer:
    """One merchant account at an acquirer.

    ``account`` is the section of the server's configuration with address, merchant number and
    secrets. ``transport(method, url, headers, body, timeout)`` returns ``(status, body bytes)`` or
    raises :class:`TransportError`. Amounts are integers in the smallest unit of ``currency``.
    """

    #: seconds to wait for one answer; a step is given up after it
    timeout = 8

    def __init__(self, account, transport, currency="CNY"):
        self.account = account
        self.transport = transport
        self.currency = currency

    def pay(self, ref: str, amount: int, auth_code: str, title: str) -> Answer:
        """Take ``amount`` from whom the code belongs to."""
        raise NotImplementedError

    def query(self, ref: str) -> Answer:
        """Tell what became of a payment: PAID, WAITING, REFUSED, REVERSED, MISSING, UNKNOWN."""
        raise NotImplementedError

    def reverse(self, ref: str) -> Answer:
        """Give back what was taken and close the ref: REVERSED, RETRY, UNKNOWN."""
        raise NotImplementedError

    def refund(self, ref: str, refund_ref: str, amount: int, total: int) -> Answer:
        """Give back a part of a payment: REFUNDED, WAITING, REFUSED, RETRY, UNKNOWN."""
        raise NotImplementedError

    def query_refund(self, ref: str, refund_ref: str) -> Answer:
        """Tell what became of a refund: REFUNDED, WAITING, REFUSED, MISSING, UNKNOWN."""
        raise NotImplementedError

    def statement(self, day: str) -> list[dict]:
        """Return the acquirer's list of a day (YYYY-MM-DD).

        One dict each: ``kind`` pay or refund, ``ref`` (of the payment), ``refund_ref``, ``amount``.
        Reversed payments are left out, or both sides are in it.
        """
        raise NotImplementedError


_REGISTRY: dict[str, type[Acquirer]] = {}


def register(name):
    """Register a class of acquirers: ``@register("name")``."""

    def keep(cls):
        _REGISTRY[name] = cls
        return cls

    return keep


def names():
    """Return the names of all acquirers that this server knows."""
    return sorted(_REGISTRY)


def make(account, transport, currency="CNY") -> Acquirer:
    """Return the acquirer of an account; KeyError when nobody registered its name."""
    return _REGISTRY[account["acquirer"]](account, transport, currency)
