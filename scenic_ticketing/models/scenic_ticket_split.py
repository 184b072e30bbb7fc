from odoo import models
from odoo.exceptions import UserError

# what a ticket that is taken out of a group has in common with it
_SHARED = (
    "product_id",
    "product_tmpl_id",
    "site_id",
    "company_id",
    "policy_id",
    "channel_id",
    "visit_date",
    "valid_days",
    "valid_until",
    "entrances",
    "flags",
    "pos_order_id",
    "pos_order_line_id",
    "sale_line_id",
    "sale_order_id",
    "fee_waived",
    "held_until",
)


class ScenicTicketSplit(models.Model):
    """Taking persons out of a group: they get a ticket of their own, with their rights and money.

    A partial refund is that and the refund of the new ticket. So nothing that counts tickets,
    persons, rights or money has to know of it: the two always add up to what was sold.
    """

    _inherit = "scenic.ticket"

    def _split_obstacle(self, persons):
        """Return why so many persons cannot be taken out of this ticket, None when they can."""
        self.ensure_one()
        ticket = self.sudo()
        labels = dict(self._fields["state"]._description_selection(self.env))
        if ticket.state not in ("valid", "held"):
            return self.env._(
                "Nobody can be taken out of ticket %(number)s: it is %(state)s.",
                number=ticket.alias,
                state=labels[ticket.state],
            )
        if not 0 < persons < ticket.pax:
            return self.env._(
                "Ticket %(number)s is for %(pax)s persons: choose 1 to %(most)s of them, or give "
                "the whole ticket back.",
                number=ticket.alias,
                pax=ticket.pax,
                most=ticket.pax - 1,
            )
        step = ticket._split_step()
        if persons % step:
            return self.env._(
                "Ticket %(number)s was ordered in units of %(step)s persons: take out a multiple "
                "of that.",
                number=ticket.alias,
                step=step,
            )
        free = ticket._free_persons()
        if persons > free:
            return self.env._(
                "Of ticket %(number)s only %(free)s of %(pax)s persons have not used anything; "
                "%(persons)s are too many.",
                number=ticket.alias,
                free=free,
                pax=ticket.pax,
                persons=persons,
            )
        return None

    def _split_step(self):
        """Return in which steps persons can leave: the lines of group orders count whole units."""
        self.ensure_one()
        return self.product_tmpl_id._scenic_mould().pax or 1 if self.sale_line_id else 1

    def _free_persons(self):
        """Return how many persons of the ticket certainly have not used anything.

        Where uses are unlimited nobody can tell who came, so one use there binds everybody.
        """
        self.ensure_one()
        used = {zone.id: count for zone, count in self._used_by_zone().items()}
        free = self.pax
        for zone, number in self.rights.items():
            if not number:
                free = 0 if int(zone) in used else free
            else:
                each = number // self.pax
                free = min(free, (number - used.get(int(zone), 0)) // each)
        return max(0, free)

    def _used_by_zone(self):
        """Return ``{zone: uses without those taken back}`` of the zones that were ever used."""
        self.ensure_one()
        used = {}
        for zone, kind, count in (
            self.env["scenic.redemption"]
            .sudo()
            ._read_group([("ticket_id", "=", self.id)], ["zone_id", "kind"], ["__count"])
        ):
            used[zone] = used.get(zone, 0) + (count if kind == "use" else -count)
        return used

    def _split(self, persons, reason=None):
        """Take unused persons out of a group; returns their new ticket."""
        self.ensure_one()
        self._act(("valid", "held"), self.env._("Taking persons out"))
        if obstacle := self._split_obstacle(persons):
            raise UserError(obstacle)
        ticket = self.sudo()
        rest, part = ticket._split_vals(persons)
        ticket._before_split(persons)
        # as it is now: those who stay may have used everything, those who leave have not
        part["state"] = ticket.state
        ticket.write(rest)
        if ticket.state == "valid":
            ticket.state = ticket._state_by_uses()
        sibling = ticket._create_sibling(part).with_env(self.env)
        detail = self.env._(
            "%(persons)s persons on %(new)s", persons=persons, new=sibling.sudo().alias
        )
        self._log_life("split", reason, detail)
        sibling._log_life("split", reason, self.env._("out of %(old)s", old=ticket.alias))
        return sibling

    def _before_split(self, persons):
        """Settle what depends on the old number of persons; the books hook in here."""

    def _split_vals(self, persons):
        """Return what the ticket keeps and what the persons who leave it take along."""
        self.ensure_one()
        rest_pax = self.pax - persons
        each = {zone: number // self.pax for zone, number in self.rights.items()}
        paid = self._paid_by(persons)
        net = self.currency_id.round(self.net_value * persons / self.pax)
        kept = {
            "net_value": self.currency_id.round(self.net_value - net),
            "price_paid": self.paid_currency_id.round(self._paid() - paid),
        }
        return (
            _rights_vals(each, rest_pax) | kept,
            _rights_vals(each, persons) | {"net_value": net, "price_paid": paid},
        )

    def _create_sibling(self, vals):
        """Create a ticket of the same sale; signed like every other."""
        self.ensure_one()
        family = self._of_the_same_sale()
        family._lock()
        kid, sign = self.env["scenic.keyring"]._signer_or_number(self.site_id)
        names = [name for name in self._shared_fields() if name in self._fields]
        shared = self.read(names, load=None)[0]
        shared.pop("id")
        seq = max(family.mapped("seq"), default=0) + 1
        quiet = self.with_context(
            tracking_disable=True, mail_create_nolog=True, mail_create_nosubscribe=True
        )
        sibling = quiet.create({**shared, **self._sibling_identity(kid), "seq": seq, **vals})
        if sign:
            sibling.code = sibling._signed_code()
        return sibling

    def _shared_fields(self):
        """Return the fields that tickets of one sale have in common; addons add theirs."""
        return list(_SHARED)

    def _of_the_same_sale(self):
        """Return the tickets that are numbered together with this one."""
        family = self
        for name in self._family_fields():
            if name in self._fields and self[name]:
                family |= self.search([(name, "=", self[name].id)])
        return family

    def _family_fields(self):
        """Return the fields whose tickets have running numbers; addons add theirs."""
        return ["pos_order_line_id", "sale_line_id"]


def _rights_vals(each, pax):
    rights = {zone: number * pax for zone, number in each.items()}
    total = 0 if 0 in rights.values() else sum(rights.values())
    return {"pax": pax, "rights": rights, "rights_total": total}
