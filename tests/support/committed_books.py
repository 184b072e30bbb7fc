"""A company with books that is really committed, for tests with several connections or processes.

Import the module, not its class: pytest collects imported test cases a second time.
"""

from contextlib import contextmanager

import common_finance

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name


class CommittedBooksCase(BaseCase):
    """A priced park in a company of its own; everything is removed afterwards, by force."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        with cls.connect() as env:
            company = common_finance.make_company(env, "cn_large_bis")
            cls.company_id = company.id
            cls.addClassCleanup(cls.remove)
            env = common_finance.company_env(env, company)
            park = common_finance.make_priced_park(env, company)
            cls.product_id, cls.zone_id = park.adult.id, park.gate.id
            cls.today = park.site._today()
            cls.prepare(park)

    @classmethod
    def prepare(cls, park):
        """Make what else the test needs, in the same transaction."""

    @classmethod
    @contextmanager
    def connect(cls):
        """Give an environment on a new connection; commits unless something is raised."""
        with cls.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    @classmethod
    def remove(cls):
        with cls.connect() as env:
            common_finance.remove_company(env, env["res.company"].browse(cls.company_id))

    @classmethod
    @contextmanager
    def books(cls):
        """Give an environment in the company of the test, and the company."""
        with cls.connect() as env:
            company = env["res.company"].browse(cls.company_id)
            yield common_finance.company_env(env, company), company
