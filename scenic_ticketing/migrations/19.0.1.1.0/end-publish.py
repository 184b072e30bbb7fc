"""Keep what the policies said when versions began to be kept.

At the end, because the rule of a product needs whatever other addons add to it.
"""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    policies = env["scenic.policy"].with_context(active_test=False)
    policies.search([("state", "=", "published"), ("version_ids", "=", False)])._keep_version()
