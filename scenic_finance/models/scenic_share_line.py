from odoo import api, fields, models

from ..tools import share_sql
from .scenic_revenue_event import LooseMany2one


class ScenicShareLine(models.Model):
    """What one passage gave to one partner, or took back: the list that both sides see.

    Rows are written by the batch that recognises the passage, never changed and never deleted;
    they only enter a settlement, and leave it when that is undone.
    """

    _name = "scenic.share.line"
    _description = "Scenic Accrued Share"
    _order = "day desc, id desc"
    _log_access = False

    share_id = fields.Many2one(
        "scenic.share",
        string="Agreed Share",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    event_id = fields.Many2one(
        "scenic.revenue.event", required=True, readonly=True, ondelete="restrict"
    )
    recognition_id = fields.Many2one(
        "scenic.recognition", required=True, readonly=True, index=True, ondelete="restrict"
    )
    settlement_id = fields.Many2one("scenic.settlement", readonly=True, ondelete="restrict")
    # those of the event and of the share, which keep the foreign keys
    company_id = LooseMany2one("res.company", required=True, readonly=True)
    partner_id = LooseMany2one("res.partner", required=True, readonly=True)
    zone_id = LooseMany2one("scenic.zone", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        [
            ("use", "Passage"),
            ("expire", "Expired unused"),
            ("reversal", "Taken back"),
            ("adjust", "Price of the invoice"),
        ],
        required=True,
        readonly=True,
    )
    day = fields.Date(
        required=True, readonly=True, help="Day of the passage, in the site's time zone."
    )
    base = fields.Monetary(
        string="Value",
        required=True,
        readonly=True,
        help="What the passage released, net of tax: what the share is measured on.",
    )
    amount = fields.Monetary(
        string="Share",
        required=True,
        readonly=True,
        help="Owed to the partner; negative when it is taken back.",
    )
    cut = fields.Monetary(
        readonly=True, help="What the value of the passage was too small for of a fixed amount."
    )
    ticket_id = fields.Many2one(related="event_id.ticket_id")
    product_id = fields.Many2one(related="event_id.ticket_id.product_id")
    happened_at = fields.Datetime(related="event_id.happened_at")
    received_at = fields.Datetime(related="event_id.received_at")

    _once = models.UniqueIndex(
        "(event_id, share_id, COALESCE(zone_id, 0))", "This share was already accrued."
    )
    _share_day = models.Index("(share_id, day)")
    _open = models.Index("(company_id, partner_id, day) WHERE settlement_id IS NULL")
    _settled = models.Index("(settlement_id, day, id) WHERE settlement_id IS NOT NULL")
    _seen = models.Index("(partner_id, company_id, day, id)")

    def init(self):
        super().init()
        share_sql.install(self.env.cr)

    @api.depends("share_id", "day")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.share_id.display_name}, {line.day}"

    @api.model
    def _accrue(self, batch):
        """Write what the events of a batch give to whom."""
        values = {"batch": batch.id, "batches": batch.ids}
        self.env.cr.execute(share_sql.ACCRUE, values)
        self.env.cr.execute(share_sql.REVERSE, values)
        self.env.cr.execute(share_sql.DERIVE, values)
        self.invalidate_model(flush=False)

    def action_ticket(self):
        """Open the ticket behind the line."""
        return self.ticket_id._get_records_action()
