"""What windows, office and channels do in the generated month: sell, give back, invoice later.

Import the module, not its class: it is one half of ``month_books.MonthCase``.
"""

from datetime import datetime, timedelta

import acquirer_files
import common_group
import common_scenic
import common_voucher

WAYS = {
    "at_window": 12,
    "at_window_with_invoice": 1,
    "by_invoice": 1,
    "to_a_group": 1,
    "by_channel": 4,
}


class Trade:
    """Every path of selling, each a method that returns the tickets it made."""

    def sell_something(self, tickets):
        chance = self.chance
        way = chance.choices(list(WAYS), WAYS.values())[0]
        made = getattr(self, way)(max(1, tickets // 40))
        self.done[way] += len(made)
        return made

    def made(self):
        return sum(self.done[way] for way in WAYS)

    def draw_lines(self, scale):
        """Draw lines of an order: products, quantities and prices of all kinds."""
        chance, park = self.chance, self.park
        out = []
        for _line in range(chance.randint(1, 3)):
            product = chance.choice([park.adult, park.adult, park.combo, park.family, park.annual])
            ahead = chance.choice([0, 0, 0, 0, 1, 4])
            values = {"visit_date": self.day + timedelta(days=ahead)}
            if chance.random() < 0.2:
                values["price_unit"] = chance.choice([33.35, 66.67, 99.99, 0])
            if chance.random() < 0.1:
                values["discount"] = 7
            out.append((product, chance.randint(1, 3) * scale, values))
        if chance.random() < 0.2:
            out.append((park.water, 2))
        return out

    def in_cash(self, window, lines, refund_of=None):
        data = common_scenic.order_data(window, lines, refund_of=refund_of)
        cash = window.payment_method_ids.filtered("is_cash_count")
        data["payment_ids"][0][2]["payment_method_id"] = cash.id
        return data

    def at_window(self, scale, **values):
        window = self.chance.choice(self.windows)
        data = self.in_cash(window, [(*line, {})[:3] for line in self.draw_lines(scale)])
        if data["amount_total"] and self.chance.random() < 0.6:
            type(self).payments += 1
            number = f"S{self.payments:06d}"
            how = {"payment_method_id": self.wallet.id, "transaction_id": number}
            data["payment_ids"][0][2].update(how)
            local = datetime.now() + timedelta(hours=8)
            self.paid.append(acquirer_files.row(number, f"{data['amount_total']:.2f}", local))
        return self.tickets(common_scenic.sync(window, data | values))

    def at_window_with_invoice(self, scale):
        return self.at_window(scale, partner_id=self.partner.id, to_invoice=True)

    def by_invoice(self, scale):
        invoice = self.invoice((self.park.adult, 2 * scale, {"price_unit": 66.67}))
        invoice.action_post()
        made = self.env["scenic.ticket"].search([("origin_aml_id", "in", invoice.line_ids.ids)])
        if self.chance.random() < 0.3:
            self.credit(invoice, [1])
        return made.filtered(lambda ticket: ticket.state == "valid")

    def to_a_group(self, scale):
        order = common_group.make_order(
            self.env,
            self.park,
            self.agency,
            (self.park.adult, 6 * scale, {"price_unit": 66.66}),
            (self.park.combo, scale, {}),
        )
        order.action_confirm()
        if self.chance.random() < 0.5:
            self.deposit(order, 100)
        tickets = self.issued(order)
        if self.chance.random() < 0.8:
            self.post_invoice(order)
        else:
            self.uninvoiced |= order
        return tickets

    def by_channel(self, scale):
        number = self.chance.randrange(2)
        channel = self.channels[number]
        content = common_voucher.order_content(
            self.park, quantity=2 * scale, settlement=self.chance.choice(["70.00", "66.67"])
        )
        items = common_voucher.fill(channel, content).item_ids
        self.items[number] |= items
        items._exchange()
        return items.ticket_id

    # -- taking back -------------------------------------------------------------

    def give_back(self, tickets):
        """Refund some tickets that nobody used, in full or with a fee."""
        for ticket in tickets:
            line = ticket.pos_order_line_id
            if self.chance.random() > 0.08 or not line or ticket.state != "valid":
                continue
            if ticket.used_count or line.order_id.account_move:
                continue
            amount = ticket._refund_quote()["amount"]
            values = {
                "refunded_orderline_id": line.id,
                "price_unit": amount,
                "scenic_data": {"refund_uids": [ticket.uid]},
            }
            window = self.chance.choice(self.windows)
            data = self.in_cash(window, [(line.product_id, -1, values)], line.order_id)
            common_scenic.sync(window, data)
            self.done["refunds"] += 1

    def invoice_late(self):
        """Make the invoice of an order whose session is closed, and of a channel."""
        orders = (
            self.env["pos.order"]
            .search(
                [
                    ("config_id", "in", [window.id for window in self.windows]),
                    ("account_move", "=", False),
                ]
            )
            .filtered(lambda order: not order.refund_orders_count and not order.refunded_order_id)
        )
        for order in orders[:1]:
            order.partner_id = self.partner
            order.sudo().with_context(generate_pdf=False).action_pos_order_invoice()
            self.done["late invoices"] += 1
