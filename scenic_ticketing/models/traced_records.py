"""What the trace follows beside the records that keep a history of their own."""

from odoo import models


class ResUsers(models.Model):
    _name = "res.users"
    _inherit = ["res.users", "scenic.traced"]

    _trace_fields = ("login", "active", "group_ids", "company_ids")
    _trace_hidden = ("password",)


class ResGroups(models.Model):
    _name = "res.groups"
    _inherit = ["res.groups", "scenic.traced"]

    _trace_fields = ("user_ids", "implied_ids")


class PosConfig(models.Model):
    _name = "pos.config"
    _inherit = ["pos.config", "scenic.traced"]

    _trace_fields = (
        "active",
        "payment_method_ids",
        "picking_type_id",
        "pricelist_id",
        "restrict_price_control",
        "scenic_blind_close",
        "scenic_channel_id",
        "scenic_media_location_id",
        "scenic_price_deviation",
        "scenic_use_shifts",
        "set_maximum_difference",
        "amount_authorized_diff",
    )


class PosPaymentMethod(models.Model):
    _name = "pos.payment.method"
    _inherit = ["pos.payment.method", "scenic.traced"]

    _trace_fields = ("active", "journal_id", "outstanding_account_id", "receivable_account_id")


class ProductTemplate(models.Model):
    _name = "product.template"
    _inherit = ["product.template", "scenic.traced"]

    _trace_fields = (
        "active",
        "list_price",
        "taxes_id",
        "scenic_deposit",
        "scenic_deposit_media_id",
        "scenic_media_product_id",
        "scenic_media_qty",
        "scenic_pax",
        "scenic_policy_id",
    )

    def _to_trace(self):
        """Leave the goods of the shops to themselves."""
        return self.filtered(lambda template: template.is_scenic_ticket or template.scenic_deposit)


class ScenicEntitlement(models.Model):
    _name = "scenic.entitlement"
    _inherit = ["scenic.entitlement", "scenic.traced"]

    _trace_fields = ("zone_id", "uses", "share")


class ScenicSite(models.Model):
    _name = "scenic.site"
    _inherit = ["scenic.site", "scenic.traced"]

    _trace_fields = ("active", "company_id", "code", "tz")


class ScenicChannel(models.Model):
    _name = "scenic.channel"
    _inherit = ["scenic.channel", "scenic.traced"]

    _trace_fields = ("active", "partner_id")
