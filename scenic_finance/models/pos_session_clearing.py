from collections import defaultdict

from odoo import models


class PosSession(models.Model):
    """A session's payments on the clearing account meet the statements that settle them."""

    _inherit = "pos.session"

    # EXTENDS point_of_sale
    def _validate_session(self, *args, **kwargs):
        """A statement may be booked before the session is closed."""
        res = super()._validate_session(*args, **kwargs)
        closed = self.sudo().filtered(lambda session: session.state == "closed")
        settled = (
            self.env["account.move.line"]
            .sudo()
            ._read_group(
                [("scenic_clearing_session_id", "in", closed.ids), ("parent_state", "=", "posted")],
                ["account_id"],
            )
        )
        for (account,) in settled:
            closed._scenic_match_clearing(account)
        return res

    def _scenic_match_clearing(self, account):
        """Match what these sessions put on a clearing account with what was settled of it."""
        items = self.env["account.move.line"].sudo()
        open_items = items.search(
            [
                ("account_id", "=", account.id),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                "|",
                ("scenic_clearing_session_id", "in", self.ids),
                ("move_id.origin_payment_id.pos_session_id", "in", self.ids),
            ]
        )
        groups = defaultdict(lambda: items)
        for item in open_items:
            session = item.scenic_clearing_session_id or (
                item.move_id.origin_payment_id.pos_session_id
            )
            groups[session] |= item
        plan = [
            group
            for group in groups.values()
            if len({item.balance > 0 for item in group if item.balance}) == 2
        ]
        if plan:
            items._reconcile_plan(plan)
