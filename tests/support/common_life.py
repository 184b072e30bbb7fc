"""Refunds and rebookings at a window, for tests. Import the module, not its classes."""

import common_finance
import common_scenic

from odoo.fields import Command


class LifeCase(common_finance.FinanceCase):
    """A park with books whose policy has tiers when a test asks for them."""

    def setUp(self):
        super().setUp()
        self.win = self.window()
        self.today = self.park.site._today()
        self.patch(type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_k: 60.0)

    def tiers(self, *tiers):
        """Set the tiers of the policy: (kind, hours before[, values])."""
        lines = [
            Command.create({"kind": kind, "hours_before": hours, **dict(*more)})
            for kind, hours, *more in tiers
        ]
        self.park.policy.write({"tier_ids": [Command.clear(), *lines]})

    def reopen(self):
        self.win.open_ui()
        self.win.current_session_id.set_opening_control(0, None)

    def give_back(self, ticket, persons=0, amount=None, **data):
        """Give a ticket, or persons of it, back at the window; returns the refund order."""
        if amount is None:
            amount = ticket._refund_quote(persons=persons or None)["amount"]
        line = ticket.pos_order_line_id
        said = {"refund_uids": [ticket.uid], "persons": persons} | data
        values = {
            "refunded_orderline_id": line.id,
            "price_unit": amount,
            "scenic_data": said,
        }
        order = common_scenic.order_data(
            self.win, [(line.product_id, -1, values)], refund_of=line.order_id
        )
        return common_scenic.sync(self.win, order)

    def charge_rebooking(self, ticket, visit_date, amount=None):
        """Sell the move of a ticket at the window; returns the order."""
        if amount is None:
            amount = ticket._rebook_quote(visit_date)["charge"]
        product = self.env.ref("scenic_ticketing.product_rebooking")
        wish = {"ticket": ticket.uid, "visit_date": visit_date.isoformat()}
        values = {"price_unit": amount, "scenic_data": {"rebook": wish}}
        order = common_scenic.order_data(self.win, [(product, 1, values)])
        return common_scenic.sync(self.win, order)
