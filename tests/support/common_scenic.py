"""A small park for tests: site, zones, products, a window, and sales through the window's door.

Import the module, not its classes: pytest collects imported test cases a second time.

    import common_scenic

    @tagged("post_install", "-at_install")
    class TestX(common_scenic.ScenicCase): ...
"""

import time  # noqa: F401 for tests
from contextlib import contextmanager
from types import SimpleNamespace
from uuid import uuid4

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api, fields
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, TransactionCase, get_db_name, new_test_user
from odoo.tools import SQL

from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules.reason import Reason
from odoo.addons.scenic_ticketing.tools.site_time import to_unix, to_utc  # noqa: F401 for tests

SERIALIZATION = SerializationFailure


class ScenicCase(TransactionCase):
    """A park in the test's transaction; online redemptions work in it too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # `_redeem` opens a transaction of its own: here it becomes a savepoint of this one
        cls.registry_enter_test_mode_cls()
        cls.park = make_park(cls.env)

    def redeem(self, text, zone=None, lane="L1", **options):
        """Redeem online; ``text`` may also be a ticket."""
        self.env.flush_all()
        text = text if isinstance(text, str) else text.code
        answer = self.env["scenic.redemption"]._redeem(
            text, zone or self.park.gate, lane, **options
        )
        self.env.invalidate_all()
        return answer


class CommittedCase(BaseCase):
    """A park that is really committed, for tests with several connections at once.

    ``self.cursor()`` gives an environment on a connection of its own, committed at its end.
    Everything that belongs to the park is removed afterwards, the ledger by force.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        with cls.connect() as env:
            park = make_park(env, name="Committed Park")
            cls.ids = {
                name: record.id for name, record in vars(park).items() if hasattr(record, "_name")
            }
        cls.addClassCleanup(cls._remove_all)

    @classmethod
    @contextmanager
    def connect(cls, uid=SUPERUSER_ID):
        """Give an environment on a new connection; commits unless something is raised."""
        with cls.registry.cursor() as cr:
            yield api.Environment(cr, uid, {})

    def park_in(self, env):
        """Return the park in another environment."""
        return park_in(env, self.ids)

    @classmethod
    def _remove_all(cls):
        with cls.connect() as env:
            remove_park(park_in(env, cls.ids))


def park_in(env, ids):
    models = {
        "company": "res.company",
        "site": "scenic.site",
        "gate": "scenic.zone",
        "ropeway": "scenic.zone",
        "policy": "scenic.policy",
        "south": "scenic.entrance",
        "north": "scenic.entrance",
    }
    return SimpleNamespace(
        env=env,
        **{
            name: env[models.get(name, "product.product")].browse(record_id)
            for name, record_id in ids.items()
        },
    )


def remove_rows(cr, table, column, values):
    """Remove committed rows with all rows that point at them, which no user could do."""
    name, key = SQL.identifier(table), SQL.identifier(column)
    cr.execute(SQL("SELECT id FROM %s WHERE %s = ANY(%s)", name, key, list(values)))
    ids = [row_id for (row_id,) in cr.fetchall()]
    cr.execute("SET LOCAL session_replication_role = replica")
    _remove_rows(cr, table, ids)
    cr.execute("SET LOCAL session_replication_role = origin")


def _remove_rows(cr, table, ids):
    """Delete rows and, before them, whatever references them: other tables, or this one."""
    cr.execute(
        "SELECT c.conrelid::regclass::text, a.attname FROM pg_constraint c JOIN pg_attribute a"
        " ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]"
        " WHERE c.contype = 'f' AND c.confrelid = %s::regclass",
        [table],
    )
    for child, column in cr.fetchall() if ids else ():
        name, key = SQL.identifier(child), SQL.identifier(column)
        cr.execute(
            "SELECT 1 FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'id'", [child]
        )
        if cr.rowcount:
            query = "SELECT id FROM %s WHERE %s = ANY(%s) AND NOT (%s AND id = ANY(%s))"
            cr.execute(SQL(query, name, key, ids, child == table, ids))
            _remove_rows(cr, child, [row_id for (row_id,) in cr.fetchall()])
        else:
            cr.execute(SQL("DELETE FROM %s WHERE %s = ANY(%s)", name, key, ids))
    cr.execute(SQL("DELETE FROM %s WHERE id = ANY(%s)", SQL.identifier(table), ids))


def remove_park(park):
    """Remove a committed park with its tickets and uses, which no user could do."""
    cr, site = park.env.cr, park.site.id
    remove_tickets(park)
    cr.execute("DELETE FROM scenic_certificate WHERE site_id = %s", [site])
    products = park.env["product.template"].search([("scenic_site_id", "=", site)])
    products.product_variant_ids.unlink()
    products.exists().unlink()
    park.policy.unlink()
    (park.south + park.north).unlink()
    (park.gate + park.ropeway).unlink()
    park.site.unlink()


