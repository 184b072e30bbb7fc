"""Who may do what, and that companies do not see each other."""

import common_scenic
from common_scenic import make_tickets, make_user

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

CONFIGURATION = ("scenic.site", "scenic.zone", "scenic.entrance", "scenic.policy", "scenic.channel")


@tagged("post_install", "-at_install")
class TestAccess(common_scenic.ScenicCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.roles = {
            role: make_user(cls.env, f"scenic_{role}", role)
            for role in ("window", "attendant", "accountant", "manager", "admin")
        }
        cls.roles["cashier"] = make_user(
            cls.env, "scenic_cashier", "base.group_user", "point_of_sale.group_pos_user"
        )
        cls.roles["nobody"] = make_user(cls.env, "scenic_nobody")

    def may(self, role, model, operation):
        return self.env[model].with_user(self.roles[role]).has_access(operation)

    def test_nobody_writes_tickets_or_the_ledger(self):
        for role in self.roles:
            for model in ("scenic.ticket", "scenic.redemption"):
                for operation in ("create", "write", "unlink"):
                    self.assertFalse(self.may(role, model, operation), (role, model, operation))

    def test_who_reads_tickets_and_the_ledger(self):
        for model, readers in (
            ("scenic.ticket", {"window", "attendant", "accountant", "manager", "admin", "cashier"}),
            ("scenic.redemption", {"window", "attendant", "accountant", "manager", "admin"}),
            ("scenic.incident", {"attendant", "accountant", "manager", "admin"}),
            ("scenic.certificate", {"manager", "admin"}),
        ):
            allowed = {role for role in self.roles if self.may(role, model, "read")}
            self.assertEqual(allowed, readers, model)

    def test_only_managers_configure(self):
        for model in CONFIGURATION:
            for role in self.roles:
                self.assertEqual(
                    self.may(role, model, "write"), role in ("manager", "admin"), (role, model)
                )

    def test_manager_may_do_what_everybody_may(self):
        manager = self.roles["manager"]
        for group in ("window", "attendant", "accountant"):
            self.assertTrue(manager.has_group(f"scenic_ticketing.group_{group}"))
        self.assertTrue(manager.has_group("point_of_sale.group_pos_user"))
        self.assertFalse(manager.has_group("scenic_ticketing.group_admin"))
        self.assertFalse(manager.has_group("base.group_system"))

    def test_manager_creates_a_ticket_product(self):
        env = self.env(user=self.roles["manager"])
        park = common_scenic.SimpleNamespace(**{**vars(self.park), "env": env})
        product = common_scenic.make_product(park, "New", 10.0, {self.park.gate: 1})
        self.assertTrue(product.gate_product_code)

    def test_accountant_does_not_see_codes(self):
        ticket = make_tickets(self.park).with_user(self.roles["accountant"])
        self.assertTrue(ticket.alias)
        with self.assertRaises(AccessError):
            ticket.read(["code"])

    def test_companies_do_not_see_each_other(self):
        other = self.env["res.company"].create({"name": "Other Park Ltd"})
        park = common_scenic.make_park(self.env, name="Elsewhere", company=other)
        ticket = make_tickets(park)
        mine = make_tickets(self.park)
        self.redeem(ticket, park.gate)
        self.redeem(mine)
        self.env["scenic.incident"].create({"kind": "other", "company_id": other.id})
        manager = self.roles["manager"]
        for model in (
            "scenic.site",
            "scenic.zone",
            "scenic.entrance",
            "scenic.entitlement",
            "scenic.ticket",
            "scenic.redemption",
            "scenic.incident",
            "scenic.certificate",
        ):
            foreign = (
                self.env[model]
                .search([])
                .filtered(lambda record: "company_id" in record and record.company_id == other)
            )
            seen = self.env[model].with_user(manager).search([])
            self.assertFalse(seen & foreign, model)
            if model not in ("scenic.incident", "scenic.entitlement"):
                self.assertTrue(seen and foreign, model)
        with self.assertRaises(AccessError):
            ticket.with_user(manager).read(["alias"])

    def test_ticket_product_belongs_to_the_company_of_its_site(self):
        other = self.env["res.company"].create({"name": "Other Park Ltd"})
        with self.assertRaises(ValidationError):
            self.park.adult.product_tmpl_id.company_id = other
        free = common_scenic.make_product(
            self.park, "No Company Named", 10.0, {self.park.gate: 1}, company_id=False
        )
        self.assertEqual(free.product_tmpl_id.company_id, self.park.company)

    def test_technical_methods_are_closed_to_remote_calls(self):
        """Only what a screen needs is public; everything that mints, voids or redeems is not."""
        from odoo.models import BaseModel

        allowed = {"init", "create", "write", "unlink"}
        for model in self.env.registry.values():
            if not model._name.startswith("scenic."):
                continue
            for parent in model.__mro__:
                if not getattr(parent, "__module__", "").startswith("odoo.addons.scenic_"):
                    continue
                for name, value in vars(parent).items():
                    if name.startswith("_") or not callable(value) or hasattr(BaseModel, name):
                        continue
                    with self.subTest(model=model._name, method=name):
                        self.assertTrue(
                            name.startswith(("action_", "pos_"))
                            or name in allowed
                            or getattr(value, "_api_private", False)
                        )
