from odoo import api, fields, models

from ..tools import documents


class ScenicVoucherOrder(models.Model):
    """An order that a channel sold: what its visitors may exchange at a window."""

    _name = "scenic.voucher.order"
    _description = "Scenic Voucher Order"
    _order = "id desc"
    _rec_name = "number"

    channel_id = fields.Many2one(
        "scenic.channel",
        required=True,
        index=True,
        ondelete="restrict",
        help="Who sold it. Imports find the channel by its name.",
    )
    number = fields.Char(
        string="Order Number", required=True, index="trigram", help="As the channel calls it."
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env.company,
    )
    item_ids = fields.One2many("scenic.voucher.item", "order_id", string="Vouchers")
    item_count = fields.Integer(string="Number of Vouchers", compute="_compute_counts")
    open_count = fields.Integer(string="To Exchange", compute="_compute_counts")
    contact = fields.Char(
        readonly=True, help="Name and phone of the buyer, masked: enough to ask for, no more."
    )
    contact_name = fields.Char(store=False, help="Kept masked.")
    contact_phone = fields.Char(store=False, help="Kept masked, and as a hash to search by.")
    phone_hash = fields.Char(readonly=True, groups=fields.NO_ACCESS, copy=False)
    note = fields.Char()

    _number_uniq = models.Constraint(
        "UNIQUE (channel_id, number)", "This order of this channel is known already."
    )
    _phone_hash_index = models.Index("(phone_hash) WHERE phone_hash IS NOT NULL")

    @api.depends("item_ids.state")
    def _compute_counts(self):
        for order in self:
            order.item_count = len(order.item_ids)
            order.open_count = len(order.item_ids.filtered(lambda item: item.state == "issued"))

    @api.depends("number", "channel_id.name")
    def _compute_display_name(self):
        for order in self:
            order.display_name = f"{order.channel_id.name} {order.number}"

    # EXTENDS orm
    @api.model_create_multi
    def create(self, vals_list):
        """Mask who bought before anything is written."""
        complete, phones = [], []
        for vals in vals_list:
            vals = dict(vals)
            name = (vals.pop("contact_name", None) or "").strip()
            phones.append(_phone(vals.pop("contact_phone", None)))
            vals["number"] = (vals.get("number") or "").strip()
            vals["contact"] = " ".join(filter(None, (_mask(name), _mask_phone(phones[-1]))))
            vals.pop("phone_hash", None)
            complete.append(vals)
        orders = super().create(complete)
        for order, phone in zip(orders, phones, strict=True):
            order._hash_phone(phone)
        return orders

    def _hash_phone(self, phone):
        """Keep a phone number as a hash by the key of the last day, destroyed like holders'."""
        items = self.sudo().item_ids
        if phone and items:
            last = max(items, key=lambda item: item.valid_until)
            key = self.env["scenic.holder.salt"]._key(last.site_id, last.valid_until)
            self.sudo().phone_hash = key.hash("phone", phone)

    @api.model
    def _of_phone(self, text):
        """Return the orders of a whole phone number, in the user's companies."""
        phone = _phone(text)
        sites = self.env["scenic.site"].search([("company_id", "in", self.env.companies.ids)])
        if not phone or not sites:
            return self.browse()
        keys = self.env["scenic.holder.salt"]._keys_of(sites)
        hashes = [key.hash("phone", phone) for key in keys]
        found = self.sudo().search([("phone_hash", "in", hashes)])
        return self.search([("id", "in", found.ids)])

    @api.model
    def _of_text(self, text):
        """Return the orders of an order number, a voucher's text or a phone number."""
        text = (text or "").strip()
        if not text:
            return self.browse()
        orders = self.search([("number", "=", text)], limit=20)
        items = self.env["scenic.voucher.item"]._of_text(text)
        return orders | items.order_id | self._of_phone(text)


def _phone(text):
    try:
        return documents.normalise_phone(text) if text else ""
    except documents.DocumentError:
        return ""


def _mask(name):
    return f"{name[0]}{'*' * min(3, len(name) - 1)}" if name else ""


def _mask_phone(phone):
    return f"***{phone[-4:]}" if phone else ""
