import logging
from dataclasses import dataclass, field

from odoo import api, models

from ..iot_handlers.scenic_rules import allowance, ticket_code
from ..iot_handlers.scenic_rules.alias import parse_alias
from ..iot_handlers.scenic_rules.reason import Reason
from ..iot_handlers.scenic_rules.site_time import day_number
from ..iot_handlers.scenic_rules.ticket_code import (
    EPOCH,
    FLAG_ISSUED_OFFLINE,
    NO_SLOT,
    CodeError,
    TicketCode,
    uid_hex,
)
from ..iot_handlers.scenic_rules.verifier import REVOKED
from ..tools import key_sql, validity
from ..tools.site_time import to_utc

_logger = logging.getLogger(__name__)

# fields of a code that the sale decides; `entrances` may be fewer, `flags` one more
_SOLD = (
    "site",
    "gen",
    "product",
    "valid_from",
    "valid_days",
    "slot_start",
    "slot_len",
    "pax",
    "uses",
)


@dataclass
class Minted:
    """A code that a window signed, and what the server thinks of it.

    ``code`` is None while nothing proves that the window signed it. ``taken``: its number is this
    ticket's. ``problem``: (kind of incident, detail), None for a good code. ``extra``: codes that
    came with the line beyond the number of its tickets.
    """

    text: str
    alias: str | None
    certificate: object = None
    code: TicketCode | None = None
    moment: object = None
    taken: bool = False
    problem: tuple | None = None
    extra: list = field(default_factory=list)

    def doubt(self, kind, detail):
        """Remember the first thing that is wrong."""
        self.problem = self.problem or (kind, detail)


