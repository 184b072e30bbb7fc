"""A park with books for tests: a Chinese company, 6 % VAT in the price, windows that sell.

Import the module, not its classes: pytest collects imported test cases a second time.
"""

from uuid import uuid4

import common_scenic

from odoo import fields
from odoo.fields import Command
from odoo.tools import SQL


class FinanceCase(common_scenic.ScenicCase):
    """A park in a company of its own, on the chart of accounts `chart`."""

    chart = "cn_large_bis"
    country = "base.cn"
    currency = "base.CNY"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = make_company(cls.env, cls.chart, cls.country, cls.currency)
        cls.env = company_env(cls.env, cls.company)
        cls.company = cls.company.with_env(cls.env)
        cls.park = make_priced_park(cls.env, cls.company)
        cls.partner = cls.env["res.partner"].create({"name": "Fapiao Ltd"})

    def tearDown(self):
        """Whatever a test moves, at its end the books prove."""
        if self.prove:
            common_scenic.assert_balanced(self.env, self.company)
        super().tearDown()

    prove = True

    # -- selling -----------------------------------------------------------------

    def window(self, name=None, **vals):
        """Open a window that takes cash and bank payments."""
        user = common_scenic.make_user(
            self.env, f"window_{uuid4().hex[:8]}", "window", "base.group_user", company=self.company
        )
        # what they book is of the site's day, also where that of Greenwich has not ended
        user.tz = self.park.site.tz
        name = name or f"Window {uuid4().hex[:4]}"
        return common_scenic.open_window(self.park, name, user=user, **vals)

    def bank_method(self):
        """Create a payment method that settles on the bank."""
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        return self.env["pos.payment.method"].create(
            {"name": "Card", "journal_id": journal.id, "company_id": self.company.id}
        )

    def sell(self, window, *lines, **options):
        """Sell (product, quantity) or (product, quantity, values) at a window."""
        full = [(*line, {})[:3] for line in lines]
        return pay(window, full, **options)

    def close(self, window):
        """Close the session of a window with what it should have in its drawer."""
        return close_session(window)

    def tickets(self, order):
        return self.env["scenic.ticket"].search([("pos_order_id", "=", order.id)], order="id")

    def use(self, ticket, zone=None, **options):
        """Use one right; fails unless the gate opens."""
        answer = self.redeem(ticket, zone, **options)
        self.assertEqual(answer["reason"], "OK", answer)
        return self.env["scenic.redemption"].browse(answer["redemption_ids"])

    # -- books -------------------------------------------------------------------

    def recognise(self, day=None):
        return self.env["scenic.recognition"]._run(self.company, day)

    def proof(self, **options):
        return self.env["scenic.proof"]._compute_proof(self.company, **{"tickets": True} | options)

    def balance(self, account):
        """Return the posted balance of an account, credit positive."""
        self.env.flush_all()
        total = self.env["account.move.line"]._read_group(
            [
                ("account_id", "=", account.id),
                ("parent_state", "=", "posted"),
                ("company_id", "=", self.company.id),
            ],
            aggregates=["balance:sum"],
        )[0][0]
        return self.company.currency_id.round(-total)

    @property
    def liability(self):
        return self.company.scenic_liability_account_id

    @property
    def revenue(self):
        return self.park.adult._get_product_accounts()["scenic_revenue"]

    def invoice(self, *lines, **values):
        """Create a draft customer invoice of (product, quantity[, values of the line])."""
        commands = [
            Command.create({"product_id": product.id, "quantity": quantity, **dict(*more)})
            for product, quantity, *more in lines
        ]
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_date": fields.Date.context_today(self.company),
                "invoice_line_ids": commands,
                **values,
            }
        )

    def credit(self, invoice, quantities=None):
        """Make and post the credit note of an invoice; `quantities` changes those of its lines."""
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "reason": "test"})
        )
        note = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        for line, quantity in zip(note.invoice_line_ids, quantities or [], strict=False):
            line.quantity = quantity
        note.action_post()
        return note


def make_company(env, chart, country="base.cn", currency="base.CNY", **vals):
    """Create a company with a chart of accounts and tax-included prices."""
    # the context keeps Odoo from loading the country's own chart at the commit
    company = (
        env["res.company"]
        .with_context(chart_template_load=True)
        .create(
            {
                "name": f"Scenic {chart} {uuid4().hex[:4]}",
                "country_id": env.ref(country).id,
                "currency_id": env.ref(currency).id,
                "account_price_include": "tax_included",
                **vals,
            }
        )
    )
    company = company.with_env(env)
    env.ref(currency).active = True
    env.user.company_ids |= company
    env["account.chart.template"].try_loading(chart, company, install_demo=False)
    return company


def company_env(env, company):
    """Return an environment that works in one company only."""
    return env(context=env.context | {"allowed_company_ids": company.ids})


def make_priced_park(env, company):
    """Create the park of common_scenic with 6 % VAT inside all prices."""
    park = common_scenic.make_park(env, company=company)
    park.vat = make_vat(env, company)
    products = park.adult | park.combo | park.family | park.annual
    products.taxes_id = park.vat
    park.water = env["product.product"].create(
        {
            "name": "Water",
            "type": "consu",
            "list_price": 3.0,
            "taxes_id": [Command.set(park.vat.ids)],
            "available_in_pos": True,
            "company_id": company.id,
        }
    )
    return park


def make_vat(env, company, amount=6.0):
    """Create the sales tax that is contained in the prices."""
    model = env["account.tax"].search(
        [("company_id", "=", company.id), ("type_tax_use", "=", "sale")], limit=1
    )
    return model.copy(
        {
            "name": f"VAT {amount:g} % included",
            "amount": amount,
            "price_include_override": "tax_included",
        }
    )


def pay(window, lines, method=None, refund_of=None, **values):
    """Send an order as the window's browser does; `method` is what it is paid with."""
    data = common_scenic.order_data(window, lines, refund_of=refund_of)
    if method:
        data["payment_ids"][0][2]["payment_method_id"] = method.id
    data.update(values)
    return common_scenic.sync(window, data)


def close_session(window):
    """Close the session with the cash that should be there; returns it."""
    session = window.sudo().current_session_id
    if session.config_id.cash_control:
        session.post_closing_cash_details(session.cash_register_balance_end)
        # computed above from what was counted before; a browser's call begins without it
        session.invalidate_recordset(["cash_register_difference"])
    result = session.close_session_from_ui()
    assert result.get("successful"), result
    return session


def remove_company(env, company):
    """Remove a committed company with its books, which no user could do."""
    cr = env.cr
    cr.execute("SET LOCAL session_replication_role = replica")
    cr.execute(
        "SELECT c.table_name FROM information_schema.columns c"
        " JOIN information_schema.tables t USING (table_schema, table_name)"
        " WHERE c.column_name = 'company_id' AND c.table_schema = 'public'"
        " AND t.table_type = 'BASE TABLE'"
    )
    for (table,) in cr.fetchall():
        if table != "res_users":
            cr.execute(
                SQL("DELETE FROM %s WHERE company_id = %s", SQL.identifier(table), company.id)
            )
    cr.execute("DELETE FROM res_company_users_rel WHERE cid = %s", [company.id])
    cr.execute(
        "DELETE FROM account_account_res_company_rel WHERE res_company_id = %s", [company.id]
    )
    cr.execute("DELETE FROM res_company WHERE id = %s", [company.id])
    cr.execute("SET LOCAL session_replication_role = origin")
    env.registry.clear_all_caches()
