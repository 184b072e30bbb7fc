from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_is_zero

from ..tools import group_codes


class SaleOrderLine(models.Model):
    """A line of a group order that sells tickets."""

    _inherit = "sale.order.line"

    is_scenic_ticket = fields.Boolean(related="product_id.is_scenic_ticket")
    scenic_visit_date = fields.Date(
        string="Visit Date",
        compute="_compute_scenic_visit_date",
        store=True,
        readonly=False,
        precompute=True,
        copy=False,
    )
    scenic_ticket_ids = fields.One2many("scenic.ticket", "sale_line_id", string="Tickets")
    scenic_visitor_ids = fields.One2many(
        "scenic.visitor", "sale_line_id", string="Visitors", groups="scenic_ticketing.group_desk"
    )
    scenic_persons = fields.Integer(string="Persons", compute="_compute_scenic_persons")
    qty_delivered_method = fields.Selection(selection_add=[("scenic_ticket", "Ticket Uses")])

    @api.depends("order_id.scenic_visit_date", "product_id")
    def _compute_scenic_visit_date(self):
        for line in self:
            if not line.is_scenic_ticket:
                line.scenic_visit_date = False
            elif line.state != "sale" or not line.scenic_visit_date:
                line.scenic_visit_date = line.order_id.scenic_visit_date

    @api.depends("product_id", "product_uom_id", "product_uom_qty")
    def _compute_scenic_persons(self):
        for line in self:
            units = line._scenic_units() if line.is_scenic_ticket else 0
            line.scenic_persons = round(units) * (line.product_id.scenic_pax or 1)

    def _scenic_lines(self):
        """Return the lines that sell tickets."""
        return self.filtered(
            lambda line: line.is_scenic_ticket and not line.display_type and not line.is_downpayment
        )

    def _scenic_units(self):
        """Return how many units of the product the quantity of this line is."""
        self.ensure_one()
        uom = self.product_uom_id or self.product_id.uom_id
        return uom._compute_quantity(self.product_uom_qty, self.product_id.uom_id)

    def _scenic_from_units(self, units):
        """Return the quantity of this line that stands for `units` units of the product."""
        self.ensure_one()
        uom = self.product_uom_id or self.product_id.uom_id
        return self.product_id.uom_id._compute_quantity(units, uom)

    def _scenic_line_obstacle(self):
        """Return a sentence why this line cannot be sold, or None."""
        self.ensure_one()
        product = self.product_id.sudo()
        site = product.scenic_site_id
        units = self._scenic_units()
        names = {"product": product.display_name, "order": self.order_id.name}
        if units < 0 or not float_is_zero(units - round(units), precision_digits=3):
            return self.env._(
                "%(product)s on %(order)s is sold in whole tickets: change the quantity of "
                "%(quantity)s.",
                quantity=self.product_uom_qty,
                **names,
            )
        if site.company_id != self.company_id:
            return self.env._(
                "%(product)s is for %(site)s of %(owner)s, so %(company)s cannot sell it.",
                product=product.display_name,
                site=site.name,
                owner=site.company_id.name,
                company=self.company_id.name,
            )
        if not self.scenic_visit_date:
            return self.env._("Choose the visit date of %(product)s on %(order)s.", **names)
        return None

    # ------------------------------------------------------------------
    # tickets
    # ------------------------------------------------------------------

    def _scenic_sync(self):
        """Bring the tickets of these lines of confirmed orders to their quantities.

        Returns what was issued. Does nothing for a line that is as it should be, so it may run
        any number of times.
        """
        issued = self.env["scenic.ticket"]
        for line in self:
            tickets = line.sudo().scenic_ticket_ids
            if tickets:
                tickets._lock()
            units = sum(ticket._sale_units() for ticket in tickets._sale_alive())
            missing = round(line._scenic_units()) - units
            if missing > 0:
                issued |= line._scenic_issue(missing)
            elif missing < 0:
                line._scenic_take_back(-missing)
        return issued

    def _scenic_issue(self, units):
        """Issue the codes for `units` more units of this line."""
        self.ensure_one()
        if obstacle := self._scenic_line_obstacle():
            raise UserError(obstacle)
        pax = self.product_id.sudo().scenic_pax or 1
        order = self.order_id
        sizes = group_codes.code_sizes(units, order.scenic_code_mode, order.scenic_code_size, pax)
        return self._scenic_issue_codes(sizes, pax)

    def _scenic_issue_codes(self, sizes, pax):
        """Issue one code for each of `sizes` (units)."""
        tickets = self.env["scenic.ticket"].sudo()._issue(self._scenic_code_vals(sizes, pax))
        self.invalidate_recordset(["scenic_ticket_ids"])
        self.order_id.invalidate_recordset(["scenic_ticket_ids"])
        return tickets

    def _scenic_code_vals(self, sizes, pax):
        """Return the values of one ticket for each of `sizes`; each is worth its share."""
        company = self.company_id.sudo()
        net = self.currency_id._convert(
            self.price_subtotal, company.currency_id, company, self.order_id.date_order
        )
        nets = self._scenic_share(net, sizes, company.currency_id)
        paid = self._scenic_share(self.price_total, sizes, self.currency_id)
        first = max(self.sudo().scenic_ticket_ids.mapped("seq"), default=0) + 1
        return [
            {
                **self._scenic_ticket_vals(),
                "seq": first + number,
                "pax": size * pax,
                "net_value": nets[number],
                "price_paid": paid[number],
            }
            for number, size in enumerate(sizes)
        ]

    def _scenic_share(self, amount, sizes, currency):
        """Return what each of `sizes` (units) is of `amount`, which is for the whole line."""
        part = amount * sum(sizes) / (self._scenic_units() or 1)
        shares = group_codes.share(round(part / currency.rounding), sizes)
        return [currency.round(share * currency.rounding) for share in shares]

    def _scenic_ticket_vals(self):
        """Return what all tickets of this line have in common."""
        return {
            "product_id": self.product_id.id,
            "visit_date": self.scenic_visit_date,
            "channel_id": self.order_id.scenic_channel_id.id,
            "sale_line_id": self.id,
            "sale_order_id": self.order_id.id,
        }

    def _scenic_take_back(self, units):
        """Void codes of this line that nobody used, `units` units of them.

        Whole codes from the last one; from a group code that is larger than what is left to take
        back, so many persons are taken out.
        """
        self.ensure_one()
        tickets = self.sudo().scenic_ticket_ids.filtered(
            lambda ticket: ticket.state in ("valid", "held", "blocked")
        )
        void, left = tickets.browse(), units
        for ticket in tickets.filtered(lambda ticket: not ticket.used_count).sorted(
            "seq", reverse=True
        ):
            if ticket._sale_units() <= left:
                void |= ticket
                left -= ticket._sale_units()
        pax = self.product_id.sudo().scenic_pax or 1
        if left:
            larger = (tickets - void).filtered(
                lambda ticket: not ticket._split_obstacle(left * pax)
            )[:1]
            if not larger:
                self._scenic_refuse_take_back(units, units - left)
            void |= larger._split(left * pax, self.env._("Fewer persons")).sudo()
        self.order_id._scenic_void(
            void, self.env._("Fewer persons in %(order)s", order=self.order_id.name)
        )

    def _scenic_refuse_take_back(self, wanted, possible):
        raise UserError(
            self.env._(
                "%(wanted)s tickets %(product)s were to be taken back from %(order)s, but only "
                "%(possible)s of them were not used. Enter a larger quantity.",
                wanted=wanted,
                product=self.product_id.display_name,
                order=self.order_id.name,
                possible=possible,
            )
        )

    # ------------------------------------------------------------------
    # changes and uses
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        # a line that is added to a confirmed order sells its tickets at once
        lines.filtered(lambda line: line.state == "sale")._scenic_lines()._scenic_sync()
        return lines

    def write(self, vals):
        if "scenic_visit_date" in vals:
            self._scenic_check_visit_date(fields.Date.to_date(vals["scenic_visit_date"]))
        res = super().write(vals)
        if "product_uom_qty" in vals and not self.env.context.get("scenic_no_sync"):
            self.filtered(lambda line: line.state == "sale")._scenic_lines()._scenic_sync()
        return res

    def _scenic_check_visit_date(self, day):
        for line in self:
            sold = line.sudo().scenic_ticket_ids.filtered(lambda ticket: ticket.state != "void")
            if sold and line.scenic_visit_date != day:
                raise UserError(
                    self.env._(
                        "The tickets of %(product)s on %(order)s are issued for %(day)s. Rebook "
                        "the tickets instead of changing the line.",
                        product=line.product_id.display_name,
                        order=line.order_id.name,
                        day=line.scenic_visit_date,
                    )
                )

    # EXTENDS sale
    def _compute_qty_delivered_method(self):
        res = super()._compute_qty_delivered_method()
        self._scenic_lines().qty_delivered_method = "scenic_ticket"
        return res

    # EXTENDS sale
    def _prepare_qty_delivered(self):
        """Count the units of tickets that were used.

        Uses do not trigger this: a gate must not wait for orders. An invoice and the
        nightly job bring it up to date.
        """
        delivered = super()._prepare_qty_delivered()
        for line in self.filtered(lambda line: line.qty_delivered_method == "scenic_ticket"):
            units = line.sudo().scenic_ticket_ids._sale_delivered_units()
            delivered[line] = line._scenic_from_units(sum(units.values()))
        return delivered

    def _scenic_update_delivered(self):
        """Count again what was used of these lines."""
        lines = self._scenic_lines()
        delivered = lines._prepare_qty_delivered()
        for line in lines:
            if line.qty_delivered != delivered[line]:
                line.qty_delivered = delivered[line]

    @api.model
    def _cron_scenic_delivered(self, days=10, batch=200):
        """Count the uses of recent visits, so that orders that are billed after use show up."""
        recent = fields.Date.subtract(fields.Date.today(), days=days)
        lines = self.search(
            [
                ("state", "=", "sale"),
                ("scenic_ticket_ids", "any", [("valid_until", ">=", recent)]),
            ]
        )
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(lines))
        for start in range(0, len(lines), batch):
            some = lines[start : start + batch]
            some._scenic_update_delivered()
            if not cron._commit_progress(len(some)):
                break
