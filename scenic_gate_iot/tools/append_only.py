"""Tables that the database itself keeps from being rewritten."""

from odoo.addons.scenic_ticketing.tools.append_only import protect

__all__ = ["protect"]
