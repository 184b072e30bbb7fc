from odoo import api, fields, models
from odoo.exceptions import UserError

from ..iot_handlers.scenic_rules.site_time import day_number
from ..iot_handlers.scenic_rules.ticket_code import EPOCH
from ..iot_handlers.scenic_rules.views import TicketView
from ..tools import ticket_sql
from ..tools.site_time import to_unix
from ..tools.ticket_state import view_state


class ScenicTicket(models.Model):
    """One issued code: who may pass where, when, how often, and what that is worth."""

    _name = "scenic.ticket"
    _description = "Scenic Ticket"
    _inherit = ["mail.thread", "pos.load.mixin"]
    _order = "id desc"
    _rec_name = "alias"
    _check_company_auto = True

    # identity
    kid = fields.Integer(string="Key Number", required=True, readonly=True, copy=False)
    serial = fields.Integer(required=True, readonly=True, copy=False)
    uid = fields.Char(
        string="Identity",
        required=True,
        readonly=True,
        copy=False,
        help="Key number and serial as 16 hexadecimal digits: the identity at every gate.",
    )
    gen = fields.Integer(
        string="Copy", default=0, readonly=True, help="0 = the first copy; grows with a reissue."
    )
    alias = fields.Char(
        string="Ticket Number",
        required=True,
        readonly=True,
        copy=False,
        help="Short number to type or to tell on the phone; opens the same gates as the code.",
    )
    code = fields.Char(
        string="Ticket Code",
        readonly=True,
        copy=False,
        groups="scenic_ticketing.group_window,scenic_ticketing.group_attendant,"
        "point_of_sale.group_pos_user",
        help="The text inside the QR code.",
    )

    # what was sold
    product_id = fields.Many2one(
        "product.product", required=True, readonly=True, index=True, ondelete="restrict"
    )
    product_tmpl_id = fields.Many2one(
        "product.template",
        string="Ticket Product",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    site_id = fields.Many2one(
        "scenic.site", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    policy_id = fields.Many2one("scenic.policy", readonly=True, ondelete="restrict")
    channel_id = fields.Many2one("scenic.channel", readonly=True, index=True, ondelete="restrict")
    visit_date = fields.Date(
        required=True, readonly=True, index=True, help="First valid day, in the site's time zone."
    )
    valid_days = fields.Integer(
        string="Valid for (days)", required=True, readonly=True, help="Counted from the visit date."
    )
    valid_until = fields.Date(
        required=True, readonly=True, help="Last valid day, in the site's time zone."
    )
    pax = fields.Integer(
        string="Persons", required=True, readonly=True, default=1, help="Who enter on this code."
    )
    rights = fields.Json(
        string="Rights by Zone",
        required=True,
        readonly=True,
        help="Uses by zone for all persons together, 0 = unlimited. Frozen at the sale.",
    )
    rights_total = fields.Integer(
        readonly=True, help="Sum of all rights; 0 when one of them is unlimited."
    )
    rights_text = fields.Char(string="Rights", compute="_compute_rights_text")
    entrances = fields.Integer(
        string="Entrance Mask", default=0xFFFF, readonly=True, help="One bit for each entrance."
    )
    flags = fields.Integer(default=0, readonly=True, help="Checks at the gate, as in the code.")
    issued_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)

    # what became of it
    state = fields.Selection(
        [
            ("held", "Reserved"),
            ("valid", "Valid"),
            ("used", "Used up"),
            ("blocked", "Blocked"),
            ("void", "Void"),
            ("expired", "Expired"),
        ],
        required=True,
        readonly=True,
        default="valid",
        help="Reserved: sold or promised, but no gate opens before it is activated. Used up: every "
        "right is used; a partly used ticket is still valid. Blocked: no gate opens until a "
        "manager lifts the block.",
    )
    used_count = fields.Integer(
        string="Uses",
        readonly=True,
        default=0,
        help="Uses in all zones without the reversed ones; counted by the database itself.",
    )
    exited_at = fields.Datetime(
        string="Last Seen Leaving",
        readonly=True,
        copy=False,
        help="When the ticket was last shown at an exit, or passed it.",
    )
    void_reason = fields.Char(readonly=True)
    voided_at = fields.Datetime(readonly=True)
    redemption_ids = fields.One2many("scenic.redemption", "ticket_id", string="Redemptions")
    redemption_count = fields.Integer(compute="_compute_redemption_count")

    # where it comes from
    pos_order_line_id = fields.Many2one(
        "pos.order.line",
        string="Sale Line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    pos_order_id = fields.Many2one(
        "pos.order",
        string="Order",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    refund_line_id = fields.Many2one(
        "pos.order.line",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    seq = fields.Integer(
        string="Number in the Line", default=1, readonly=True, help="1 = first ticket of its line."
    )
    net_value = fields.Monetary(
        readonly=True,
        help="What the ticket was sold for, net of tax, in the company's currency. The tickets "
        "of a sale line add up to the line, to the cent.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    _kid_serial_uniq = models.Constraint("UNIQUE (kid, serial)", "This ticket already exists.")
    _uid_uniq = models.Constraint("UNIQUE (uid)", "This ticket already exists.")
    _alias_uniq = models.Constraint("UNIQUE (alias)", "This ticket number is already taken.")
    _line_seq_uniq = models.UniqueIndex(
        "(pos_order_line_id, seq) WHERE pos_order_line_id IS NOT NULL",
        "The tickets of this sale line are already issued.",
    )
    _ranges = models.Constraint(
        "CHECK (pax BETWEEN 1 AND 255 AND valid_days >= 1 AND gen BETWEEN 0 AND 255)",
        "A ticket is for 1 to 255 persons and valid for at least one day.",
    )
    _used_count = models.Constraint("CHECK (used_count >= 0)", "Uses cannot be negative.")
    _unsigned = models.Index("(id) WHERE code IS NULL")
    # No index names what a use changes (state, used_count), so that a use stays in its page
    _expiry = models.Index("(valid_until)")

    def init(self):
        """Install the laws of this table in the database itself."""
        super().init()
        ticket_sql.install(self.env.cr)

    @api.depends("rights")
    def _compute_rights_text(self):
        zones = {zone.id: zone for zone in self.env["scenic.zone"].browse(self._zone_ids())}
        unlimited = self.env._("unlimited")
        for ticket in self:
            ticket.rights_text = ", ".join(
                f"{zones[int(zone_id)].name} × {number}"
                if number
                else f"{zones[int(zone_id)].name} ({unlimited})"
                for zone_id, number in (ticket.rights or {}).items()
            )

    def _zone_ids(self):
        return {int(zone_id) for ticket in self for zone_id in ticket.rights or {}}

    def _compute_redemption_count(self):
        counts = dict(
            self.env["scenic.redemption"]._read_group(
                [("ticket_id", "in", self.ids)], ["ticket_id"], ["__count"]
            )
        )
        for ticket in self:
            ticket.redemption_count = counts.get(ticket, 0)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        if self:
            raise UserError(
                self.env._("A ticket is never deleted. Void it instead: its number stays taken.")
            )

    # ------------------------------------------------------------------
    # views of the decision package
    # ------------------------------------------------------------------

    def _view(self):
        """Return this ticket as the decision sees it."""
        self.ensure_one()
        ticket = self.sudo()
        codes = self.env["scenic.zone"]._codes()
        return TicketView(
            uid=ticket.kid << 32 | ticket.serial,
            gen=ticket.gen,
            site=ticket.site_id.code,
            product=ticket.product_tmpl_id.gate_product_code,
            valid_from=day_number(ticket.visit_date),
            valid_days=ticket.valid_days,
            slot_start=ticket.slot_start,
            slot_len=ticket.slot_len,
            pax=ticket.pax,
            entrances=ticket.entrances,
            flags=ticket.flags,
            state=view_state(ticket.state),
            rights=tuple(sorted((codes[int(z)], n) for z, n in ticket.rights.items())),
            iat=int(to_unix(ticket.issued_at)) - EPOCH,
            listed=True,
        )

    def _rule(self):
        """Return the rule of this ticket's product."""
        return self.product_tmpl_id._scenic_rule()

    # ------------------------------------------------------------------
    # point of sale
    # ------------------------------------------------------------------

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_domain(self, data, config):
        # tickets come with their order after its sync: a window starts with none
        return False

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_fields(self, config):
        return [
            "uid",
            "alias",
            "code",
            "product_id",
            "site_id",
            "visit_date",
            "slot_start",
            "slot_len",
            "valid_days",
            "state",
            "used_count",
            "pax",
            "seq",
            "pos_order_line_id",
            "refund_line_id",
            "write_date",
        ]

    def action_redemptions(self):
        """Open the uses of this ticket."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_ticketing.scenic_redemption_action"
        )
        action["domain"] = [("ticket_id", "in", self.ids)]
        action["context"] = {}
        return action
