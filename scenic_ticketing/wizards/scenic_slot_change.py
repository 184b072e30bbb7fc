from odoo import api, fields, models
from odoo.exceptions import UserError


class ScenicSlotChange(models.TransientModel):
    """Move or cancel a slot together with the tickets sold for it, in one action."""

    _name = "scenic.slot.change"
    _description = "Move or Cancel a Slot"

    slot_id = fields.Many2one(
        "scenic.slot",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    zone_id = fields.Many2one(related="slot_id.zone_id")
    treatment = fields.Selection(
        [
            ("shift", "Move the slot and its tickets to another time"),
            ("rebook", "Cancel the slot, rebook its tickets to another slot"),
            ("refund", "Cancel the slot and its tickets, refund the visitors"),
        ],
        string="What to Do",
        required=True,
        default="shift",
    )
    new_date = fields.Date(string="New Day", compute="_compute_new", store=True, readonly=False)
    new_start = fields.Float(compute="_compute_new", store=True, readonly=False)
    target_slot_id = fields.Many2one(
        "scenic.slot",
        string="Other Slot",
        domain="[('zone_id', '=', zone_id), ('id', '!=', slot_id), ('state', '=', 'open'),"
        " ('kind', '=', 'slot')]",
    )
    target_free = fields.Integer(related="target_slot_id.free", string="Free There")
    beyond = fields.Boolean(
        string="Even beyond the Capacity", help="Places that are missing there are sold over."
    )
    notify = fields.Boolean(string="Write to the Customers", default=True)
    reason = fields.Char(required=True, help="For the visitors and for the history.")
    line_ids = fields.One2many("scenic.slot.change.line", "change_id", compute="_compute_line_ids")
    ticket_count = fields.Integer(compute="_compute_line_ids")
    persons = fields.Integer(compute="_compute_line_ids")

    @api.depends("slot_id")
    def _compute_new(self):
        for change in self:
            change.new_date = change.slot_id.date
            change.new_start = change.slot_id.start_time

    @api.depends("slot_id")
    def _compute_line_ids(self):
        lines = self.env["scenic.slot.change.line"]
        for change in self:
            tickets = change._tickets()
            change.ticket_count = len(tickets)
            change.persons = sum(tickets.mapped("pax"))
            change.line_ids = lines.browse().concat(
                *[lines.new({"change_id": change.id, "ticket_id": t.id}) for t in tickets]
            )

    def _tickets(self):
        """Return the tickets whose visitors have not come yet."""
        zone = self.slot_id.zone_id
        tickets = self.env["scenic.ticket"].sudo().search([("slot_id", "=", self.slot_id.id)])
        over = {"void", "used", "expired"}
        return tickets.filtered(
            lambda ticket: ticket.state not in over and not ticket._used_by_zone().get(zone)
        )

    def action_apply(self):
        """Do it: all tickets or none."""
        self.ensure_one()
        self.check_access("write")
        slot, tickets = self.slot_id.sudo(), self._tickets()
        before = slot.display_name
        if self.treatment == "refund":
            target, left = slot.browse(), self._cancel_tickets(tickets)
        else:
            target, left = self._target(), tickets.browse()
            tickets._move_to(target, force=self.beyond or self.treatment == "shift")
        slot.write({"state": "cancelled"})
        self._trace(slot, target, tickets - left, before)
        if self.notify:
            (tickets - left)._write_slot_change(before, self.reason, self.treatment)
        return {"type": "ir.actions.act_window_close"}

    def _target(self):
        """Return the slot that the tickets go to, made when it is a new time."""
        slot = self.slot_id.sudo()
        if self.treatment == "rebook":
            if not self.target_slot_id:
                raise UserError(
                    self.env._(
                        "Choose the slot that the tickets of %(slot)s go to.",
                        slot=slot.display_name,
                    )
                )
            return self.target_slot_id.sudo()
        if (self.new_date, self.new_start) == (slot.date, slot.start_time):
            raise UserError(
                self.env._(
                    "%(slot)s: choose another day or time to move to.", slot=slot.display_name
                )
            )
        return slot.copy(
            {
                "date": self.new_date,
                "start_minute": round(self.new_start * 4) * 15,
                "template_id": slot.template_id.id,
                "by_hand": True,
            }
        )

    def _cancel_tickets(self, tickets):
        """Void tickets so that they can be refunded in full; returns those that were used."""
        used = tickets.filtered("used_count")
        cancelled = tickets - used
        if cancelled:
            cancelled._void(self.reason)
            cancelled.write({"refund_due": True, "fee_waived": True})
        for ticket in used:
            ticket._report_incident(
                "other",
                self.env._(
                    "%(slot)s is cancelled, but ticket %(number)s was already used elsewhere. "
                    "Agree with the visitor on a refund or another time.",
                    slot=self.slot_id.display_name,
                    number=ticket.alias,
                ),
                amount=ticket.net_value,
            )
        return used

    def _trace(self, slot, target, tickets, before):
        if target:
            text = self.env._(
                "%(before)s was changed to %(after)s: %(reason)s",
                before=before,
                after=target.display_name,
                reason=self.reason,
            )
        else:
            text = self.env._(
                "%(before)s was cancelled: %(reason)s", before=before, reason=self.reason
            )
        tickets._log_life("rebook" if target else "waive", self.reason, text)
        slot.message_post(
            body=f"{text} " + self.env._("%(count)s tickets were taken along.", count=len(tickets))
        )
        if target:
            target.message_post(body=text)


class ScenicSlotChangeLine(models.TransientModel):
    """One ticket that a change of its slot concerns."""

    _name = "scenic.slot.change.line"
    _description = "Ticket of a Changed Slot"

    change_id = fields.Many2one("scenic.slot.change", required=True, ondelete="cascade")
    ticket_id = fields.Many2one("scenic.ticket", readonly=True)
    product_id = fields.Many2one(related="ticket_id.product_id")
    pax = fields.Integer(related="ticket_id.pax")
    channel_id = fields.Many2one(related="ticket_id.channel_id")
    pos_order_id = fields.Many2one(related="ticket_id.pos_order_id")
    email = fields.Char(compute="_compute_email", string="Mail Address")

    @api.depends("ticket_id")
    def _compute_email(self):
        for line in self:
            line.email = line.ticket_id._customer().email


class ScenicTicket(models.Model):
    _inherit = "scenic.ticket"

    def _write_slot_change(self, before, reason, treatment):
        """Send each customer with a mail address one letter about all their tickets."""
        template = self.env.ref("scenic_ticketing.mail_template_slot_change", False)
        for customer, tickets in self.grouped(lambda ticket: ticket._customer()).items():
            if template and customer.email:
                facts = {
                    "before": before,
                    "reason": reason,
                    "cancelled": treatment == "refund",
                    "numbers": ", ".join(tickets.mapped("alias")),
                    "customer": customer,
                }
                template.sudo().with_context(scenic=facts).send_mail(
                    tickets[0].id, email_values={"recipient_ids": [(4, customer.id)]}
                )
