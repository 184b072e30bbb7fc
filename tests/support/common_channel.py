"""A channel that settles with a park's books, for tests. Import the module, not its names."""

import base64
import csv
import io

import common_finance
import common_voucher

from odoo import fields

COLUMNS = {
    "order_no": "平台订单号",
    "amount": "结算金额",
    "fee": "佣金",
    "day": "核销时间",
    "status": "状态",
    "kind": "交易类型",
}


class ChannelCase(common_finance.FinanceCase):
    """A park with one channel, whose orders and statements are made in a line."""

    def setUp(self):
        super().setUp()
        self.channel = common_voucher.make_channel(self.env).with_company(self.company)
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_k: 60.0)
        self.today = self.park.site._today()

    # -- orders ------------------------------------------------------------------

    def order(self, number=None, quantity=1, settlement="74.20", exchange=True, use=False):
        """Take an order in; returns its vouchers, exchanged and used as wished."""
        content = common_voucher.order_content(
            self.park, number, quantity=quantity, settlement=settlement
        )
        order = common_voucher.fill(self.channel, content)
        items = order.item_ids.sorted("id")
        if exchange or use:
            items._exchange()
        for item in items if use else ():
            self.use(item.ticket_id)
        return items

    def pay(self, amount):
        """Receive money from the channel's partner."""
        payment = self.env["account.payment"].create(
            {
                "payment_type": "inbound",
                "partner_type": "customer",
                "partner_id": self.channel.partner_id.id,
                "amount": amount,
                "date": fields.Date.context_today(self.env.user),
                "journal_id": self.env["account.journal"]
                .search([("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1)
                .id,
            }
        )
        payment.action_post()
        return payment

    def receivable(self):
        """Return what the channel owes by the books."""
        self.env.flush_all()
        self.channel.invalidate_recordset()
        return self.company.currency_id.round(self.channel.receivable)

    # -- statements --------------------------------------------------------------

    def mapping(self, **values):
        return self.env["scenic.statement.mapping"].create(
            {
                "name": "Test layout",
                "column_ids": [
                    fields.Command.create({"field": field, "title": title})
                    for field, title in COLUMNS.items()
                ],
                **values,
            }
        )

    def content(self, rows, encoding="gb18030"):
        """Return a file of (order, amount, commission, status, kind) rows."""
        table = [list(COLUMNS.values())]
        for row in rows:
            number, amount, fee, status, kind = (*row, *("0", "已核销", "消费")[len(row) - 2 :])
            table.append([f"\t{number}", amount, fee, self.today.isoformat(), status, kind])
        buffer = io.StringIO(newline="")
        csv.writer(buffer).writerows(table)
        return buffer.getvalue().encode(encoding)

    def statement(self, rows, **values):
        """Make a statement of a file, read by the wizard; returns it, matched."""
        statement = self.env["scenic.channel.statement"].create(
            {
                "name": "Statement",
                "channel_id": self.channel.id,
                "date_from": self.today.replace(day=1),
                "date_to": self.today,
                **values,
            }
        )
        self.load(statement, rows)
        return statement

    def load(self, statement, rows):
        mapping = self.env["scenic.statement.mapping"].search(
            [("name", "=", "Test layout")], limit=1
        )
        context = statement.action_import()["context"]
        wizard = (
            self.env["scenic.statement.import"]
            .with_context(**context)
            .create(
                {
                    "file": base64.b64encode(self.content(rows)),
                    "filename": "statement.csv",
                    "mapping_id": (mapping or self.mapping()).id,
                }
            )
        )
        wizard.action_check()
        self.assertEqual(wizard.state, "good", wizard.line_ids.mapped("problem"))
        wizard.action_import()

    def codes(self, statement):
        """Return {order: its answers} of a statement."""
        found = {}
        for line in statement.line_ids.sorted("id"):
            found.setdefault(line.order_no, []).append(line.code)
        return found

    def line(self, statement, code):
        return statement.line_ids.filtered(lambda line: line.code == code)
