"""Give companies that have their chart of accounts the accounts for shares of partners."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    for company in env["res.company"].search([("parent_id", "=", False)]):
        company._scenic_load_chart()
