import json
from datetime import date, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .scenic_hold import SoldOut

HOLD_MINUTES = 30
# an order of a channel is answered within seconds
MOST_ITEMS = 500
# states that a channel may still take back
_OPEN = ("held", "issued")


class VoucherRefusal(UserError):
    """A business refusal: a normal reply with a stable code, and nothing is written."""

    def __init__(self, code, message="", **more):
        super().__init__(message or code)
        self.reply = {"code": code, "message": message, **more}


class ScenicVoucherCommand(models.Model):
    """What a channel may tell and ask: the neutral contract of voucher channels.

    An adapter translates a platform's call into ``_command`` and its reply back; nothing here
    knows a platform.
    """

    _inherit = "scenic.voucher.order"

    @api.model
    def _command(self, channel, command, key, content):
        """Answer a command; returns the text of the reply (JSON), the same for every repeat.

        ``key`` names the request at the channel: order, refund or batch number. The same key with
        other content is refused and told to a person. ``check`` and ``query`` write nothing and
        are answered anew each time.
        """
        if command == "query":
            return json.dumps(self._answer_query(channel, content), sort_keys=True)
        messages = self.env["scenic.voucher.message"].sudo()
        message, new = messages._open(channel, command, str(key), content)
        if not new:
            return self._repeat(message, content)
        reply, order = self._answer(channel, command, content)
        if reply["code"] in ("E_UNKNOWN_ORDER", "E_UNKNOWN_ITEM", "E_CREDIT"):
            # the order may only be late, or its channel has paid: the next call is a new one
            message.unlink()
            return json.dumps(reply, ensure_ascii=False, sort_keys=True)
        return message._close(reply, order)

    @api.model
    def _fill(self, channel, content, key=None):
        """Take an order in that a channel sold; returns the reply as a dict. See the README."""
        key = key or content.get("order")
        return json.loads(self._command(channel, "issue", key, content))

    @api.model
    def _answer(self, channel, command, content):
        """Return ``(reply, order)``; what a refusal began is taken back."""
        try:
            with self.env.cr.savepoint():
                order = getattr(self, f"_do_{command}")(channel, content)
                order.flush_recordset()
                return {"code": "OK", **order._status()}, order
        except VoucherRefusal as err:
            reply = err.reply
        except SoldOut as err:
            reply = {"code": "E_SOLD_OUT", "message": str(err), "left": err.left}
        except UserError as err:
            reply = {"code": "E_REFUSED", "message": str(err)}
        self.env.invalidate_all()
        return reply, self.browse()

    @api.model
    def _repeat(self, message, content):
        if message.digest == message._digest(content):
            return message.reply
        self.env["scenic.incident"].sudo().create(
            {
                "kind": "other",
                "company_id": message.order_id.company_id.id or self.env.company.id,
                "facts": self.env._(
                    "%(channel)s sent %(command)s %(key)s again with other content. Nothing was "
                    "done; the first content counts.",
                    channel=message.channel_id.name,
                    command=message.command,
                    key=message.key,
                ),
            }
        )
        return json.dumps({"code": "E_KEY_CONTENT"})

    # ------------------------------------------------------------------
    # commands
    # ------------------------------------------------------------------

    @api.model
    def _do_hold(self, channel, content):
        """Keep places while a visitor pays; a hold that is not issued in time is over."""
        if order := self._known(channel, content):
            raise VoucherRefusal("E_ORDER_KNOWN", **order._status())
        minutes = min(_number(content.get("minutes")) or HOLD_MINUTES, HOLD_MINUTES)
        until = fields.Datetime.now() + timedelta(minutes=minutes)
        order = self._enter(channel, content, {"state": "held", "held_until": until})
        order.item_ids._take_or_refuse(minutes)
        return order

    @api.model
    def _do_issue(self, channel, content):
        """Take a paid order in, or make one of a hold."""
        order = self._known(channel, content)
        if not order:
            order = self._enter(channel, content, {"state": "issued"})
            order.item_ids._take_or_refuse()
            return order
        items = order.item_ids
        items._lock()
        if set(items.mapped("state")) <= {"held"}:
            items._take_or_refuse()
            items.write({"state": "issued", "held_until": False})
            return order
        raise VoucherRefusal("E_ORDER_KNOWN", **order._status())

    @api.model
    def _do_cancel(self, channel, content):
        return self._take_back(channel, content, "expired")

    @api.model
    def _do_refund_request(self, channel, content):
        """Allow a refund of vouchers that nobody exchanged, all of them or none."""
        return self._take_back(channel, content, "refunded")

    @api.model
    def _do_refund_fact(self, channel, content):
        """Note a refund that was made whatever we say; a ticket that is out is stopped."""
        order, items = self._wanted(channel, content)
        items._lock()
        for item in items.filtered(lambda item: item.state not in ("refunded", "forced_refunded")):
            item._refund_by_force()
        return order

    @api.model
    def _answer_query(self, channel, content):
        order = self._known(channel, content)
        return {"code": "OK", **order._status()} if order else {"code": "E_UNKNOWN_ORDER"}

    # ------------------------------------------------------------------

    @api.model
    def _known(self, channel, content):
        number = str(content.get("order") or "").strip()
        domain = [("channel_id", "=", channel.id), ("number", "=", number)]
        return self.sudo().search(domain, limit=1)

    @api.model
    def _wanted(self, channel, content):
        """Return ``(order, its items that a command names)``; all of them when it names none."""
        order = self._known(channel, content)
        if not order:
            # the refund of an order that is still on its way is decided when it is here
            raise VoucherRefusal("E_UNKNOWN_ORDER", decision="pending")
        names = {str(name) for name in content.get("items") or ()}
        items = order.item_ids.filtered(lambda item: not names or item.number in names)
        if names - set(items.mapped("number")):
            raise VoucherRefusal("E_UNKNOWN_ITEM", decision="pending")
        return order, items

    @api.model
    def _take_back(self, channel, content, held_becomes):
        order, items = self._wanted(channel, content)
        items._lock()
        gone = items.filtered(lambda item: item.state in ("refunded", "expired"))
        used = (items - gone).filtered(lambda item: item.state not in _OPEN)
        if used:
            raise VoucherRefusal("E_USED", decision="deny", **order._status())
        for item in items - gone:
            item.state = held_becomes if item.state == "held" else "refunded"
        (items - gone)._give_places_back()
        (items - gone)._tell("refund_decided")
        return order

    @api.model
    def _enter(self, channel, content, vals):
        """Create an order of what a channel says; VoucherRefusal when it cannot be."""
        lines = content.get("items") or []
        if not str(content.get("order") or "").strip() or not lines:
            raise VoucherRefusal("E_CONTENT")
        if sum(_number(line.get("quantity")) or 1 for line in lines) > MOST_ITEMS:
            raise VoucherRefusal("E_TOO_MANY")
        entered = [self._item_vals(line) | vals for line in lines]
        contact = content.get("contact") or {}
        products = self.env["product.product"].browse([line["product_id"] for line in entered])
        self._check_sale(channel, entered)
        return (
            self.sudo()
            .with_context(scenic_places_taken=True)
            .create(
                {
                    "channel_id": channel.id,
                    "number": str(content["order"]),
                    "company_id": products[:1].sudo().scenic_site_id.company_id.id,
                    "contact_name": contact.get("name"),
                    "contact_phone": contact.get("phone"),
                    "item_ids": [fields.Command.create(line) for line in entered],
                }
            )
        )

    @api.model
    def _item_vals(self, line):
        """Return the values of an item; products have their gate number, slots their start."""
        product = self.env["product.template"].sudo()
        number = line.get("product")
        product = product.search([("gate_product_code", "=", _number(number))], limit=1)
        if not number or not product:
            raise VoucherRefusal("E_PRODUCT", product=number)
        try:
            day = date.fromisoformat(line.get("date") or "")
        except (TypeError, ValueError):
            day = None
        if not day:
            raise VoucherRefusal("E_DATE", date=line.get("date"))
        return {
            "number": str(line.get("item") or ""),
            "quantity": _number(line.get("quantity")) or 1,
            "product_id": product.product_variant_id.id,
            "visit_date": day,
            "slot_id": self._slot_of(product, day, line.get("slot")),
            "persons": _number(line.get("persons")),
            "voucher_text": line.get("voucher"),
            "settlement_price": _number(line.get("settlement"), float),
            "price_paid": _number(line.get("paid"), float),
        }

    @api.model
    def _slot_of(self, product, day, start):
        if not start:
            return False
        hours, _colon, minutes = str(start).partition(":")
        slot = (
            self.env["scenic.slot"]
            .sudo()
            .search(
                [
                    ("kind", "=", "slot"),
                    ("zone_id", "=", product.scenic_slot_zone_id.id),
                    ("date", "=", day),
                    ("start_minute", "=", _number(hours) * 60 + _number(minutes)),
                ],
                limit=1,
            )
        )
        if not slot:
            raise VoucherRefusal("E_SLOT", slot=start)
        return slot.id

    def _status(self):
        """Return this order as a channel sees it."""
        self.ensure_one()
        return {
            "order": self.number,
            "items": [
                {
                    "item": item.number,
                    "state": item.state,
                    "date": fields.Date.to_string(item.visit_date),
                    "ticket": item.ticket_id.alias or None,
                    "exchanged_at": fields.Datetime.to_string(item.consumed_at) or None,
                    "uses": item.ticket_id.used_count if item.ticket_id else 0,
                }
                for item in self.sudo().item_ids.sorted("id")
            ],
        }


