"""A mixed day for the reports: every path of selling. Import the module, not its classes."""

import common_finance
import common_group
import common_scenic
import common_voucher

from odoo.fields import Command

from odoo.addons.scenic_finance.models.account_chart_template import CN_CHARTS


class MixedDayCase(common_group.GroupCase):
    """A company with one closed and one open window, invoices, a group, a channel and uses."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # as of everybody at work there: Odoo dates an invoice by the day of its user
        cls.env.user.tz = cls.park.site.tz
        cls.classPatch(type(cls.env["ir.cron"]), "_commit_progress", lambda *_a, **_k: 60.0)
        cls._make_accounts()
        cls.band = cls.env["product.product"].create(
            {
                "name": "Wristband Deposit",
                "type": "service",
                "scenic_deposit": True,
                "list_price": 20.0,
                "taxes_id": False,
                "available_in_pos": True,
                "company_id": cls.company.id,
            }
        )
        cls.channel = common_voucher.make_channel(cls.env)
        cls._shares()
        cls._closed_window()
        cls._invoices()
        cls._group()
        cls._vouchers()
        cls.env["scenic.recognition"]._run(cls.company)
        cls._open_window()
        cls.env.flush_all()

    @classmethod
    def _make_accounts(cls):
        """Keep what is expired and what is kept apart, which the chart does not."""
        assert cls.chart in CN_CHARTS
        cls.fees = cls.company.scenic_fee_account_id.copy({"code": "605199", "name": "Fees"})
        cls.company.scenic_fee_account_id = cls.fees

    @classmethod
    def _shares(cls):
        """The ropeway is another's, for whom the park sells; the town gets a part of everything."""
        cls.car, cls.town = cls.env["res.partner"].create([{"name": "Ropes"}, {"name": "Town"}])
        common = {"company_id": cls.company.id, "basis": "percent", "date_from": "2026-01-01"}
        cls.env["scenic.share"].create(
            [
                {
                    **common,
                    "partner_id": cls.car.id,
                    "percent": 70.0,
                    "zone_id": cls.park.ropeway.id,
                    "treatment": "agent",
                },
                {
                    **common,
                    "partner_id": cls.town.id,
                    "percent": 10.0,
                    "treatment": "principal",
                },
            ]
        )

    @classmethod
    def _make_window(cls, name, methods):
        user = common_scenic.make_user(
            cls.env,
            f"cashier {name}",
            "window",
            "base.group_user",
            company=cls.company,
        )
        window = common_scenic.open_window(cls.park, name, user=user)
        # the card is an old one of the company, and comes after the cash of the window
        wanted = window.sudo().with_context(bypass_payment_method_ids_forbidden_change=True)
        wanted.payment_method_ids = [Command.link(method.id) for method in methods]
        return window

    @classmethod
    def _bank_method(cls):
        journal = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        return cls.env["pos.payment.method"].create(
            {
                "name": "Card",
                "sequence": 99,
                "journal_id": journal.id,
                "company_id": cls.company.id,
            }
        )

    @classmethod
    def _split(cls, window, lines, cash_part):
        """Sell, paid in two parts: cash and card."""
        data = common_scenic.order_data(window, [(*line, {})[:3] for line in lines])
        [command] = data["payment_ids"]
        card = {**command[2], "uuid": common_finance.uuid4().hex}
        card |= {"amount": round(data["amount_total"] - cash_part, 2)}
        card |= {"payment_method_id": cls.card.id}
        command[2]["amount"] = cash_part
        data["payment_ids"].append(Command.create(card))
        return common_scenic.sync(window, data)

    @classmethod
    def _use(cls, ticket, zone=None):
        cls.env.flush_all()
        answer = cls.env["scenic.redemption"]._redeem(ticket.code, zone or cls.park.gate, "L1")
        cls.env.invalidate_all()
        assert answer["reason"] == "OK", answer
        return cls.env["scenic.redemption"].browse(answer["redemption_ids"])

    @classmethod
    def _of(cls, order):
        return cls.env["scenic.ticket"].search([("pos_order_id", "=", order.id)], order="id")

    @classmethod
    def _closed_window(cls):
        """Cash, a split payment, a refund with a fee, one in full, a deposit; then used."""
        cls.card = cls._bank_method()
        park = cls.park
        window = cls.closed = cls._make_window("South", cls.card)
        pay = common_finance.pay
        first = pay(window, [(park.adult, 3, {}), (park.water, 2, {}), (cls.band, 2, {})])
        second = cls._split(window, [(park.adult, 1), (park.combo, 2)], 33.33)
        third = pay(window, [(park.family, 2, {"discount": 7})], method=cls.card)
        pay(window, [(park.adult, 1, {"price_unit": 0.0})])
        back = {"refunded_orderline_id": first.lines[0].id}
        pay(window, [(park.adult, -1, back | {"price_unit": 64})], is_refund=True)
        back = {"refunded_orderline_id": third.lines[0].id, "discount": 7}
        pay(window, [(park.family, -1, back)], method=cls.card, is_refund=True)
        deposit = cls.env["scenic.deposit"].search([("pos_order_id", "=", first.id)], limit=1)
        said = {"deposits": deposit.ids}
        pay(window, [(cls.band, -1, {"price_unit": 20.0, "scenic_data": said})])
        common_finance.close_session(window)
        good = cls._of(first).filtered(lambda ticket: ticket.state == "valid")
        cls._use(good[0])
        adult, combo, other = cls._of(second)
        cls._use(combo)
        cls._use(combo, park.ropeway)
        cls._use(other, park.ropeway)._reverse("mistake")
        adult._expire()

    @classmethod
    def _invoices(cls):
        """Two tickets on an invoice, one of them credited."""
        move = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.partner.id,
                "invoice_date": cls.park.site._today(),
                "invoice_line_ids": [
                    Command.create({"product_id": cls.park.adult.id, "quantity": 2})
                ],
            }
        )
        move.action_post()
        ticket = cls.env["scenic.ticket"].search([("origin_aml_id", "in", move.line_ids.ids)])[:1]
        ticket._credit()
        cls._goods_on_account()

    @classmethod
    def _goods_on_account(cls):
        """Goods beside tickets with a discount on all of it, and goods alone, half given back."""
        cls.off = cls.env["product.product"].create(
            {
                "name": "Discount",
                "type": "service",
                "list_price": 0.0,
                "taxes_id": [Command.set(cls.park.vat.ids)],
                "available_in_pos": True,
                "company_id": cls.company.id,
            }
        )
        lines = [(cls.park.adult, 1, {}), (cls.park.water, 10, {})]
        cls.invoiced = cls._invoice([*lines, (cls.off, 1, {"price_unit": -11.0})])
        cls.alone = cls._invoice([(cls.park.water, 8, {})])
        wizard = (
            cls.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=cls.alone.ids)
            .create({"journal_id": cls.alone.journal_id.id, "reason": "too many"})
        )
        note = cls.env["account.move"].browse(wizard.refund_moves()["res_id"])
        note.invoice_line_ids.quantity = 4
        note.action_post()

    @classmethod
    def _invoice(cls, lines):
        """Post an invoice of (product, quantity, values)."""
        commands = [
            Command.create({"product_id": product.id, "quantity": quantity, **values})
            for product, quantity, values in lines
        ]
        move = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.partner.id,
                "invoice_date": cls.park.site._today(),
                "invoice_line_ids": commands,
            }
        )
        move.action_post()
        return move

    @classmethod
    def _group(cls):
        """A group that paid a deposit, was invoiced, and came; another that waits."""
        agency = cls.env["res.partner"].create({"name": "Agency"})
        make = common_group.make_order
        order = make(cls.env, cls.park, agency, (cls.park.adult, 4, {"price_unit": 66.66}))
        order.action_confirm()
        cls.pay_invoice(cls, cls.deposit(cls, order, 50.0, pay=False))
        cls.post_invoice(cls, order)
        cls._use(cls.env["scenic.ticket"].search([("sale_order_id", "=", order.id)])[:1])
        waiting = make(cls.env, cls.park, agency, (cls.park.adult, 2))
        waiting.action_confirm()
        cls.deposit(cls, waiting, 30.0, pay=False)

    @classmethod
    def _vouchers(cls):
        """Three vouchers, two of them invoiced."""
        content = common_voucher.order_content(cls.park, quantity=3, settlement="74.20")
        order = common_voucher.fill(cls.channel, content)
        order.item_ids._exchange()
        items = order.item_ids.sorted("id")
        invoice = cls.env["account.move"].browse(items[:2].action_invoice()["res_id"])
        invoice.action_post()

    @classmethod
    def _open_window(cls):
        """Sales, a refund and uses that the ledger does not know yet."""
        window = cls.opened = cls._make_window("North", cls.card)
        pay = common_finance.pay
        order = pay(window, [(cls.park.annual, 2, {}), (cls.park.water, 1, {})])
        # a discount on the whole order, as a line of its own
        cls.discounted = pay(
            window,
            [
                (cls.park.adult, 3, {}),
                (cls.park.water, 7, {}),
                (cls.off, 1, {"price_unit": -26.10}),
            ],
        )
        back = {"refunded_orderline_id": order.lines[0].id}
        pay(window, [(cls.park.annual, -1, back)], is_refund=True)
        left = cls._of(order).filtered(lambda ticket: ticket.state == "valid")
        cls._use(left[0])
        sold = cls.env["scenic.ticket"].search(
            [
                ("company_id", "=", cls.company.id),
                ("state", "=", "valid"),
                ("origin_aml_id", "!=", False),
                ("used_count", "=", 0),
                ("product_id", "=", cls.park.family.id),
            ],
            limit=1,
        )
        cls._use(sold)
