"""The statements of the group desk that decide something."""

from odoo.tools import SQL


def count_confirmation(partner_id):
    """Return the statement by which confirmations on one customer's credit queue."""
    return SQL(
        "UPDATE res_partner SET scenic_confirmations = COALESCE(scenic_confirmations, 0) + 1"
        " WHERE id = %s",
        partner_id,
    )
