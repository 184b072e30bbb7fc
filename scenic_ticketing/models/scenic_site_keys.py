from odoo import fields, models


class ScenicSiteKeys(models.Model):
    """How much a window may sign without the server."""

    _inherit = "scenic.site"

    offline_days = fields.Integer(
        string="Days Ahead",
        required=True,
        default=3,
        help="A window signs tickets by itself for visits until this many days after today. "
        "Tickets for later days, and passes that are good for longer, get their code from the "
        "server.",
    )
    offline_hours = fields.Integer(
        string="Hours without the Server",
        required=True,
        default=72,
        help="How long a window can sign tickets without having reached the server.",
    )
    offline_serials = fields.Integer(
        string="Tickets per Certificate",
        required=True,
        default=2000,
        help="Gates refuse what a copied key signs beyond this number.",
    )
    offline_pax = fields.Integer(
        string="Persons per Ticket",
        required=True,
        default=50,
        help="A window signs group tickets by itself for at most so many persons.",
    )

    _offline_limits = models.Constraint(
        "CHECK (offline_days BETWEEN 0 AND 3 AND offline_hours BETWEEN 1 AND 72"
        " AND offline_serials BETWEEN 1 AND 2000 AND offline_pax BETWEEN 1 AND 255)",
        "A window signs by itself at most 3 days ahead, for 72 hours, 2,000 tickets, 255 persons.",
    )
