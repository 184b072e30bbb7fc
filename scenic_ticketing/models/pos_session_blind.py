from odoo import api, models
from odoo.exceptions import AccessError

# sums of a session that say what should be in its drawer
_SUMS = frozenset(
    ["cash_register_balance_end", "cash_register_difference", "total_payments_amount"]
)


class PosSession(models.Model):
    """At a window that is closed blind its staff are not told what they should have counted.

    Single orders stay readable, because the window has to show and refund them.
    """

    _inherit = "pos.session"

    @api.model
    def _scenic_is_blind(self):
        """Tell whether sums have to be kept from the user."""
        seeing = "scenic_ticketing.group_accountant,account.group_account_readonly"
        if self.env["scenic.shift"]._is_supervisor() or self.env.user.has_groups(seeing):
            return False
        domain = [
            ("scenic_blind_close", "=", True),
            ("company_id", "in", self.env.companies.ids),
        ]
        return bool(self.env["pos.config"].sudo().search_count(domain, limit=1))

    @api.model
    def _scenic_refuse_sums(self):
        if self._scenic_is_blind():
            raise AccessError(
                self.env._("Sums of a session are shown after its cash has been counted.")
            )

    # EXTENDS base
    def _has_field_access(self, field, operation):
        allowed = super()._has_field_access(field, operation)
        if allowed and operation == "read" and field.name in _SUMS:
            return not self._scenic_is_blind()
        return allowed

    # EXTENDS point_of_sale
    def get_closing_control_data(self):
        self._scenic_refuse_sums()
        return super().get_closing_control_data()
