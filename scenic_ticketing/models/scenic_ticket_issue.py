import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models

from ..iot_handlers.scenic_rules import allowance
from ..iot_handlers.scenic_rules.alias import RANDOM_DIGITS, make_alias, parse_alias
from ..iot_handlers.scenic_rules.reason import Reason
from ..iot_handlers.scenic_rules.site_time import day_number
from ..iot_handlers.scenic_rules.ticket_code import (
    EPOCH,
    NO_SLOT,
    CodeError,
    TicketCode,
    encode,
    uid_hex,
)
from ..tools.site_time import to_unix
from ..tools.ticket_sql import next_serials


class Mould(NamedTuple):
    """What all tickets of one product have in common at one moment."""

    kid: int
    sign: Callable[[bytes], bytes] | None  # None: the key file is missing
    site_code: int
    number: int  # gate product number
    pax: int
    uses: dict  # zone id: uses per person, 0 = unlimited
    vals: dict  # fields of the ticket


class ScenicTicketIssue(models.Model):
    """Issuing, finding and voiding tickets."""

    _inherit = "scenic.ticket"

    @api.model
    def _issue(self, vals_list):
        """Create tickets in bulk and sign their codes.

        Each ``vals`` gives ``product_id`` and ``visit_date``, and may give where the ticket comes
        from (order line, seq, channel, net value) and ``pax``. Rights, dates, site and policy are
        copied from the product here and stay as they are from now on.
        """
        moulds = {}
        for vals in vals_list:
            product_id = vals["product_id"]
            if product_id not in moulds:
                moulds[product_id] = self._mould(self.env["product.product"].browse(product_id))
        serials = next_serials(self.env.cr, len(vals_list))
        aliases = self._new_aliases(len(vals_list))
        complete = [
            self._complete_vals(moulds[vals["product_id"]], vals, serial, alias)
            for vals, serial, alias in zip(vals_list, serials, aliases, strict=True)
        ]
        quiet = self.sudo().with_context(
            tracking_disable=True, mail_create_nolog=True, mail_create_nosubscribe=True
        )
        tickets = quiet.create(complete).with_env(self.env)
        if unsigned := tickets.filtered(lambda ticket: not ticket.sudo().code):
            unsigned._report_unsigned()
        return tickets

    @api.model
    def _mould(self, product):
        """Return what all tickets of a product have in common, read once for a whole batch."""
        template = product.sudo().product_tmpl_id
        site, policy = template.scenic_site_id, template.scenic_policy_id
        kid, sign = self.env["scenic.keyring"]._signer_or_number(site)
        return Mould(
            kid=kid,
            sign=sign,
            site_code=site.code,
            number=template.gate_product_code,
            pax=template.scenic_pax,
            uses={right.zone_id.id: right.uses for right in template.entitlement_ids},
            vals={
                "site_id": site.id,
                "company_id": site.company_id.id,
                "policy_id": policy.id,
                "valid_days": policy.validity_days,
                "entrances": template.scenic_entrance_ids._mask(),
                "flags": policy._code_flags(),
                "issued_at": fields.Datetime.now(),
            },
        )

    @api.model
    def _complete_vals(self, mould, vals, serial, alias):
        vals = {**mould.vals, "pax": mould.pax, **vals}
        rights = {str(zone): uses * vals["pax"] for zone, uses in mould.uses.items()}
        visit_date = fields.Date.to_date(vals["visit_date"])
        code = TicketCode(
            site=mould.site_code,
            kid=mould.kid,
            serial=serial,
            gen=0,
            product=mould.number,
            valid_from=day_number(visit_date),
            valid_days=vals["valid_days"],
            slot_start=NO_SLOT,
            slot_len=0,
            pax=vals["pax"],
            uses=allowance.uses_byte(mould.uses.values()),
            entrances=vals["entrances"],
            flags=vals["flags"],
            iat=int(to_unix(vals["issued_at"])) - EPOCH,
        )
        return {
            **vals,
            "kid": mould.kid,
            "serial": serial,
            "uid": uid_hex(code.uid),
            "alias": alias,
            "code": encode(code, mould.sign) if mould.sign else False,
            "rights": rights,
            "rights_total": 0 if 0 in rights.values() else sum(rights.values()),
            "valid_until": visit_date + timedelta(vals["valid_days"] - 1),
        }

    @api.model
    def _new_aliases(self, count):
        """Return ``count`` unused short numbers.

        They are random, so that nobody guesses one from another. Two transactions that draw the
        same number at the same moment meet at the unique constraint; at 10^14 numbers that is a
        retry once in a lifetime.
        """
        aliases = set()
        while len(aliases) < count:
            missing = count - len(aliases)
            drawn = {
                make_alias(f"{secrets.randbelow(10**RANDOM_DIGITS):0{RANDOM_DIGITS}d}")
                for _i in range(missing)
            }
            taken = self.sudo().search_fetch([("alias", "in", list(drawn))], ["alias"])
            aliases |= drawn - set(taken.mapped("alias"))
        return list(aliases)

    @api.model
    def _find(self, text):
        """Return ``(ticket, None)`` for a scanned or typed text, or ``(no ticket, Reason)``."""
        text = (text or "").strip()
        if alias := parse_alias(text):
            ticket = self.sudo().search([("alias", "=", alias)], limit=1)
            return ticket, None if ticket else Reason.E_UNKNOWN_ALIAS
        try:
            code = self.env["scenic.keyring"]._read_code(text)
        except CodeError as err:
            return self.browse(), err.reason
        ticket = self.sudo().search([("uid", "=", uid_hex(code.uid))], limit=1)
        if not ticket:
            return ticket, Reason.E_FOREIGN
        return ticket, Reason.E_SUPERSEDED if code.gen < ticket.gen else None