def remove_tickets(park):
    """Remove the tickets and slots of a committed park, with all that happened to them."""
    for table in ("scenic_ticket", "scenic_hold", "scenic_slot"):
        remove_rows(park.env.cr, table, "site_id", [park.site.id])


def reasons():
    """Return the reasons of the decision package, as the server sees it."""
    return list(Reason)


def remove_window(window):
    """Remove a committed window with its session and orders, which no user could do."""
    cr, orders = window.env.cr, "SELECT id FROM pos_order WHERE config_id = %s"
    cr.execute(orders, [window.id])
    remove_rows(cr, "scenic_ticket", "pos_order_id", [order_id for (order_id,) in cr.fetchall()])
    for table, column in (
        ("pos_payment", "pos_order_id"),
        ("pos_order_line", "order_id"),
    ):
        cr.execute(f"DELETE FROM {table} WHERE {column} IN ({orders})", [window.id])
    cr.execute("DELETE FROM pos_order WHERE config_id = %s", [window.id])
    remove_rows(cr, "scenic_shift", "config_id", [window.id])
    remove_keys(window)
    cr.execute("DELETE FROM pos_session WHERE config_id = %s", [window.id])
    window.env.invalidate_all()
    methods = window.payment_method_ids
    journals = methods.journal_id
    window.unlink()
    methods.unlink()
    journals.unlink()


def remove_keys(window):
    """Remove the committed certificates of a window, which no user could do."""
    cr, kids = window.env.cr, "SELECT kid FROM scenic_certificate WHERE pos_config_id = %s"
    cr.execute(f"DELETE FROM scenic_key_serial WHERE kid IN ({kids})", [window.id])
    remove_rows(cr, "scenic_certificate", "pos_config_id", [window.id])


def make_park(env, name="Cloud Valley", tz="Asia/Shanghai", company=None):
    """Create a site with two zones, two entrances, a policy and ticket products.

    ``gate`` (the park) and ``ropeway`` are zones; ``adult`` opens the park once, ``combo`` park
    and ropeway (60/40 of the revenue), ``family`` is a code for 3 persons, ``annual`` opens the
    park as often as one likes.
    """
    company = company or env.company
    env = env(context=env.context | {"allowed_company_ids": company.ids})
    site = env["scenic.site"].create({"name": name, "tz": tz, "company_id": company.id})
    gate, ropeway = env["scenic.zone"].create(
        [
            {"name": "Park", "code": "PARK", "site_id": site.id, "kind": "park"},
            {"name": "Ropeway", "code": "ROPEWAY", "site_id": site.id, "kind": "attraction"},
        ]
    )
    entrances = env["scenic.entrance"].create(
        [{"name": "South Gate", "site_id": site.id}, {"name": "North Gate", "site_id": site.id}]
    )
    policy = env["scenic.policy"].create({"name": "Day Ticket", "company_id": company.id})
    park = SimpleNamespace(
        env=env,
        company=company,
        site=site,
        gate=gate,
        ropeway=ropeway,
        policy=policy,
        south=entrances[0],
        north=entrances[1],
    )
    park.adult = make_product(park, "Adult", 80.0, {gate: 1})
    park.combo = make_product(park, "Park and Ropeway", 150.0, {gate: 1, ropeway: 1}, (60, 40))
    park.family = make_product(park, "Family", 200.0, {gate: 1}, scenic_pax=3)
    park.annual = make_product(park, "Annual Pass", 600.0, {gate: 0})
    return park


def make_product(park, name, price, uses, shares=None, **vals):
    """Create a ticket product (a variant); ``uses`` maps zones to uses per person."""
    rights = [
        Command.create({"zone_id": zone.id, "uses": number, "share": share})
        for (zone, number), share in zip(uses.items(), shares or [0] * len(uses), strict=True)
    ]
    return park.env["product.product"].create(
        {
            "name": name,
            "type": "service",
            "service_tracking": "scenic_ticket",
            "list_price": price,
            "taxes_id": [Command.clear()],
            "available_in_pos": True,
            "company_id": park.company.id,
            "scenic_site_id": park.site.id,
            "scenic_policy_id": park.policy.id,
            "entitlement_ids": rights,
            **vals,
        }
    )


def make_tickets(park, product=None, count=1, visit_date=None, **vals):
    """Issue tickets without a sale, for tests of what comes after it."""
    return park.env["scenic.ticket"]._issue(
        [
            {
                "product_id": (product or park.adult).id,
                "visit_date": visit_date or park.site._today(),
                **vals,
            }
            for _i in range(count)
        ]
    )


