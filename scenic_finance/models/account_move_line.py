from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare, float_is_zero

from ..tools import allocation


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    scenic_pos_line_id = fields.Many2one(
        "pos.order.line",
        string="Ticket Sale Line",
        copy=False,
        index="btree_not_null",
        help="The window's order line that this line invoices.",
    )
    scenic_reversed_line_id = fields.Many2one(
        "account.move.line",
        string="Credited Line",
        copy=False,
        index="btree_not_null",
        help="The invoice line that this line of a credit note gives back.",
    )
    scenic_credit_ticket_id = fields.Many2one(
        "scenic.ticket",
        string="Credited Ticket",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The very ticket that this line gives back; empty: unused ones of the credited line.",
    )
    scenic_credit_persons = fields.Integer(
        string="Credited Persons", copy=False, help="So many of a group; 0 = the whole ticket."
    )
    scenic_recognition_id = fields.Many2one(
        "scenic.recognition", string="Ticket Recognition", copy=False, index="btree_not_null"
    )
    scenic_origin_line_id = fields.Many2one(
        "account.move.line",
        string="Ticket Sale",
        copy=False,
        index="btree_not_null",
        help="The journal item of the sale whose price this line releases.",
    )
    scenic_visit_date = fields.Date(
        string="Visit Date",
        help="First valid day of the tickets. Empty: the invoice date, or today if it is past.",
    )
    is_scenic_ticket = fields.Boolean(related="product_id.is_scenic_ticket")

    # EXTENDS account
    def copy_data(self, default=None):
        """Remember in a credit note which invoice line each of its lines gives back."""
        vals_list = super().copy_data(default=default)
        if "move_reverse_cancel" in self.env.context:
            for line, vals in zip(self, vals_list, strict=True):
                if line.product_id.is_scenic_ticket:
                    vals["scenic_reversed_line_id"] = line.id
        return vals_list

    # EXTENDS account
    @api.depends("account_id", "partner_id", "product_id")
    def _compute_analytic_distribution(self):
        """Keep analytics off the liability.

        A distribution model by product would match the sale and again the recognition, and so
        count every ticket twice. It is the revenue line that counts.
        """
        liability = self.filtered("account_id.scenic_liability")
        liability.analytic_distribution = False
        return super(AccountMoveLine, self - liability)._compute_analytic_distribution()

    def _scenic_units(self):
        """Return how many tickets the quantity of this line stands for."""
        self.ensure_one()
        uom = self.product_uom_id or self.product_id.uom_id
        return uom._compute_quantity(self.quantity, self.product_id.uom_id)

    # ------------------------------------------------------------------
    # tickets of customer invoices and credit notes
    # ------------------------------------------------------------------

    def _scenic_issue(self):
        """Issue one ticket for each unit of these posted invoice lines."""
        done = self.env["scenic.ticket"].sudo().search([("invoice_line_id", "in", self.ids)])
        for line in self - done.invoice_line_id:
            tickets = self.env["scenic.ticket"].sudo()._issue(line._scenic_ticket_vals())
            line.move_id.message_post(
                body=self.env._("%(count)s tickets issued.", count=len(tickets))
            )

    def _scenic_ticket_vals(self):
        """Return the values of the tickets of this line; together they are worth the line."""
        self.ensure_one()
        count = self._scenic_count()
        site = self.product_id.scenic_site_id.sudo()
        if site.company_id != self.company_id:
            raise UserError(
                self.env._(
                    "%(product)s is for %(site)s of %(owner)s, so %(company)s cannot invoice it.",
                    product=self.product_id.display_name,
                    site=site.name,
                    owner=site.company_id.name,
                    company=self.company_id.name,
                )
            )
        unit = self.company_id.currency_id.rounding
        parts = allocation.split_evenly(
            allocation.to_units(-self._scenic_sold_balance(), unit), count
        )
        paid_unit = self.currency_id.rounding
        paid = allocation.split_evenly(
            allocation.to_units(self._scenic_sold_total(), paid_unit), count
        )
        return [
            {
                "product_id": self.product_id.id,
                # a document may be dated back, or by a user of another time zone
                "visit_date": self.scenic_visit_date
                or max(self.move_id.invoice_date, site._today()),
                "channel_id": self.env.ref("scenic_ticketing.channel_desk").id,
                "invoice_line_id": self.id,
                "origin_aml_id": self.id,
                "deferred": self.account_id.scenic_liability,
                "seq": seq,
                "net_value": allocation.from_units(part, unit),
                "price_paid": allocation.from_units(paid[seq - 1], paid_unit),
            }
            for seq, part in enumerate(parts, start=1)
        ]

    def _scenic_count(self):
        """Return the number of tickets of this line, or say why there is none."""
        units = self._scenic_units()
        if float_compare(units, 0, precision_digits=3) <= 0:
            raise UserError(
                self.env._(
                    "%(product)s on %(document)s has a quantity of %(quantity)s. Tickets are given "
                    "back with a credit note, not with a negative line.",
                    product=self.product_id.display_name,
                    document=self.move_id.display_name,
                    quantity=self.quantity,
                )
            )
        return self._scenic_whole(units)

    def _scenic_whole(self, units):
        """Return a number of tickets as a whole number, or refuse a fraction."""
        if not float_is_zero(units - round(units), precision_digits=3):
            raise UserError(
                self.env._(
                    "%(product)s on %(document)s is sold in whole tickets; %(quantity)s is not a "
                    "whole number.",
                    product=self.product_id.display_name,
                    document=self.move_id.display_name,
                    quantity=self.quantity,
                )
            )
        return round(units)

    def _scenic_credit(self):
        """Void the tickets that these posted credit note lines give back."""
        for line in self:
            count = line._scenic_count()
            tickets = line._scenic_named_ticket() or line._scenic_choose_credited(count)
            tickets.filtered(lambda ticket: ticket.state != "void")._void(
                self.env._("Credited with %(document)s", document=line.move_id.name)
            )
            tickets._set_refund(
                line._scenic_sold_balance(),
                line.currency_id,
                refund_aml=line,
                vat=-line._scenic_tax_amount(),
            )
            tickets._scenic_match_refunds()

    def _scenic_named_ticket(self):
        """Return the ticket that this line names, without the persons who stay."""
        ticket = self.scenic_credit_ticket_id
        if not ticket:
            return ticket
        persons = self.scenic_credit_persons
        ticket._lock()
        if obstacle := ticket._refund_obstacle(persons or None):
            raise UserError(obstacle)
        if persons and persons != ticket.pax:
            reason = self.env._("Credited with %(document)s", document=self.move_id.name)
            ticket = ticket._split(persons, reason)
        return ticket.sudo()

    def _scenic_choose_credited(self, count):
        """Return `count` unused tickets of the invoice line that this line gives back."""
        origin = self.scenic_reversed_line_id
        if not origin:
            raise UserError(
                self.env._(
                    "%(document)s gives back %(product)s but does not come from an invoice. Open "
                    "the invoice and choose Credit Note there, so that the right tickets are "
                    "voided.",
                    document=self.move_id.display_name,
                    product=self.product_id.display_name,
                )
            )
        tickets = (
            self.env["scenic.ticket"]
            .sudo()
            .search(
                [
                    "|",
                    ("invoice_line_id", "=", origin.id),
                    ("pos_order_line_id", "in", origin.scenic_pos_line_id.ids),
                ],
                order="seq",
            )
        )
        tickets._lock()
        free = tickets.filtered(lambda ticket: ticket._scenic_creditable())
        # a ticket that was already taken out of use without money goes first
        chosen = free.sorted(lambda ticket: (ticket.state != "void", ticket.seq))[:count]
        if len(chosen) < count:
            self._scenic_refuse_credit(tickets - free, count, len(free))
        return chosen

    def _scenic_refuse_credit(self, blocked, count, free):
        used = blocked.filtered("used_count")
        raise UserError(
            self.env._(
                "%(document)s gives back %(count)s tickets %(product)s, but only %(free)s can be "
                "given back: %(used)s of the sale were used (%(numbers)s). Reduce the quantity of "
                "the line, or take the redemptions back first.",
                document=self.move_id.display_name,
                count=count,
                product=self.product_id.display_name,
                free=free,
                used=len(used),
                numbers=", ".join(used[:5].mapped("alias")) or "-",
            )
        )