class ScenicTicketMinted(models.Model):
    """Tickets whose code was signed by a window before the sale came.

    The visitor has paid and holds the code, so the sale is never refused. Whatever the window
    really signed keeps its identity, because a gate may have seen it: what the server does not
    agree with gets a new copy of the same ticket, and a person is told.
    """

    _inherit = "scenic.ticket"

    # EXTENDS scenic_ticketing
    @api.model
    def _issue(self, vals_list):
        minted = self._judge_minted(vals_list)
        if not minted:
            return super()._issue(vals_list)
        judged = [
            {**vals, "minted": minted[index]} if index in minted else vals
            for index, vals in enumerate(vals_list)
        ]
        tickets = super()._issue(judged)
        for index, item in minted.items():
            tickets[index]._report_minted(item)
        tickets._after_minted()
        return tickets

    def _after_minted(self):
        """Hook: tickets that gates may have seen before the server were stored."""

    @api.model
    def _judge_minted(self, vals_list):
        """Return ``{index: Minted}`` of those tickets that come with a code."""
        keys = {}  # most orders bring one key
        minted = {
            index: self._read_minted(vals, keys)
            for index, vals in enumerate(vals_list)
            if vals.get("minted")
        }
        if not minted:
            return {}
        numbers = {i: (m.code.kid, m.code.serial) for i, m in minted.items() if m.code}
        fresh = key_sql.take(self.env.cr, list(numbers.values()))
        for index, number in numbers.items():
            item = minted[index]
            item.taken = number in fresh
            fresh.discard(number)
            if item.taken:
                item.certificate._note_late(item.code.serial)
        self._free_aliases(minted.values())
        return minted

    @api.model
    def _key_of(self, kid, window_id):
        """Return (certificate, verifier) of a key; CodeError when it is none of this window."""
        certificate = (
            self.env["scenic.certificate"]
            .sudo()
            .search([("kid", "=", kid), ("pos_config_id", "!=", False)])
        )
        if not certificate.blob or certificate.pos_config_id.id != window_id:
            raise CodeError(Reason.E_UNKNOWN_KEY, "not a key of this window")
        return certificate, certificate._own_verifier()

    @api.model
    def _read_minted(self, vals, keys):
        """Read a code and judge it against its certificate and the sale."""
        told = vals["minted"]
        item = Minted(told["code"], parse_alias(told["alias"]), extra=told["extra"])
        try:
            decoded = ticket_code.decode(told["code"])
            kid = decoded.ticket.kid
            if kid not in keys:
                keys[kid] = self._key_of(kid, told["window"])
            certificate, verifier = keys[kid]
            code, limits = verifier.verify_decoded(decoded)
        except CodeError as err:
            item.doubt("key_bad", str(err))
            return item
        item.code, item.certificate = code, certificate
        item.moment = to_utc(code.iat + EPOCH)
        self._compare_minted(item, vals)
        rule = self.env["product.template"]._scenic_rule_of(code.product)
        try:
            verifier.check_limits(code, limits, rule.class_no if rule else 0)
        except CodeError as err:
            item.doubt("key_limit", str(err))
            # a clock that is far off must not date the sale
            item.moment = None
        if certificate.state == REVOKED:
            item.doubt("key_limit", Reason.E_KEY_REVOKED.value)
        return item

    @api.model
    def _compare_minted(self, item, vals):
        """Find what the code says otherwise than the sale."""
        product = self.env["product.product"].browse(vals["product_id"])
        mould = product.product_tmpl_id._scenic_mould()
        site = self.env["scenic.site"].browse(mould.site_id)
        first, days = validity.dates(
            mould.validity, vals["minted"]["wished"], site._today(item.moment)
        )
        sold = {
            "site": mould.site_code,
            "gen": 0,
            "product": mould.number,
            "valid_from": day_number(first),
            "valid_days": days,
            "slot_start": vals.get("slot_start", NO_SLOT),
            "slot_len": vals.get("slot_len", 0),
            "pax": vals.get("pax") or mould.pax,
            "uses": allowance.uses_byte(mould.uses.values()),
        }
        code = item.code
        for name in _SOLD:
            if getattr(code, name) != sold[name]:
                item.doubt("key_bad", f"{name}: {getattr(code, name)} ≠ {sold[name]}")
        if code.entrances & ~mould.entrances or not code.entrances:
            item.doubt("key_bad", f"entrances: {code.entrances:#x}")
        if (code.flags | FLAG_ISSUED_OFFLINE) != (mould.flags | FLAG_ISSUED_OFFLINE):
            item.doubt("key_bad", f"flags: {code.flags:#x}")

    @api.model
    def _free_aliases(self, minted):
        """Leave out the short numbers that are no numbers, or somebody else's."""
        wished = [item.alias for item in minted if item.alias]
        taken = set(self.sudo().search([("alias", "in", wished)]).mapped("alias"))
        events = self.env["scenic.ticket.event"].sudo().search([("old_alias", "in", wished)])
        taken |= set(events.mapped("old_alias"))
        for item in minted:
            if item.alias in taken:
                item.alias = None
            taken.add(item.alias)

    # EXTENDS scenic_ticketing
    @api.model
    def _complete_vals(self, mould, signer, vals, serial, alias):
        item = vals.get("minted")
        if not item:
            return super()._complete_vals(mould, signer, vals, serial, alias)
        vals = {name: value for name, value in vals.items() if name != "minted"}
        alias = item.alias or alias
        if not item.taken:
            return super()._complete_vals(mould, signer, vals, serial, alias)
        code = item.code
        if item.moment:
            vals["issued_at"] = item.moment
        if item.problem:
            vals["stands_for"] = code.uid
            return super()._complete_vals(mould, signer, vals, serial, alias)
        complete = super()._complete_vals(mould, (code.kid, None), vals, code.serial, alias)
        return {**complete, "code": ticket_code.decode(item.text).text, "flags": code.flags}

    # ------------------------------------------------------------------
    # what a person has to look at
    # ------------------------------------------------------------------

    def _report_minted(self, item):
        """Tell a person what is wrong with a code, and suspect a key that was copied."""
        self.ensure_one()
        certificate = item.certificate or self.env["scenic.certificate"].sudo()
        if item.extra:
            certificate._report(
                "key_bad",
                self.env._(
                    "%(order)s came with %(count)s codes more than it sells. They may be on paper, "
                    "and nobody has paid for them.\n%(codes)s",
                    order=self.pos_order_id.pos_reference or "",
                    count=len(item.extra),
                    codes="\n".join(text[: ticket_code.MAX_TEXT] for text in item.extra),
                ),
                self,
            )
        if item.code and not item.taken:
            self._report_clone(item, certificate)
        elif item.problem:
            kind, detail = item.problem
            certificate._report(
                kind,
                self.env._(
                    "%(order)s came with a code that the server does not take: %(detail)s. Ticket "
                    "%(number)s is issued, and its short number opens the gates; print it again "
                    "for the visitor if the code on paper is refused.\n%(code)s",
                    order=self.pos_order_id.pos_reference or "",
                    detail=detail,
                    number=self.alias,
                    code=item.text[: ticket_code.MAX_TEXT],
                ),
                self,
                self.net_value,
            )

    def _report_clone(self, item, certificate):
        uid = uid_hex(item.code.uid)
        other = self.sudo().search([("uid", "=", uid)])
        if not other or ticket_code.decode(item.text).text != other.code:
            # two different tickets with one number: the key is in two places
            certificate.action_suspect()
        certificate._report(
            "key_cloned",
            self.env._(
                "%(order)s came with ticket number %(uid)s, which was used before, by ticket "
                "%(other)s. Ticket %(number)s is issued instead. Somebody has copied the key of "
                "%(window)s, or its browser was put back to an older state: gates admit only those "
                "of its tickets that the server knows.\n%(code)s",
                order=self.pos_order_id.pos_reference or "",
                uid=uid,
                other=other.alias or "–",
                number=self.alias,
                window=certificate.pos_config_id.name,
                code=item.text[: ticket_code.MAX_TEXT],
            ),
            self,
            self.net_value,
        )
