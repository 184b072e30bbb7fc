from odoo import fields, models


class ScenicPriceDay(models.TransientModel):
    """The price of a product on a day, worked out for a list that can be grouped and exported."""

    _name = "scenic.price.day"
    _description = "Scenic Price of a Day"
    _order = "product_tmpl_id, date, id"

    tariff_id = fields.Many2one("scenic.tariff", readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="tariff_id.currency_id")
    product_tmpl_id = fields.Many2one(
        "product.template", string="Ticket Product", readonly=True, ondelete="cascade"
    )
    channel_id = fields.Many2one("scenic.channel", readonly=True, ondelete="cascade")
    quantity = fields.Integer(string="Tickets", readonly=True, aggregator=None)
    date = fields.Date(string="Visit Date", readonly=True)
    season_id = fields.Many2one("scenic.season", readonly=True, ondelete="cascade")
    closed = fields.Boolean(readonly=True)
    sold = fields.Boolean(string="On Sale", readonly=True)
    price = fields.Monetary(readonly=True, aggregator="avg")
    live_price = fields.Monetary(
        readonly=True,
        aggregator="avg",
        help="What the published tariff of the site says for the same day.",
    )
    differs = fields.Boolean(string="Changed", readonly=True)
