import secrets
from datetime import timedelta

from odoo import api, fields, models

from ..iot_handlers.scenic_rules import allowance
from ..iot_handlers.scenic_rules.alias import RANDOM_DIGITS, make_alias, parse_alias
from ..iot_handlers.scenic_rules.reason import Reason
from ..iot_handlers.scenic_rules.site_time import day_number
from ..iot_handlers.scenic_rules.ticket_code import (
    EPOCH,
    NO_SLOT,
    STANDS_FOR,
    CodeError,
    TicketCode,
    encode,
    uid_hex,
)
from ..tools import validity
from ..tools.site_time import to_unix
from ..tools.ticket_sql import next_serials, taken_aliases


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
        products = self.env["product.product"].browse({vals["product_id"] for vals in vals_list})
        moulds = {product.id: product.product_tmpl_id._scenic_mould() for product in products}
        keyring = self.env["scenic.keyring"]
        signers = {
            site_id: keyring._signer_or_number(self.env["scenic.site"].browse(site_id))
            for site_id in {mould.site_id for mould in moulds.values()}
        }
        serials = next_serials(self.env.cr, len(vals_list))
        aliases = self._new_aliases(len(vals_list))
        complete = [
            self._complete_vals(mould, signers[mould.site_id], vals, serial, alias)
            for vals, serial, alias in zip(vals_list, serials, aliases, strict=True)
            if (mould := moulds[vals["product_id"]])
        ]
        quiet = self.sudo().with_context(
            tracking_disable=True, mail_create_nolog=True, mail_create_nosubscribe=True
        )
        tickets = quiet.create(complete).with_env(self.env)
        if unsigned := tickets.filtered(lambda ticket: not ticket.sudo().code):
            unsigned._report_unsigned()
        return tickets

    @api.model
    def _complete_vals(self, mould, signer, vals, serial, alias):
        """Return the fields of one ticket; ``signer`` is (key number, function or None).

        ``vals`` may name ``issued_at``, the moment of a sale that comes late, and ``stands_for``,
        the identity (number) that another key gave the ticket.
        """
        kid, sign = signer
        vals = dict(vals)
        stands_for = vals.pop("stands_for", 0)
        pax = vals.get("pax") or mould.pax
        rights = {str(zone_id): uses * pax for zone_id, uses in mould.uses.items()}
        now = vals.get("issued_at") or fields.Datetime.now()
        today = self.env["scenic.site"].browse(mould.site_id)._today(now)
        wished = fields.Date.to_date(vals["visit_date"])
        visit_date, valid_days = validity.dates(mould.validity, wished, today)
        code = TicketCode(
            site=mould.site_code,
            kid=kid,
            serial=serial,
            gen=0,
            product=mould.number,
            valid_from=day_number(visit_date),
            valid_days=valid_days,
            slot_start=vals.get("slot_start", NO_SLOT),
            slot_len=vals.get("slot_len", 0),
            pax=pax,
            uses=allowance.uses_byte(mould.uses.values()),
            entrances=mould.entrances,
            flags=mould.flags,
            iat=int(to_unix(now)) - EPOCH,
            ext=((STANDS_FOR, stands_for.to_bytes(8, "big")),) if stands_for else (),
        )
        return {
            # first what names the currency: the ORM rounds the amounts of a row as they come
            "company_id": mould.company_id,
            "pos_order_id": False,
            **vals,
            "product_tmpl_id": mould.template_id,
            "site_id": mould.site_id,
            "policy_id": mould.policy_id,
            "kid": code.uid >> 32,
            "serial": code.uid & 0xFFFFFFFF,
            "uid": uid_hex(code.uid),
            "alias": alias,
            "code": encode(code, sign) if sign else False,
            "pax": pax,
            "rights": rights,
            "rights_total": 0 if 0 in rights.values() else sum(rights.values()),
            "visit_date": visit_date,
            "valid_days": valid_days,
            "valid_until": visit_date + timedelta(valid_days - 1),
            "entrances": mould.entrances,
            "flags": mould.flags,
            "issued_at": now,
            "price_paid": vals.get("price_paid", vals.get("net_value") or 0.0),
        }

    @api.model
    def _new_aliases(self, count):
        """Return ``count`` short numbers that no ticket has or had.

        They are random, so that nobody guesses one from another. Two transactions that draw the
        same number at the same moment meet at the unique constraint; at 10^14 numbers that is a
        retry once in a lifetime.
        """
        self.flush_model(["alias"])
        aliases = set()
        while len(aliases) < count:
            missing = count - len(aliases)
            drawn = {
                make_alias(f"{secrets.randbelow(10**RANDOM_DIGITS):0{RANDOM_DIGITS}d}")
                for _i in range(missing)
            }
            aliases |= drawn - taken_aliases(self.env.cr, drawn)
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

    @api.model
    def _sibling_identity(self, kid):
        """Return the identity of one more ticket under this key number."""
        (serial,) = next_serials(self.env.cr, 1)
        (alias,) = self._new_aliases(1)
        return {"kid": kid, "serial": serial, "uid": uid_hex(kid << 32 | serial), "alias": alias}