def _number(value, kind=int):
    """Return a number that a channel sent, 0 for none; VoucherRefusal for anything else."""
    try:
        number = kind(value or 0)
    except (TypeError, ValueError):
        number = -1
    if not 0 <= number < 1e9:
        raise VoucherRefusal("E_CONTENT", value=str(value)[:40])
    return number


class ScenicVoucherItemCommand(models.Model):
    _inherit = "scenic.voucher.item"

    def _take_or_refuse(self, minutes=None):
        """Hold the places, or give back what was held on the way and refuse."""
        try:
            self._take_places(minutes=minutes)
        except UserError:
            self._give_places_back()
            raise

    def _refund_by_force(self):
        """Note that the channel refunded this voucher, whatever became of it here.

        The ticket of an exchanged voucher is void at once. When it was used already, the money is
        lost or has to be claimed: a person decides, with the evidence.
        """
        self.ensure_one()
        ticket = self.ticket_id
        self.write({"state": "forced_refunded"})
        self._give_places_back()
        if not ticket:
            return
        used = ticket.used_count
        if ticket.state in ("valid", "held", "blocked") and not used:
            ticket._void(self.env._("Refunded by %s", self.order_id.display_name))
        facts = self.env._(
            "%(order)s refunded voucher %(item)s after it was exchanged for ticket %(ticket)s, "
            "which was used %(count)s times. Claim the price from the channel, or accept it.",
            order=self.order_id.display_name,
            item=self.number,
            ticket=ticket.alias,
            count=used,
        )
        ticket._report_incident("other", facts, amount=ticket.net_value if used else 0.0)
