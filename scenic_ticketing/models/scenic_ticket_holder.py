from odoo import api, fields, models
from odoo.exceptions import UserError

from ..iot_handlers.scenic_rules.alias import parse_alias
from ..tools import documents


class ScenicTicketHolder(models.Model):
    """Tickets that belong to a person."""

    _inherit = "scenic.ticket"

    holder_id = fields.Many2one(
        "scenic.holder",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="Who the ticket is for. Destroyed some days after the last valid day.",
    )
    holder_photo = fields.Binary(
        related="holder_id.photo",
        exportable=False,
        groups="scenic_ticketing.group_window,scenic_ticketing.group_attendant",
    )
    holder_has_photo = fields.Boolean(related="holder_id.has_photo")
    holder_key = fields.Char(
        string="ID or Phone",
        compute="_compute_holder_key",
        search="_search_holder_key",
        exportable=False,
        help="Search by a whole document number or phone number; parts find nothing.",
    )

    def _compute_holder_key(self):
        # only for searching: nothing is ever shown
        self.holder_key = False

    @api.model
    def _search_holder_key(self, operator, value):
        if operator not in ("in", "ilike", "="):
            return NotImplemented
        texts = [value] if isinstance(value, str) else [text for text in value if text]
        holders = self.env["scenic.holder"]
        for text in texts:
            holders |= holders._find_person(text)
        return [("holder_id", "in", holders.ids)]

    # EXTENDS scenic_ticketing
    @api.model
    def _issue(self, vals_list):
        tickets = super()._issue(vals_list)
        tickets._name_holders()
        return tickets

    # EXTENDS scenic_ticketing
    def _void(self, reason, refund_line=None):
        res = super()._void(reason, refund_line)
        self.env["scenic.holder.use"]._free(self)
        return res

    # ------------------------------------------------------------------
    # holders of new and changed tickets
    # ------------------------------------------------------------------

    def _name_holders(self):
        """Give fresh tickets what their policies ask for.

        Whoever has not taken money yet gets a UserError. A paid sale (context ``scenic_paid``) is
        never refused: its ticket exists, a person is told, and a second ticket for one ID is
        blocked.
        """
        tickets = self.sudo()
        asked = tickets.filtered(
            lambda ticket: ticket.policy_id and ticket.policy_id._sale_terms().id_needed != "none"
        )
        if not (asked or tickets.holder_id):
            return
        nameless = asked.filtered(lambda ticket: not ticket.holder_id.id_hash)
        if nameless:
            self._doubt(
                nameless,
                self.env._(
                    "The policy of this ticket asks for the ID of the visitor, but the sale has "
                    "none. Ask the visitor for the document and set the holder."
                ),
            )
        tickets._seal_for_last_day()
        for ticket in asked - nameless:
            if problem := ticket._holder_problem():
                self._doubt(ticket, problem)
        for ticket, text in tickets._claim_holders():
            self._doubt(ticket, text, block=True)

    def _doubt(self, tickets, text, block=False):
        """Refuse tickets that are not paid yet; tell a person about those that are."""
        if not self.env.context.get("scenic_paid"):
            raise UserError(text)
        tickets = tickets.with_env(self.env).sudo()
        if block:
            tickets.filtered(lambda ticket: ticket.state == "valid")._block(text)
        self.env["scenic.incident"].sudo().create(
            [
                {
                    "kind": "other",
                    "ticket_id": ticket.id,
                    "site_id": ticket.site_id.id,
                    "company_id": ticket.company_id.id,
                    "facts": text,
                }
                for ticket in tickets
            ]
        )

    def _holder_problem(self):
        """Return a sentence when the holder is not one this ticket is for, else None."""
        self.ensure_one()
        policy = self.policy_id
        if not (policy.min_age or policy.max_age):
            return None
        clear = self.holder_id._opened()[self.holder_id]
        code = self.env["scenic.holder"]._policy_problem(policy, clear, self.visit_date)
        return code and self.env["scenic.holder"]._problem_text(code)

    def _seal_for_last_day(self):
        """Seal the holders with the key of the day on which their tickets end."""
        for ticket in self.filtered("holder_id"):
            holder = ticket.holder_id._for_day(ticket.site_id, ticket.valid_until)
            if holder != ticket.holder_id:
                ticket.holder_id = holder

    def _claim_holders(self):
        """Take the IDs of these tickets; return ``[(ticket, sentence)]`` for those taken before."""
        uses = self.env["scenic.holder.use"].sudo()
        wants, seen = {}, set()
        for ticket in self.filtered("holder_id.id_hash"):
            policy, holder = ticket.policy_id, ticket.holder_id
            if not policy.id_once_per_day:
                continue
            once = holder.uid, policy, ticket.visit_date
            if policy.id_needed_at_sale == "order" and (once in seen or ticket._shares_use(holder)):
                # the order has one ID, and that ID has one order
                continue
            seen.add(once)
            wants.setdefault(ticket.site_id, []).append((policy, ticket.visit_date, holder, ticket))
        return [
            (ticket, ticket._taken_text(holder))
            for site, rows in wants.items()
            for _policy, _day, holder, ticket in uses._claim(site, rows)
        ]

    def _taken_text(self, holder):
        """Return why this ticket is one too many; what is written down names no person."""
        if self.env.context.get("scenic_paid"):
            return self.env._(
                "A second ticket of %(policy)s was sold for an ID that already has one for "
                "%(day)s. Ask the visitor which of them is right and refund the other.",
                policy=self.policy_id.name,
                day=self.visit_date,
            )
        return self.env._(
            "%(id)s already has a ticket of %(policy)s for %(day)s. Sell for another day, or give "
            "that ticket back first.",
            id=holder.id_masked,
            policy=self.policy_id.name,
            day=self.visit_date,
        )

    def _shares_use(self, holder):
        """Tell whether another ticket of the same order already stands for this ID."""
        return bool(
            self.env["scenic.holder.use"]
            .sudo()
            .search_count(
                [
                    ("holder_ref", "=", holder.uid),
                    ("policy_id", "=", self.policy_id.id),
                    ("visit_date", "=", self.visit_date),
                    ("ticket_id", "!=", False),
                    ("ticket_id.pos_order_id", "=", self.pos_order_id.id),
                    ("ticket_id.sale_order_id", "=", self.sale_order_id.id),
                    ("ticket_id", "!=", self.id),
                ],
                limit=1,
            )
        )

    def _set_holder(self, holder):
        """Give tickets to another person: a sealed holder, values as in ``_make_for``, or nobody.

        Frees the ID of the former holder and takes the new one; UserError when that has a ticket.
        """
        uses = self.env["scenic.holder.use"]
        for ticket in self.sudo():
            sealed = holder
            if isinstance(holder, dict):
                sealed = self.env["scenic.holder"]._make_for(
                    ticket.product_id, ticket.visit_date, ticket.valid_until, holder
                )
            uses._free(ticket)
            ticket.holder_id = sealed or False
            ticket._name_holders()

    # EXTENDS scenic_ticketing
    def write(self, vals):
        res = super().write(vals)
        if {"visit_date", "valid_until"} & vals.keys():
            self._holder_moved()
        return res

    def _holder_moved(self):
        """Let the holders of moved tickets follow: their key is that of the new last day, their ID
        is free on the old day and taken on the new one. UserError when it has a ticket there."""
        tickets = self.sudo().filtered("holder_id")
        if tickets:
            self.env["scenic.holder.use"]._free(tickets)
            tickets._name_holders()

    # EXTENDS scenic_ticketing
    def _shared_fields(self):
        # persons who are taken out of a group still belong to whoever answers for it
        return [*super()._shared_fields(), "holder_id"]

    # ------------------------------------------------------------------
    # finding
    # ------------------------------------------------------------------

    @api.model
    def _find_by_person(self, text):
        """Return the tickets of a document or phone number, those for today first.

        Only whole numbers are compared, by their hashes; nothing for a ticket number or code.
        """
        if parse_alias(text or "") or not documents.normalise(text):
            return self.browse()
        holders = self.env["scenic.holder"]._find_person(text)
        tickets = self.search([("holder_id", "in", holders.ids)], order="visit_date desc, id desc")

        def distance(ticket):
            today = ticket.site_id._today()
            now = ticket._good_on(today)
            return (ticket.state != "valid", not now, abs((ticket.visit_date - today).days))

        return tickets.sorted(distance)
