"""Who signed this code, and was that key allowed to: text to trusted fields."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from . import certificate as certificates
from . import notice as notices
from . import ticket_code
from .certificate import Certificate
from .notice import Notice
from .reason import Reason
from .signature import PublicKey
from .ticket_code import CodeError, Decoded, TicketCode

CLOCK_SKEW_S = 600
"""How far the issuing clock may run outside the time of its certificate."""

OPEN = "open"
CLOSED = "closed"
ALLOW_LIST = "allowlist"
REVOKED = "revoked"


@dataclass(frozen=True)
class KeyStatus:
    """What became of an issuing key since its certificate was signed.

    open: nothing; closed: its session ended after ``last_serial``; allowlist: under suspicion,
    only ``serials`` and listed tickets are good; revoked: nothing is good.
    """

    state: str = OPEN
    last_serial: int = 0
    serials: Collection[int] = ()


@dataclass(frozen=True)
class _Known:
    blob: bytes
    certificate: Certificate
    public: PublicKey


class Verifier:
    """Holds the roots, certificates and key states of one site; keeps no ticket state.

    May be shared by threads: every change is one dictionary assignment.
    """

    def __init__(self, site: int, roots: Mapping[int, tuple[int, bytes]]) -> None:
        """``roots``: root kid to (algorithm, raw public key), pinned when the box was paired."""
        self.site = site
        self._roots = {kid: PublicKey(alg, raw) for kid, (alg, raw) in roots.items()}
        self._known: dict[int, _Known] = {}
        self._status: dict[int, KeyStatus] = {}

    def add_certificate(self, blob: bytes) -> Certificate:
        """Learn a certificate signed by one of the roots; CodeError when it is not good."""
        certificate, message, signature = certificates.split(blob)
        if certificate.site != self.site:
            raise CodeError(Reason.E_SITE, "certificate of another site")
        known = self._known.get(certificate.kid)
        if known and known.blob == blob:
            return known.certificate
        root = self._roots.get(certificate.issuer)
        if root is None or not root.verifies(signature, message):
            raise CodeError(Reason.E_CERT, "not signed by a root of this site")
        if known:
            raise CodeError(Reason.E_CERT, "second certificate of the same kid")
        return self.trust(blob)

    def trust(self, blob: bytes) -> Certificate:
        """Learn a certificate whose root signature was proven before, from a store of one's own."""
        certificate = certificates.split(blob)[0]
        try:
            public = PublicKey(certificate.alg, certificate.pub)
        except ValueError:
            raise CodeError(Reason.E_CERT, "public key") from None
        self._known[certificate.kid] = _Known(blob, certificate, public)
        return certificate

    def knows(self, kid: int) -> bool:
        """Tell whether the certificate of a key was learned."""
        return kid in self._known

    def set_status(self, kid: int, status: KeyStatus) -> None:
        """Record what became of a key; also for a key whose certificate is not known yet."""
        if status.state not in (OPEN, CLOSED, ALLOW_LIST, REVOKED):
            raise ValueError(f"unknown key state {status.state!r}")
        self._status[kid] = status

    def verify(self, text: str) -> tuple[TicketCode, Certificate, Decoded]:
        """Read a ticket text and prove its signature; CodeError (only) when that fails."""
        decoded = ticket_code.decode(text)
        ticket, certificate = self.verify_decoded(decoded)
        return ticket, certificate, decoded

    def verify_decoded(self, decoded: Decoded) -> tuple[TicketCode, Certificate]:
        """Prove the signature of a code that is already taken apart."""
        ticket = decoded.ticket
        if ticket.site != self.site:
            raise CodeError(Reason.E_SITE, f"site {ticket.site}")
        if decoded.certificate is not None:
            # The ticket's signature does not cover the certificate beside it. So it is always
            # read, also when the key is known: a changed copy must not count as a good code.
            if certificates.split(decoded.certificate)[0].kid != ticket.kid:
                raise CodeError(Reason.E_CERT, "certificate of another kid")
            self.add_certificate(decoded.certificate)
        known = self._known.get(ticket.kid)
        if known is None:
            raise CodeError(Reason.E_UNKNOWN_KEY, f"kid {ticket.kid}")
        if not known.public.verifies(decoded.signature, ticket_code.CONTEXT + decoded.body):
            raise CodeError(Reason.E_SIG)
        ticket_code.check_values(ticket)
        if ticket.stands_for and not known.certificate.role & certificates.ROLE_VOID_ANY:
            # a window speaks for its own tickets only
            raise CodeError(Reason.E_LIMIT, "role")
        return ticket, known.certificate

    def check_limits(
        self, ticket: TicketCode, certificate: Certificate, product_class: int, listed: bool = False
    ) -> None:
        """Refuse what the key was not allowed to sign; CodeError tells which limit.

        ``listed``: the server has reported this ticket, which clears it of a suspicion against
        its key. The serial and the visit dates are the hard limits: a thief can write any ``iat``.
        """
        self._check_status(ticket, listed)
        for limit, kept in (
            ("role", certificate.role & certificates.ROLE_ISSUE),
            ("serial", ticket.serial <= certificate.max_serial),
            (
                "issue time",
                certificate.not_before - CLOCK_SKEW_S
                <= ticket.iat
                <= certificate.not_after + CLOCK_SKEW_S,
            ),
            (
                "visit dates",
                certificate.visit_from <= ticket.valid_from
                and ticket.valid_from + ticket.valid_days - 1 <= certificate.visit_to,
            ),
            ("persons", ticket.pax <= certificate.max_pax),
            ("uses", not certificate.max_uses or 1 <= ticket.uses <= certificate.max_uses),
            ("entrances", not ticket.entrances & ~certificate.entrances),
            ("product class", certificate.class_mask >> product_class & 1),
        ):
            if not kept:
                raise CodeError(Reason.E_LIMIT, limit)

    def _check_status(self, ticket: TicketCode, listed: bool) -> None:
        status = self._status.get(ticket.kid)
        if status is None:
            return
        if status.state == REVOKED:
            raise CodeError(Reason.E_KEY_REVOKED)
        if status.state == CLOSED and ticket.serial > status.last_serial:
            raise CodeError(Reason.E_KEY_CLOSED, f"serial {ticket.serial}")
        if status.state == ALLOW_LIST and not listed and ticket.serial not in status.serials:
            raise CodeError(Reason.E_KEY_REVOKED, "not on the allow-list")

    def read_notice(self, blob: bytes) -> Notice:
        """Prove a notice; CodeError when its key may not speak about that ticket."""
        notice, message, signature = notices.split(blob)
        if notice.site != self.site:
            raise CodeError(Reason.E_SITE, "notice of another site")
        known = self._known.get(notice.kid)
        if known is None:
            raise CodeError(Reason.E_UNKNOWN_KEY, f"kid {notice.kid}")
        if not known.public.verifies(signature, message):
            raise CodeError(Reason.E_SIG)
        status = self._status.get(notice.kid)
        if status and status.state == REVOKED:
            raise CodeError(Reason.E_KEY_REVOKED)
        role = known.certificate.role
        own = notice.uid >> 32 == notice.kid
        if not (role & certificates.ROLE_VOID_ANY or (own and role & certificates.ROLE_VOID_OWN)):
            raise CodeError(Reason.E_LIMIT, "role")
        return notice
