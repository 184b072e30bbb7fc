import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

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
        now = fields.Datetime.now()
        serials = next_serials(self.env.cr, len(vals_list))
        aliases = self._new_aliases(len(vals_list))
        complete = [
            self._complete_vals(vals, serial, alias, now)
            for vals, serial, alias in zip(vals_list, serials, aliases, strict=True)
        ]
        quiet = self.sudo().with_context(
            tracking_disable=True, mail_create_nolog=True, mail_create_nosubscribe=True
        )
        return quiet.create(complete).with_env(self.env)

    @api.model
    def _complete_vals(self, vals, serial, alias, now):
        product = self.env["product.product"].browse(vals["product_id"]).sudo()
        template = product.product_tmpl_id
        site, policy = template.scenic_site_id, template.scenic_policy_id
        pax = vals.get("pax") or template.scenic_pax
        rights = {str(right.zone_id.id): right.uses * pax for right in template.entitlement_ids}
        last_day = fields.Date.to_date(vals["visit_date"]) + timedelta(policy.validity_days - 1)
        ticket = {
            "site_id": site.id,
            "company_id": site.company_id.id,
            "policy_id": policy.id,
            "valid_days": policy.validity_days,
            "valid_until": last_day,
            "rights": rights,
            "rights_total": 0 if 0 in rights.values() else sum(rights.values()),
            "entrances": template.scenic_entrance_ids._mask(),
            "flags": policy._code_flags(),
            "issued_at": now,
            **vals,
            "pax": pax,
            "serial": serial,
            "alias": alias,
        }
        kid, sign, _blob = self.env["scenic.keyring"]._signer(site)
        ticket["kid"] = kid
        ticket["uid"] = uid_hex(kid << 32 | serial)
        ticket["code"] = encode(self._code_of(ticket, template), sign)
        return ticket

    @api.model
    def _code_of(self, vals, template):
        """Return the fields of the ST1 code of a ticket that is about to be created."""
        return TicketCode(
            site=template.scenic_site_id.code,
            kid=vals["kid"],
            serial=vals["serial"],
            gen=vals.get("gen", 0),
            product=template.gate_product_code,
            valid_from=day_number(fields.Date.to_date(vals["visit_date"])),
            valid_days=vals["valid_days"],
            slot_start=NO_SLOT,
            slot_len=0,
            pax=vals["pax"],
            uses=allowance.uses_byte(template.entitlement_ids.mapped("uses")),
            entrances=vals["entrances"],
            flags=vals["flags"],
            iat=int(to_unix(vals["issued_at"])) - EPOCH,
        )

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

    def _void(self, reason, refund_line=None):
        """Take the tickets out of use; gates refuse them as soon as they hear of it.

        A redemption locks the ticket it uses, and so does this: whoever comes second sees what
        the first one did.
        """
        self._lock()
        for ticket in self:
            if ticket.state == "void":
                raise UserError(
                    self.env._("Ticket %(number)s is already void.", number=ticket.alias)
                )
        self.sudo().write(
            {
                "state": "void",
                "void_reason": reason,
                "voided_at": fields.Datetime.now(),
                "refund_line_id": refund_line.id if refund_line else False,
            }
        )

    def _refund_obstacle(self):
        """Return a sentence why this ticket cannot be given back, None when it can."""
        self.ensure_one()
        ticket = self.sudo()
        if ticket.state == "void":
            return self.env._("Ticket %(number)s is already void.", number=ticket.alias)
        if ticket.used_count:
            use = ticket.redemption_ids.filtered(lambda row: row.kind == "use").sorted("id")[-1:]
            return self.env._(
                "Ticket %(number)s was used on %(day)s at %(time)s, %(zone)s, lane %(lane)s.",
                number=ticket.alias,
                **ticket.site_id._wall_clock(use.happened_at),
                zone=use.zone_id.name,
                lane=use.lane_code or self.env._("unknown"),
            )
        if ticket.state == "expired":
            return self.env._(
                "Ticket %(number)s expired on %(day)s.",
                number=ticket.alias,
                day=fields.Date.to_string(ticket.valid_until),
            )
        if not ticket.policy_id.refund_allowed:
            return self.env._(
                "Ticket %(number)s cannot be given back: %(policy)s excludes refunds.",
                number=ticket.alias,
                policy=ticket.policy_id.name,
            )
        return None

    def _lock(self):
        """Lock the tickets in one order for everybody, and forget what was read before."""
        self.flush_recordset()
        self.env.cr.execute(
            "SELECT id FROM scenic_ticket WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
            [sorted(self.ids)],
        )
        self.invalidate_recordset()

    def _expire(self):
        """Mark tickets whose last valid day is over; the books hook in here."""
        self.sudo().filtered(lambda ticket: ticket.state == "valid").write({"state": "expired"})

    @api.model
    def _cron_expire(self, batch=1000):
        """Expire tickets after the last valid day of their site, a batch at a time."""
        sites = self.env["scenic.site"].sudo().with_context(active_test=False).search([])
        domain = Domain.OR(
            Domain("site_id", "=", site.id) & Domain("valid_until", "<", site._today())
            for site in sites
        ) & Domain("state", "=", "valid")
        cron = self.env["ir.cron"]
        remaining = self.sudo().search_count(domain)
        while remaining:
            tickets = self.sudo().search(domain, limit=batch, order="id")
            if not tickets:
                break
            tickets._expire()
            remaining = max(0, remaining - len(tickets))
            if not cron._commit_progress(len(tickets), remaining=remaining):
                break
