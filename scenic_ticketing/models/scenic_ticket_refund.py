from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

# a cashier counts money for a while: the tier of this long ago still holds
PATIENCE = timedelta(minutes=15)


class ScenicTicketRefund(models.Model):
    """What giving a ticket back returns: the tier of its policy, the fee, and who may waive it."""

    _inherit = "scenic.ticket"

    price_paid = fields.Monetary(
        readonly=True,
        currency_field="paid_currency_id",
        help="What the visitor paid for this ticket, tax included, in the currency of the sale. "
        "The tickets of a sale line add up to the line.",
    )
    paid_currency_id = fields.Many2one(
        "res.currency", compute="_compute_paid_currency_id", compute_sudo=True
    )
    fee_waived = fields.Boolean(
        readonly=True,
        copy=False,
        help="A manager decided that this ticket is given back or moved without a fee, whatever "
        "its policy says.",
    )

    @api.depends("pos_order_id.currency_id", "company_id.currency_id")
    def _compute_paid_currency_id(self):
        for ticket in self:
            ticket.paid_currency_id = ticket._sale_currency()

    def _sale_currency(self):
        """Return the currency in which the ticket was paid; other ways of selling extend this."""
        self.ensure_one()
        return self.pos_order_id.currency_id or self.company_id.currency_id

    def _paid(self):
        """Return what the visitor paid for this ticket, tax included."""
        self.ensure_one()
        ticket = self.sudo()
        return ticket.price_paid if ticket.price_paid is not False else 0.0

    def _paid_by(self, persons):
        """Return what ``persons`` of the ticket paid; the rest is what the others paid."""
        self.ensure_one()
        paid = self._paid()
        if persons == self.pax:
            return paid
        return self.sudo().paid_currency_id.round(paid * persons / self.pax)

    def _visit_start(self):
        """Return the moment (naive UTC) at which the visit begins."""
        self.ensure_one()
        return self.sudo().site_id._midnight(self.visit_date)

    def _hours_left(self, at=None):
        """Return the hours until the visit begins; negative when it has begun."""
        at = at or fields.Datetime.now()
        return (self._visit_start() - at).total_seconds() / 3600

    def _tier_obstacle(self, kind="refund", at=None):
        """Return why the policy refuses this kind of change now, None when it allows it."""
        self.ensure_one()
        ticket = self.sudo()
        if ticket.fee_waived:
            return None
        policy = ticket.policy_id
        allowed = policy.refund_allowed if kind == "refund" else policy.rebook_allowed
        if not allowed:
            return ticket._refused_by_policy(kind)
        if policy._has_tiers(kind):
            tier = policy._tier(kind, ticket._hours_left(at))
            if not (tier and tier.allowed):
                return ticket._refused_by_tier(kind, tier)
        return None

    def _refused_by_policy(self, kind):
        values = {"number": self.alias, "policy": self.policy_id.name or ""}
        if kind == "refund":
            return self.env._(
                "Ticket %(number)s cannot be given back: %(policy)s excludes refunds.", **values
            )
        return self.env._(
            "Ticket %(number)s cannot be moved to another date: %(policy)s excludes it.", **values
        )

    def _refused_by_tier(self, kind, tier):
        values = {
            "number": self.alias,
            "policy": self.policy_id.name or "",
            "tier": tier.display_name if tier else self.env._("too late"),
        }
        if kind == "refund":
            return self.env._(
                "Ticket %(number)s cannot be given back any more by %(policy)s (%(tier)s). A "
                "manager can waive that on the ticket.",
                **values,
            )
        return self.env._(
            "Ticket %(number)s cannot be moved any more by %(policy)s (%(tier)s). A manager can "
            "waive that on the ticket.",
            **values,
        )

    def _refund_quote(self, at=None, persons=None):
        """Return what giving this ticket (or ``persons`` of it) back returns at a moment.

        Keys: persons, paid, fee, amount = paid - fee (tax included, currency of the sale), tier
        (words), tier_id, waived, obstacle (why it is not possible, or None).
        """
        money = self._refund_money(at, persons)
        return money | {"obstacle": self._refund_obstacle(money["persons"])}

    def _refund_money(self, at=None, persons=None):
        """Return a quote without asking whether the ticket can be given back at all."""
        self.ensure_one()
        ticket = self.sudo()
        persons = persons or ticket.pax
        currency = ticket.paid_currency_id
        paid = ticket._paid_by(persons)
        tier = ticket.policy_id._tier("refund", ticket._hours_left(at))
        fee = 0.0
        if tier and not ticket.fee_waived:
            fee = min(paid, tier._fee(paid, persons, currency))
        words = tier.with_env(self.env).display_name if tier else ""
        return {
            "ticket_id": ticket.id,
            "uid": ticket.uid,
            "persons": persons,
            "paid": paid,
            "fee": fee,
            "amount": currency.round(paid - fee),
            "tier_id": tier.id,
            "tier": self.env._("fee waived") if ticket.fee_waived else words,
            "waived": ticket.fee_waived,
        }

    def _check_refund_amount(self, amount, persons=None):
        """Refuse to pay ``amount`` (tax included) back for these tickets when it is not the tier's.

        Without tiers less may be given back, as agreed with the visitor, but never more. Tiers
        are exact: neither the visitor nor the drawer may lose.
        """
        currency = self.sudo().paid_currency_id[:1]
        slack = currency.rounding * len(self) * 1.01
        now = fields.Datetime.now()
        sums = [
            sum(ticket._refund_money(at, persons)["amount"] for ticket in self)
            for at in (now, now - PATIENCE)
        ]
        most, exact = (
            max(sums),
            any(ticket.sudo().policy_id._has_tiers("refund") for ticket in self),
        )
        fits = any(abs(amount - total) <= slack for total in sums)
        if amount > most + slack or (exact and not fits):
            raise UserError(
                self.env._(
                    "%(numbers)s: %(amount)s is not what the policy gives back, which is "
                    "%(right)s. Open the refund again, or let a manager waive the fee.",
                    numbers=", ".join(self.mapped("alias")),
                    amount=currency.format(amount),
                    right=currency.format(sums[0]),
                )
            )

    def _waive_fee(self, reason):
        """Let a ticket be given back or moved without a fee, as a manager decided."""
        self._act(("valid", "held"), self.env._("Waiving the fee"))
        self.sudo().write({"fee_waived": True})
        self._log_life("waive", reason)