def make_user(env, login, *groups, company=None):
    """Create a user in groups of this addon, for example ``"window"``."""
    company = company or env.company
    names = [group if "." in group else f"scenic_ticketing.group_{group}" for group in groups]
    return new_test_user(
        env,
        login=login,
        groups=",".join(names or ["base.group_user"]),
        company_id=company.id,
        company_ids=[Command.set(company.ids)],
    )


def open_window(park, name="Window 1", user=None, **vals):
    """Create a window (point of sale) with a cash drawer and open its session."""
    env = park.env
    journal = env["account.journal"].create(
        {
            "name": f"Cash {name}",
            "type": "cash",
            "code": f"C{uuid4().hex[:4].upper()}",
            "company_id": park.company.id,
        }
    )
    method = env["pos.payment.method"].create(
        {"name": f"Cash {name}", "journal_id": journal.id, "company_id": park.company.id}
    )
    window = env["pos.config"].create(
        {
            "name": name,
            "company_id": park.company.id,
            "payment_method_ids": [Command.set(method.ids)],
            **vals,
        }
    )
    user = user or make_user(env, f"window_{uuid4().hex[:8]}", "window", company=park.company)
    window = window.with_user(user).with_context(allowed_company_ids=park.company.ids)
    window.open_ui()
    window.current_session_id.set_opening_control(0, None)
    return window


def order_data(window, lines, refund_of=None):
    """Return an order as the window's browser sends it, paid in cash.

    ``lines``: (product, quantity, values of the line) triples; the values may hold
    ``visit_date``, ``price_unit``, ``discount``, ``refunded_orderline_id`` or any field.
    """
    session = window.current_session_id
    commands, total, tax_total = [], 0.0, 0.0
    for product, qty, values in lines:
        line = _line_data(window, product, qty, dict(values))
        total += line["price_subtotal_incl"]
        tax_total += line["price_subtotal_incl"] - line["price_subtotal"]
        commands.append(Command.create(line))
    number = uuid4().hex
    return {
        "uuid": str(uuid4()),
        "access_token": number,
        "name": f"Order {number[:8]}",
        "pos_reference": f"Order {number[:8]}",
        "session_id": session.id,
        "company_id": window.company_id.id,
        "pricelist_id": window.pricelist_id.id,
        "date_order": fields.Datetime.to_string(fields.Datetime.now()),
        "user_id": window.env.uid,
        "lines": commands,
        "payment_ids": [
            Command.create(
                {
                    "amount": total,
                    "payment_date": fields.Datetime.to_string(fields.Datetime.now()),
                    "payment_method_id": window.payment_method_ids[:1].id,
                    "uuid": str(uuid4()),
                }
            )
        ],
        "amount_total": total,
        "amount_tax": tax_total,
        "amount_paid": total,
        "amount_return": 0.0,
        "is_refund": bool(refund_of),
        "sequence_number": 1,
        "state": "paid",
        "to_invoice": False,
    }


def _line_data(window, product, qty, values):
    price = values.pop("price_unit", product.lst_price)
    discount = values.get("discount", 0.0)
    taxes = product.taxes_id.filtered(lambda tax: tax.company_id == window.company_id)
    amounts = taxes.compute_all(
        price * (1 - discount / 100), window.currency_id, qty, product=product
    )
    if visit_date := values.pop("visit_date", None):
        values["scenic_data"] = {"visit_date": fields.Date.to_string(visit_date)}
    return {
        "uuid": str(uuid4()),
        "product_id": product.id,
        "full_product_name": product.name,
        "qty": qty,
        "price_unit": price,
        "price_subtotal": amounts["total_excluded"],
        "price_subtotal_incl": amounts["total_included"],
        "tax_ids": [Command.set(taxes.ids)],
        **values,
    }


def sync(window, data):
    """Send an order to the server through the window's own door; returns the order."""
    window.env["pos.order"].sync_from_ui([data])
    return window.env["pos.order"].search([("uuid", "=", data["uuid"])])


def make_paid_order(window, lines):
    """Sell: ``lines`` as for ``order_data``; returns the paid pos.order."""
    return sync(window, order_data(window, lines))


def refund(window, line, qty=1, **values):
    """Give ``qty`` units of a sold line back at a window; returns the refund order."""
    values = {"refunded_orderline_id": line.id, "price_unit": line.price_unit, **values}
    return sync(
        window, order_data(window, [(line.product_id, -qty, values)], refund_of=line.order_id)
    )


def assert_balanced(env, company=None):
    """Assert that the books prove: value of unused rights = balance of the liability account.

    Does nothing until scenic_finance is installed, so every test may end with it.
    """
    if "scenic.proof" not in env:
        return
    company = company or env.company
    differences = env["scenic.proof"].with_company(company)._differences(company)
    assert not differences, f"the books do not prove: {differences}"
