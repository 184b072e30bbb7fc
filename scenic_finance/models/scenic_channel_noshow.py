from odoo import api, fields, models


class ScenicChannelNoShow(models.Model):
    """Vouchers of a statement's period that nobody exchanged: shown, and billed to nobody."""

    _inherit = "scenic.channel.statement"

    noshow_count = fields.Integer(
        string="No-shows",
        compute="_compute_noshow",
        help="Vouchers whose last day is in this period and that nobody exchanged. No invoice of "
        "this statement has them.",
    )
    noshow_amount = fields.Monetary(
        string="Value of No-shows", compute="_compute_noshow", help="What they were sold for."
    )
    noshow_listed = fields.Monetary(
        string="No-shows They Pay",
        compute="_compute_noshow",
        help="What the rows of this statement list of them as sold or used. It is not invoiced "
        "here: where the contract says that the channel pays for no-shows, make an invoice of it.",
    )

    @api.depends("channel_id", "company_id", "date_from", "date_to", "line_ids.code")
    def _compute_noshow(self):
        items = self.env["scenic.voucher.item"].sudo()
        for statement in self:
            domain = statement._noshow_domain()
            [(count, amount)] = items._read_group(domain, [], ["__count", "settlement_amount:sum"])
            listed = [("statement_line_id.statement_id", "in", statement._origin.ids)]
            [(paid,)] = items._read_group(domain + listed, [], ["settlement_amount:sum"])
            statement.noshow_count = count
            statement.noshow_amount = amount or 0.0
            statement.noshow_listed = paid or 0.0

    def _noshow_domain(self):
        """Return which vouchers are no-shows of this period; a hold that lapsed was never sold."""
        self.ensure_one()
        return [
            ("channel_id", "=", self.channel_id.id),
            ("company_id", "=", self.company_id.id),
            ("state", "=", "expired"),
            ("held_until", "=", False),
            ("valid_until", ">=", self.date_from),
            ("valid_until", "<=", self.date_to),
        ]

    def action_noshows(self):
        """Open the vouchers that nobody exchanged."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_ticketing.scenic_voucher_item_action"
        )
        domain = self._noshow_domain()
        return {**action, "name": self.env._("No-shows"), "domain": domain, "context": {}}
