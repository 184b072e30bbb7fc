import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class SaleOrderHold(models.Model):
    """Quotations that keep places in slots and days for a while."""

    _inherit = "sale.order"

    scenic_hold_token = fields.Char(readonly=True, copy=False, groups=fields.NO_ACCESS)
    scenic_hold_hours = fields.Integer(
        string="Hold Places for (hours)",
        default=24,
        help="So long a quotation keeps its places once they are held.",
    )

    _scenic_hold_hours = models.Constraint(
        "CHECK (scenic_hold_hours IS NULL OR scenic_hold_hours BETWEEN 1 AND 720)",
        "Places are held for 1 to 720 hours.",
    )

    def action_scenic_hold(self):
        """Hold the places of this quotation, or refuse when there are not enough."""
        self.ensure_one()
        if self.state not in ("draft", "sent"):
            raise UserError(self.env._("Only a quotation holds places; %s is none.", self.name))
        if obstacle := self._scenic_obstacle_of_lines():
            raise UserError(obstacle)
        order = self.sudo()
        # named once and for all: the hold commits by itself, and a repeated call replaces it
        order.scenic_hold_token = order.scenic_hold_token or secrets.token_hex(16)
        minutes = (self.scenic_hold_hours or 24) * 60
        hold = self.env["scenic.hold"]._take(
            self._scenic_wants(), self.scenic_channel_id, minutes, order.scenic_hold_token
        )
        if not hold:
            raise UserError(
                self.env._("The tickets of %s have no limited places: nothing to hold.", self.name)
            )
        self.scenic_hold_until = fields.Datetime.now() + timedelta(minutes=minutes)
        self.message_post(
            body=self.env._(
                "Places for %(persons)s persons are held for %(hours)s hours.",
                persons=self.scenic_persons,
                hours=self.scenic_hold_hours,
            )
        )
        return True

    def action_scenic_release(self):
        """Give held places back."""
        tokens = [token for token in self.sudo().mapped("scenic_hold_token") if token]
        self.env["scenic.hold"]._release_refs(tokens)
        self.scenic_hold_until = False
        return True

    def _scenic_wants(self):
        """Return what the lines of this order need of slots and days."""
        return [
            {
                "product_id": line.product_id.id,
                "date": line.scenic_visit_date,
                "slot_id": line.scenic_slot_id.id,
                "persons": line.scenic_persons,
            }
            for line in self.order_line._scenic_lines()
            if line.scenic_persons
        ]

    # EXTENDS scenic_ticketing
    def _action_confirm(self):
        res = super()._action_confirm()
        self.filtered("scenic_hold_until").scenic_hold_until = False
        return res

    # EXTENDS sale
    def _action_cancel(self):
        held = self.filtered(lambda order: order.sudo().scenic_hold_token)
        held.action_scenic_release()
        return super()._action_cancel()

    @api.ondelete(at_uninstall=False)
    def _unlink_release_places(self):
        self.filtered(lambda order: order.sudo().scenic_hold_token).action_scenic_release()


class SaleOrderLineHold(models.Model):
    _inherit = "sale.order.line"

    scenic_slot_zone_id = fields.Many2one(related="product_id.scenic_slot_zone_id")
    scenic_slot_id = fields.Many2one(
        "scenic.slot",
        string="Time Slot",
        copy=False,
        index="btree_not_null",
        domain="[('kind', '=', 'slot'), ('state', '=', 'open'), ('date', '=', scenic_visit_date),"
        " ('zone_id', '=', scenic_slot_zone_id)]",
        help="Needed by tickets that are sold for a time of the day.",
    )

    @api.onchange("scenic_visit_date", "product_id")
    def _onchange_scenic_slot(self):
        slot = self.scenic_slot_id
        if slot and (slot.date, slot.zone_id) != (self.scenic_visit_date, self.scenic_slot_zone_id):
            self.scenic_slot_id = False

    # EXTENDS scenic_ticketing
    def _scenic_line_obstacle(self):
        text = super()._scenic_line_obstacle()
        if text:
            return text
        template = self.product_id.product_tmpl_id
        slot = self.scenic_slot_id.sudo()
        vals = {"slot_id": slot.id, "visit_date": self.scenic_visit_date}
        return self.env["scenic.ticket"]._slot_problem(
            template, template._scenic_mould(), slot, vals
        )

    # EXTENDS scenic_ticketing
    def _scenic_ticket_vals(self):
        return {
            **super()._scenic_ticket_vals(),
            "slot_id": self.scenic_slot_id.id,
            "hold": self.order_id.sudo().scenic_hold_token,
        }

    def write(self, vals):
        if "scenic_slot_id" in vals:
            self._scenic_check_slot(vals["scenic_slot_id"])
        return super().write(vals)

    def _scenic_check_slot(self, slot_id):
        for line in self:
            sold = line.sudo().scenic_ticket_ids.filtered(lambda ticket: ticket.state != "void")
            if sold and line.scenic_slot_id.id != slot_id:
                raise UserError(
                    self.env._(
                        "The tickets of %(product)s on %(order)s are issued for %(slot)s. Move "
                        "the tickets instead of changing the line.",
                        product=line.product_id.display_name,
                        order=line.order_id.name,
                        slot=line.scenic_slot_id.display_name,
                    )
                )
