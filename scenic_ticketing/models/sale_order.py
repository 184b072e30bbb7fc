from odoo import api, fields, models
from odoo.fields import Domain

CODE_MODES = [
    ("each", "One each"),
    ("one", "One for all"),
    ("size", "In codes of"),
]


class SaleOrder(models.Model):
    """Orders of groups and agencies: who comes when, with whom, and on which codes."""

    _inherit = "sale.order"

    is_scenic_order = fields.Boolean(
        string="Group Order",
        compute="_compute_is_scenic_order",
        store=True,
        help="Has tickets among its lines.",
    )
    scenic_visit_date = fields.Date(
        string="Visit Date",
        index=True,
        tracking=True,
        help="Day of the visit, in the time of the site; lines may have another one.",
    )
    scenic_is_today = fields.Boolean(
        string="Arrives Today",
        compute="_compute_scenic_is_today",
        search="_search_scenic_is_today",
        help="Today where the site is, not where the user or the server is.",
    )
    scenic_arrival = fields.Float(
        string="Arrival Time", help="When the group is expected, in the time of the site."
    )
    scenic_channel_id = fields.Many2one(
        "scenic.channel",
        string="Channel",
        compute="_compute_scenic_channel_id",
        store=True,
        readonly=False,
        precompute=True,
        help="Where these tickets are sold: decides price and quota. Taken from the customer.",
    )
    scenic_code_mode = fields.Selection(
        CODE_MODES,
        string="Ticket Codes",
        required=True,
        default="each",
        help="One each: every visitor has an own code. One for all: the guide carries one code "
        "for the group, which may also enter in parts.",
    )
    scenic_code_size = fields.Integer(
        string="Tickets per Code", default=10, help="With codes for several persons."
    )
    scenic_guide_name = fields.Char(string="Guide", tracking=True)
    scenic_guide_phone = fields.Char(string="Guide's Phone")
    scenic_guide_certificate = fields.Char(string="Guide Certificate No.")
    scenic_plate = fields.Char(string="Vehicle Plate", tracking=True)
    scenic_requests = fields.Text(string="Special Requests")
    scenic_hold_until = fields.Datetime(
        string="Places Held Until",
        readonly=True,
        copy=False,
        help="Until then the quotation keeps its places; they are free again afterwards.",
    )
    scenic_ticket_ids = fields.One2many("scenic.ticket", "sale_order_id", string="Tickets")
    scenic_ticket_count = fields.Integer(compute="_compute_scenic_ticket_count")
    scenic_persons = fields.Integer(string="Persons", compute="_compute_scenic_persons")
    scenic_persons_seen = fields.Integer(string="Arrived", compute="_compute_scenic_ticket_count")
    scenic_progress = fields.Char(
        string="Arrived / Persons",
        compute="_compute_scenic_ticket_count",
        help="Persons who entered, of all persons of the order's tickets.",
    )

    @api.depends("order_line.product_id.service_tracking")
    def _compute_is_scenic_order(self):
        for order in self:
            order.is_scenic_order = any(order.order_line.mapped("is_scenic_ticket"))

    @api.depends("partner_id")
    def _compute_scenic_channel_id(self):
        desk = self.env.ref("scenic_ticketing.channel_desk", raise_if_not_found=False)
        for order in self:
            own = order.partner_id.commercial_partner_id.scenic_channel_id
            order.scenic_channel_id = own or order.scenic_channel_id or desk

    @api.depends("order_line.scenic_persons")
    def _compute_scenic_persons(self):
        for order in self:
            order.scenic_persons = sum(order.order_line.mapped("scenic_persons"))

    @api.depends("scenic_ticket_ids.state", "scenic_ticket_ids.used_count")
    def _compute_scenic_ticket_count(self):
        tickets = self.sudo().scenic_ticket_ids._sale_alive()
        seen = tickets._sale_persons_seen()
        by_order = tickets.grouped("sale_order_id")
        for order in self:
            mine = by_order.get(order._origin.sudo(), tickets.browse())
            order.scenic_ticket_count = len(mine)
            order.scenic_persons_seen = sum(seen[ticket] for ticket in mine)
            total = sum(mine.mapped("pax"))
            order.scenic_progress = f"{order.scenic_persons_seen} / {total}" if mine else ""

    @api.depends("scenic_visit_date", "company_id")
    def _compute_scenic_is_today(self):
        today = self._scenic_todays()
        for order in self:
            order.scenic_is_today = order.scenic_visit_date in today.get(order.company_id, ())

    def _search_scenic_is_today(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = Domain.OR(
            Domain("company_id", "=", company.id) & Domain("scenic_visit_date", "in", list(days))
            for company, days in self._scenic_todays().items()
        )
        return found if True in value else ~found

    @api.model
    def _scenic_todays(self):
        """Return ``{company: dates}``: the date of now at each company's sites."""
        days = {}
        for site in self.env["scenic.site"].sudo().search([("company_id", "!=", False)]):
            days.setdefault(site.company_id, set()).add(site._today())
        return days

    # ------------------------------------------------------------------
    # confirming
    # ------------------------------------------------------------------

    # EXTENDS sale
    def _confirmation_error_message(self):
        return super()._confirmation_error_message() or self._scenic_obstacle()

    def _scenic_obstacle(self):
        """Return a sentence why this order cannot be confirmed, or False."""
        return self._scenic_obstacle_of_lines()

    def _scenic_obstacle_of_lines(self):
        """Return a sentence why the tickets of this order cannot be sold, or False."""
        self.ensure_one()
        lines = self.order_line._scenic_lines()
        texts = [text for line in lines if (text := line._scenic_line_obstacle())]
        if not texts:
            texts = self._scenic_rule_texts(lines)
        return "\n".join(texts) or False

    def _scenic_rule_texts(self, lines):
        """Return what the ticket policies say against these lines, sold together."""
        wants = [
            {
                "product": line.product_id,
                "quantity": line._scenic_units(),
                "visit_date": line.scenic_visit_date,
            }
            for line in lines
        ]
        obstacles = self.env["product.product"]._scenic_sale_obstacles(wants)
        return list(dict.fromkeys(obstacle.text for obstacle in obstacles))

    # EXTENDS sale
    def _action_confirm(self):
        """Issue the tickets.

        Two confirmations at the same moment both write the state of the order, so the database
        lets one of them through; and no ticket of a line can have the number of another.
        """
        res = super()._action_confirm()
        # before any ticket: who comes second is repeated, and then told that it is confirmed
        self.flush_recordset(["state"])
        for order in self:
            issued = order.order_line._scenic_lines()._scenic_sync()
            if issued:
                order.message_post(body=order.env._("%(count)s tickets issued.", count=len(issued)))
        return res

    # EXTENDS sale
    def _create_invoices(self, grouped=False, final=False, date=None):
        # what is billed after its use is counted now: uses themselves do not wait for orders
        self.order_line._scenic_update_delivered()
        return super()._create_invoices(grouped=grouped, final=final, date=date)

    # ------------------------------------------------------------------
    # cancelling
    # ------------------------------------------------------------------

    # EXTENDS sale
    def _action_cancel(self):
        """Void what nobody used; what was used stays, and stays to be paid.

        An order with used tickets is not cancelled but reduced to them: a cancelled one could
        not be invoiced any more.
        """
        kept = self.browse()
        for order in self:
            tickets = order.sudo().scenic_ticket_ids._sale_alive()
            if tickets.filtered("used_count"):
                order._scenic_reduce_to_used()
                kept |= order
            elif tickets:
                order._scenic_void(tickets, order.env._("Order cancelled"))
        rest = self - kept
        return super(SaleOrder, rest)._action_cancel() if rest else True

    def _scenic_reduce_to_used(self):
        """Bring each ticket line down to what was used of it."""
        self.ensure_one()
        for line in self.order_line._scenic_lines():
            tickets = line.sudo().scenic_ticket_ids
            tickets._lock()
            unused = tickets.filtered(
                lambda ticket: not ticket.used_count and ticket.state not in ("void", "expired")
            )
            if unused:
                self._scenic_void(unused, self.env._("Order cancelled"))
            units = sum(ticket._sale_units() for ticket in tickets._sale_alive())
            line.with_context(scenic_no_sync=True).product_uom_qty = line._scenic_from_units(units)
        self.message_post(
            body=self.env._(
                "Cancelled except for what was used: %(persons)s persons had entered, so the "
                "order stays open for their invoice.",
                persons=self.scenic_persons_seen,
            )
        )

    def _scenic_void(self, tickets, reason):
        """Void tickets of this order and say so in its chatter."""
        tickets.sudo().with_context(scenic_no_sync=True)._void(reason)
        self.message_post(
            body=self.env._(
                "%(count)s tickets voided (%(numbers)s): %(reason)s",
                count=len(tickets),
                numbers=", ".join(tickets[:5].mapped("alias")) + ("…" if len(tickets) > 5 else ""),
                reason=reason,
            )
        )

    # ------------------------------------------------------------------
    # screens
    # ------------------------------------------------------------------

    def action_scenic_tickets(self):
        """Open the tickets of this order."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_ticketing.scenic_ticket_action"
        )
        return {**action, "domain": [("sale_order_id", "in", self.ids)], "context": {}}
