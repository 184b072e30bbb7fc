from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..iot_handlers.scenic_rules.alias import parse_alias
from ..tools import documents

# more than a screen of a window shows
MOST = 60
# the end of an order number that is typed; shorter ones would find half of the day
SHORTEST = 4


class ScenicTicketFind(models.Model):
    """The one look-up of a window: whatever a visitor shows or says."""

    _inherit = "scenic.ticket"

    @api.model
    def pos_find(self, text, config_id):
        """Find by ticket code or number, ID or phone number, order, voucher; changes nothing.

        Returns the answer of ``pos_scan`` for the first ticket, all ``choices``, and ``vouchers``,
        the orders of channels.
        """
        self._check_window(config_id)
        text = (text or "").strip()
        vouchers = self.env["scenic.voucher.order"]
        if vouchers.has_access("read"):
            vouchers = vouchers._of_text(text)
        answer = self.pos_scan(text, config_id)
        tickets = self.browse()
        if not answer["ticket"]:
            tickets = self._of_order(text) | self._of_customer(text) | self._of_vouchers(vouchers)
        if tickets:
            first = tickets._by_interest()
            answer = self.pos_scan(first[0].alias, config_id)
            several = first if len(first) > 1 else first.browse()
            answer["choices"] = [ticket.sudo()._window_choice() for ticket in several]
        if vouchers and not answer["ticket"]:
            answer |= {"reason": "OK", "message": ""}
        return answer | {"vouchers": [order._window_facts() for order in vouchers]}

    def _by_interest(self):
        """Return these tickets, those that still open a gate first."""
        return self.sorted(lambda ticket: (ticket.state != "valid", ticket.visit_date, ticket.id))[
            :MOST
        ]

    @api.model
    def _of_order(self, text):
        """Return the tickets of an order by its number, or the end of it."""
        if len(text) < SHORTEST or parse_alias(text):
            return self.browse()
        escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        orders = self.env["pos.order"].search(
            Domain("pos_reference", "=ilike", f"%{escaped}") & Domain("state", "!=", "draft"),
            limit=20,
        )
        # group orders are not for windows to read, but their tickets are
        groups = self.env["sale.order"].sudo().search([("name", "=ilike", escaped)], limit=5)
        domain = Domain("pos_order_id", "in", orders.ids)
        domain |= Domain("sale_order_id", "in", groups.ids)
        return self.search(domain, limit=MOST)

    @api.model
    def _of_customer(self, text):
        """Return the tickets of window orders whose customer has this phone number."""
        try:
            phone = documents.normalise_phone(text)
        except documents.DocumentError:
            return self.browse()
        if not phone:
            return self.browse()
        partners = self.env["res.partner"].search([("phone", "in", [text, phone])], limit=20)
        if not partners:
            return self.browse()
        return self.search([("pos_order_id.partner_id", "in", partners.ids)], limit=MOST)

    @api.model
    def _of_vouchers(self, orders):
        return self.search([("voucher_item_id.order_id", "in", orders.ids)], limit=MOST)

    # EXTENDS scenic_ticketing
    def _window_choice(self):
        return super()._window_choice() | {
            "id": self.id,
            "slot": self.slot_id.time_text or "",
            "pax": self.pax,
            "order_name": self.pos_order_id.pos_reference or self.sale_order_id.name or "",
        }

    # EXTENDS scenic_ticketing
    def _window_facts(self):
        """Add what this user may do with the ticket, and what giving it back returns."""
        ticket = self.with_user(self.env.uid).sudo(False)
        voucher = self.voucher_item_id
        quote = ticket._refund_quote()
        return super()._window_facts() | {
            "can": {
                "reprint": self.state in ("valid", "held"),
                "reissue": ticket.can_reissue,
                "block": ticket.can_block,
                "unblock": ticket.can_unblock,
                "refund": bool(self.pos_order_line_id) and self.state != "void",
            },
            "refund": {name: quote[name] for name in ("amount", "fee", "tier")}
            | {"obstacle": quote["obstacle"] or ""},
            "uid": self.uid,
            "line_id": self.pos_order_line_id.id,
            "currency_id": self.paid_currency_id.id,
            "reprint_count": self.reprint_count,
            "channel": self.channel_id.name or "",
            "voucher": voucher.order_id.display_name if voucher else "",
            "voucher_item_id": voucher.id if voucher.ticket_id == self else False,
        }

    def _window_slip(self):
        """Return what the slip of this ticket says, also of one that no window sold."""
        self.ensure_one()
        template = self.product_tmpl_id
        family = self._of_the_same_sale() if self.pos_order_line_id else self
        return {
            "id": self.id,
            "uid": self.uid,
            "alias": self.alias,
            "code": self.code or "",
            "site": self.site_id.name,
            "product": self.product_id.with_env(self.env).sudo().display_name,
            "visit_date": self.visit_date.isoformat(),
            "valid_days": self.valid_days,
            "slot": self.slot_id.time_text or "",
            "pax": self.pax,
            "price": self._paid(),
            "currency_id": self.paid_currency_id.id,
            "number": (family.sorted("seq").ids.index(self.id) + 1),
            "count": len(family),
            "order_name": self.pos_order_id.pos_reference
            or self.voucher_item_id.order_id.display_name
            or self.sale_order_id.name
            or "",
            "layout_id": template.scenic_layout_id.id
            if "scenic_layout_id" in template._fields
            else False,
            "holder": self._slip_holder(),
            "note": self.gate_note or "" if "gate_note" in self._fields else "",
        }

    @api.model
    def pos_slips(self, ticket_ids, reason, config_id):
        """Return the slips of tickets to print once more, each with its number: told first."""
        numbers = self.pos_reprinted(ticket_ids, config_id, reason)
        tickets = self.browse(ticket_ids).sudo()
        return [
            ticket._window_slip() | {"copy": numbers[ticket.alias]}
            for ticket in tickets
            if ticket.alias in numbers
        ]

    @api.model
    def pos_choices(self, ticket_ids, config_id):
        """Return the rows of a look-up as they are now, in the same order."""
        self._check_window(config_id)
        tickets = self.search([("id", "in", ticket_ids)])
        rows = {ticket.id: ticket.sudo()._window_choice() for ticket in tickets}
        return [rows[ticket_id] for ticket_id in ticket_ids if ticket_id in rows]

    @api.model
    def pos_act(self, kind, ticket_ids, reason, config_id):
        """Block, unblock or reissue tickets; returns the slips of new copies."""
        config = self._check_window(config_id)
        tickets = self.browse(ticket_ids).exists()
        if kind not in ("block", "unblock", "reissue"):
            raise UserError(self.env._("A window cannot do this: %s.", kind))
        tickets._check_right(kind)
        reason = (reason or "").strip()
        if not reason and kind != "unblock":
            raise UserError(self.env._("Write down the reason: it is kept with the ticket."))
        getattr(tickets._at_window(config), f"_{kind}")(reason or None)
        slips = tickets.sudo() if kind == "reissue" else self.browse()
        return {
            "slips": [ticket._window_slip() for ticket in slips],
            "aliases": tickets.sudo().mapped("alias"),
        }

    @api.model
    def pos_undo_redeem(self, request_id, config_id):
        """Take back what this user let in by a mistaken touch, a few minutes ago at this window."""
        config = self._check_window(config_id)
        rows = self.env["scenic.redemption"].sudo()._of_request(f"window:{config.id}:{request_id}")
        rows = rows.filtered(lambda row: row.user_id == self.env.user)
        if not rows or not rows._is_recent():
            raise UserError(
                self.env._(
                    "Only what you let in here a few minutes ago can be undone. A manager takes "
                    "back other uses, with a reason."
                )
            )
        rows.with_user(self.env.uid).sudo()._reverse(self.env._("Undone at %s", config.name))
        return True
