"""A window that sells tickets of an event with Odoo's own pos_event, for comparison."""

from datetime import timedelta

from scenic_park import server
from scenic_park.processor import Meter

from odoo import fields

from .orders import PRICE, Till, order


def prepare_event(env) -> dict:
    """Make an event with a ticket, and a window whose cashier may sell it; returns their ids."""
    tax = env["account.tax"].create(
        {"name": "6 %", "amount": 6, "price_include_override": "tax_included"}
    )
    product = env["product.product"].create(
        {
            "name": "Event ticket",
            "type": "service",
            "service_tracking": "event",
            "list_price": PRICE,
            "taxes_id": tax.ids,
            "available_in_pos": True,
        }
    )
    event = _make_event(env, product)
    session, method = _open_window(env)
    return {
        "product": product.id,
        "taxes": tax.ids,
        "event": event.id,
        "ticket": event.event_ticket_ids.id,
        "session": session.id,
        "method": method.id,
    }


def _make_event(env, product):
    now = fields.Datetime.now()
    ticket = {"name": "Adult", "product_id": product.id, "price": PRICE}
    return env["event.event"].create(
        {
            "name": "Fair",
            "date_begin": now + timedelta(days=1),
            "date_end": now + timedelta(days=2),
            # as our ticket counts in the day of the park
            "seats_limited": True,
            "seats_max": 1_000_000,
            # mails are not what is compared
            "event_mail_ids": [],
            "event_ticket_ids": [(0, 0, ticket)],
        }
    )


def _open_window(env):
    """Return a session that a cashier of its own opened, and its payment method."""
    domain = [("type", "=", "bank"), ("company_id", "=", env.company.id)]
    journal = env["account.journal"].search(domain, limit=1)
    method = env["pos.payment.method"].create({"name": "Card", "journal_id": journal.id})
    config = env["pos.config"].create(
        {"name": "Event window", "payment_method_ids": [(6, 0, method.ids)]}
    )
    # in 19.0 a cashier without the second group cannot sell an event ticket
    groups = ("point_of_sale.group_pos_user", "event.group_event_user")
    cashier = env["res.users"].create(
        {
            "name": "Cashier",
            "login": "window",
            "password": "window",
            "group_ids": [(6, 0, [env.ref(name).id for name in groups])],
        }
    )
    config.with_user(cashier).open_ui()
    config.current_session_id.with_user(cashier).set_opening_control(0, "")
    return config.current_session_id, method


class EventWindow:
    """Its browser is replaced by the calls that it makes."""

    def __init__(self, address: server.Address, event: dict, meter: Meter):
        self.event, self.meter = event, meter
        self.user = server.User(address, "window", "window")
        self.till = Till(event["session"], self.user.uid, event["method"], event["taxes"])

    def sell(self, tickets: int, count: int) -> float:
        """Send paid orders; return the milliseconds of processor time of one."""
        orders = [self._order(tickets) for _order in range(count)]
        with self.meter as meter:
            for paid in orders:
                self.user.call("pos.order", "sync_from_ui", [paid])
        return meter.seconds / count * 1000

    def _order(self, tickets: int) -> dict:
        paid = order(self.till, self.event["product"], tickets, None)
        line = paid["lines"][0][2]
        line["event_ticket_id"] = self.event["ticket"]
        registration = {"event_id": self.event["event"], "event_ticket_id": self.event["ticket"]}
        line["event_registration_ids"] = [[0, 0, dict(registration)] for _k in range(tickets)]
        return paid

    def registered(self) -> int:
        return self.user.call("event.registration", "search_count", [])
