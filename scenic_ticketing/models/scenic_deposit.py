from odoo import api, fields, models
from odoo.exceptions import UserError

from ..iot_handlers.scenic_rules.alias import parse_alias


class ScenicDeposit(models.Model):
    """Money that a visitor gets back: for a wristband, a locker key, a stroller.

    One record is one unit of a deposit product that a window sold. It comes back once, at any
    window of the company; two windows that give it back at the same moment write the same row, so
    PostgreSQL lets one of them through.
    """

    _name = "scenic.deposit"
    _description = "Deposit of a Visitor"
    _order = "id desc"

    product_id = fields.Many2one("product.product", required=True, readonly=True, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary(readonly=True, help="What the visitor paid and gets back.")
    value = fields.Monetary(
        readonly=True,
        currency_field="company_currency_id",
        help="The same in the currency of the company, as it is booked.",
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Currency of the Company"
    )
    pos_order_line_id = fields.Many2one(
        "pos.order.line", required=True, readonly=True, index=True, ondelete="restrict"
    )
    pos_order_id = fields.Many2one(
        "pos.order", string="Taken with", required=True, readonly=True, index=True
    )
    config_id = fields.Many2one(related="pos_order_id.config_id", string="Taken at")
    seq = fields.Integer(required=True, readonly=True)
    taken_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    state = fields.Selection(
        [("open", "Open"), ("returned", "Returned")], required=True, readonly=True, default="open"
    )
    return_line_id = fields.Many2one(
        "pos.order.line", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    return_order_id = fields.Many2one(related="return_line_id.order_id", string="Returned with")
    returned_at = fields.Datetime(readonly=True)
    returned_by_id = fields.Many2one("res.users", readonly=True)

    _line_seq_uniq = models.UniqueIndex(
        "(pos_order_line_id, seq)", "The deposits of this line are already taken."
    )
    _open = models.Index("(company_id, taken_at) WHERE state = 'open'")
    _returned = models.Constraint(
        "CHECK ((state = 'returned') = (return_line_id IS NOT NULL))",
        "A deposit is returned with an order, and only then.",
    )

    @api.depends("product_id", "amount", "pos_order_id")
    def _compute_display_name(self):
        for deposit in self:
            deposit.display_name = (
                f"{deposit.product_id.display_name} "
                f"{deposit.currency_id.format(deposit.amount)} · "
                f"{deposit.pos_order_id.pos_reference or ''}"
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if self:
            raise UserError(
                self.env._("A deposit is never deleted: it is open until it is returned.")
            )

    # ------------------------------------------------------------------
    # taking and giving back
    # ------------------------------------------------------------------

    @api.model
    def _take(self, line):
        """Note what a paid line takes; does nothing for a line that was noted before."""
        if self.sudo().search_count([("pos_order_line_id", "=", line.id)], limit=1):
            return
        count, company, order = max(1, round(line.qty)), line.company_id, line.order_id
        amount = line.currency_id.round(line.price_subtotal_incl / count)
        value = line.currency_id._convert(amount, company.currency_id, company, order.date_order)
        self.sudo().create(
            [
                {
                    "product_id": line.product_id.id,
                    "company_id": company.id,
                    "currency_id": line.currency_id.id,
                    "amount": amount,
                    "value": value,
                    "pos_order_line_id": line.id,
                    "pos_order_id": order.id,
                    "seq": seq,
                    "taken_at": order.date_order,
                }
                for seq in range(1, count + 1)
            ]
        )

    @api.model
    def _give_back(self, line):
        """Close the deposits that a paid line returns, or refuse it: each comes back once."""
        if self.sudo().search_count([("return_line_id", "=", line.id)], limit=1):
            return
        count = max(1, round(-line.qty))
        deposits = self._chosen(line, count)
        if problem := deposits._return_problem(line.company_id, count):
            raise UserError(problem)
        due = sum(deposits.mapped("amount"))
        if line.currency_id.compare_amounts(abs(line.price_subtotal_incl), due):
            raise UserError(
                self.env._(
                    "%(product)s: %(due)s was deposited, not %(paid)s. Scan it again and return "
                    "what was paid.",
                    product=line.product_id.display_name,
                    due=line.currency_id.format(due),
                    paid=line.currency_id.format(abs(line.price_subtotal_incl)),
                )
            )
        deposits.write(
            {
                "state": "returned",
                "return_line_id": line.id,
                "returned_at": line.order_id.date_order,
                "returned_by_id": line.order_id.user_id.id,
            }
        )

    @api.model
    def _chosen(self, line, count):
        """Return the deposits that a line names, or open ones of the line that it refunds."""
        ids = line._scenic_said("deposits")
        if isinstance(ids, list):
            domain = [
                ("id", "in", [number for number in ids if type(number) is int]),
                ("product_id", "=", line.product_id.id),
            ]
            return self.sudo().search(domain)
        domain = [
            ("pos_order_line_id", "=", line.refunded_orderline_id.id),
            ("state", "=", "open"),
        ]
        return self.sudo().search(domain, order="seq", limit=count)

    def _return_problem(self, company, count):
        """Return why these deposits cannot be given back, "" when they can."""
        if returned := self.filtered(lambda deposit: deposit.state != "open")[:1]:
            site_time = fields.Datetime.context_timestamp(self, returned.returned_at)
            return self.env._(
                "%(deposit)s was returned already, on %(moment)s at %(window)s.",
                deposit=returned.display_name,
                moment=site_time.strftime("%Y-%m-%d %H:%M"),
                window=returned.return_order_id.config_id.name,
            )
        if len(self) != count or self.company_id - company:
            return self.env._(
                "%(count)s deposits were to be returned, but only %(open)s are open. Scan the "
                "ticket or the receipt again.",
                count=count,
                open=len(self),
            )
        return ""

    # ------------------------------------------------------------------
    # window
    # ------------------------------------------------------------------

    @api.model
    def pos_find(self, text, config_id):
        """Return the deposits of a ticket (code or number) or of a receipt (its number).

        ``{"message", "deposits": [{"id", "product_id", "product", "amount", "state", "order",
        "taken_at", "returned_at"}]}``, the open ones first; nothing when there are none.
        """
        config = self.env["scenic.ticket"]._check_window(config_id)
        order = self._order_of((text or "").strip(), config.company_id)
        deposits = self.sudo().search([("pos_order_id", "=", order.id)]) if order else self
        message = ""
        if not order:
            message = self.env._("No ticket and no receipt has this number.")
        elif not deposits:
            message = self.env._("No deposit was taken with this order.")
        ranked = deposits.sorted(lambda deposit: (deposit.state != "open", deposit.id))
        return {"message": message, "deposits": [deposit._window_facts() for deposit in ranked]}

    @api.model
    def pos_check_return(self, deposit_ids, config_id):
        """Return why deposits cannot be given back, or an empty text; changes nothing."""
        config = self.env["scenic.ticket"]._check_window(config_id)
        deposits = self.sudo().browse(deposit_ids).exists()
        return deposits._return_problem(config.company_id, len(deposit_ids))

    @api.model
    def _order_of(self, text, company):
        orders = self.env["pos.order"].sudo()
        if not text:
            return orders
        if parse_alias(text) or text.upper().startswith("ST1"):
            ticket, _reason = self.env["scenic.ticket"].sudo()._find(text)
            return ticket.pos_order_id if ticket.company_id == company else orders
        domain = [("company_id", "=", company.id), ("pos_reference", "in", [text, text.upper()])]
        return orders.search(domain, limit=1, order="id desc")

    def _window_facts(self):
        self.ensure_one()
        return {
            "id": self.id,
            "product_id": self.product_id.id,
            "product": self.product_id.display_name,
            "amount": self.amount,
            "state": self.state,
            "order": self.pos_order_id.pos_reference or "",
            "taken_at": fields.Datetime.to_string(self.taken_at),
            "returned_at": fields.Datetime.to_string(self.returned_at) if self.returned_at else "",
        }
