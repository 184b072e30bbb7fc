from datetime import date, timedelta
from itertools import accumulate

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare

from ..iot_handlers.scenic_rules.site_time import day_of

# the ticket code counts days in 16 bits
MAX_DAY = 0xFFFF


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    scenic_data = fields.Json(
        copy=False,
        help="Written by the window: visit_date (YYYY-MM-DD), on a refund refund_uids, the "
        "identities of the tickets that were handed back, and persons, how many leave a group; on "
        "the charge of a rebooking rebook: ticket (identity), visit_date, slot_id.",
    )
    scenic_ticket_ids = fields.One2many("scenic.ticket", "pos_order_line_id", string="Tickets")

    # EXTENDS point_of_sale
    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), "scenic_data"]

    def _scenic_process_paid(self):
        """Issue the tickets of paid sale lines and take back those of paid refund lines.

        Does nothing for a line that was processed before, so a replayed order is harmless; two
        transactions at the same moment meet at UNIQUE (line, seq).
        """
        lines = self.filtered("product_id.is_scenic_ticket")
        if not lines:
            return
        sold = lines.filtered(lambda line: float_compare(line.qty, 0, precision_digits=3) > 0)
        sold._scenic_issue()
        for line in lines - sold:
            line._scenic_refund()

    # ------------------------------------------------------------------
    # sale
    # ------------------------------------------------------------------

    def _scenic_issue(self):
        """Issue one ticket for each unit of these lines, all in one go."""
        done = self.env["scenic.ticket"].sudo().search([("pos_order_line_id", "in", self.ids)])
        fresh = self - done.pos_order_line_id
        if not fresh:
            return
        values = fresh._scenic_net_values()
        days = {line: line._scenic_visit_date() for line in fresh}
        # the money is taken: a visitor without a place is told to a person, not refused
        tickets = (
            self.env["scenic.ticket"]
            .with_context(scenic_paid=True)
            ._issue(
                [
                    vals
                    for line in fresh
                    for vals in line._scenic_ticket_vals(values[line], days[line][0])
                ]
            )
        )
        for line, (_day, doubt) in days.items():
            if doubt:
                line._scenic_report_doubt(tickets, doubt)

    def _scenic_ticket_vals(self, net, visit_date):
        """Return the values of the tickets of this line, worth ``net`` together."""
        self.ensure_one()
        sizes = self._scenic_code_sizes()
        count, upto = sum(sizes), list(accumulate(sizes, initial=0))
        currency = self.company_id.currency_id
        # cumulative rounding: the parts add up to the line, whatever the cents are
        steps = [currency.round(net * k / count) for k in upto]
        gross, paid = self._scenic_gross(), self.currency_id
        paid_steps = [paid.round(gross * k / count) for k in upto]
        persons = self.product_id.scenic_pax or 1
        return [
            {
                **({"pax": size * persons} if size > 1 else {}),
                "product_id": self.product_id.id,
                "visit_date": visit_date,
                "channel_id": self.order_id.config_id.scenic_channel_id.id,
                "slot_id": self._scenic_slot_id(),
                "hold": self._scenic_hold_ref(),
                "pos_order_id": self.order_id.id,
                "pos_order_line_id": self.id,
                "seq": k,
                "net_value": currency.round(steps[k] - steps[k - 1]),
                "price_paid": paid.round(paid_steps[k] - paid_steps[k - 1]),
            }
            for k, size in enumerate(sizes, start=1)
        ]

    def _scenic_code_sizes(self):
        """Return for each code of this line how many units it stands for."""
        return [1] * max(1, round(self.qty))

    def _scenic_visit_date(self, judge=True):
        """Return ``(day, doubt)``: the day that was sold, and what is wrong with it or None.

        ``judge`` False: do not ask the policy about the day. The money is taken and the sale may
        be hours old, so nothing is refused here. A day that cannot be meant becomes the day of the
        sale, and somebody is told.
        """
        self.ensure_one()
        product = self.product_id.sudo()
        sold = self._scenic_sold_on()
        data = self.scenic_data or {}
        text = data.get("visit_date") if isinstance(data, dict) else data
        if not text:
            return sold, None
        try:
            day = date.fromisoformat(text)
        except (TypeError, ValueError):
            day = None
        last = sold + timedelta(product.scenic_policy_id._sale_terms().days_ahead)
        if day and sold <= day <= last:
            obstacles = product._scenic_day_obstacles(day, sold) if judge else []
            return day, "\n".join(obstacle.text for obstacle in obstacles) or None
        doubt = self.env._(
            "The window sold a visit on %(text)s, but on %(sold)s this ticket is sold for visits "
            "until %(last)s.",
            text=text,
            sold=sold,
            last=last,
        )
        # too far ahead is a matter of rules, and the visitor holds a slip that says so
        kept = day and last < day <= day_of(MAX_DAY)
        return (day if kept else sold), doubt

    def _scenic_sold_on(self):
        """Return the day of the sale at the site."""
        return self.product_id.sudo().scenic_site_id._today(self.order_id.date_order)

    def _scenic_slot_id(self):
        """Return the slot that the window sold, False when it sold none."""
        data = self.scenic_data
        slot_id = data.get("slot_id") if isinstance(data, dict) else None
        return slot_id if isinstance(slot_id, int) else False

    def _scenic_hold_ref(self):
        """Return under which name the window held the places of this line."""
        data = self.scenic_data
        token = data.get("hold") if isinstance(data, dict) else None
        return f"window:{self.order_id.config_id.id}:{token or self.uuid}"

    def _scenic_report_doubt(self, tickets, doubt):
        """Tell a person that tickets were issued although something is wrong with them."""
        self.ensure_one()
        ticket = tickets.filtered(lambda ticket: ticket.pos_order_line_id == self)[:1]
        self.env["scenic.incident"].sudo().create(
            {
                "kind": "other",
                "ticket_id": ticket.id,
                "site_id": ticket.site_id.id,
                "company_id": ticket.company_id.id,
                "facts": doubt,
            }
        )

    # ------------------------------------------------------------------
    # refund
    # ------------------------------------------------------------------

    def _scenic_refund(self):
        """Void the tickets that this paid line gives back, or refuse the refund."""
        self.ensure_one()
        origin = self.refunded_orderline_id
        if not origin:
            raise UserError(
                self.env._(
                    "%(product)s cannot be given back without its sale: open the paid order and "
                    "choose Refund there.",
                    product=self.product_id.display_name,
                )
            )
        tickets = self.env["scenic.ticket"].sudo().search([("pos_order_line_id", "=", origin.id)])
        if tickets.filtered(lambda ticket: ticket.refund_line_id == self):
            return
        tickets._lock()
        chosen = self._scenic_choose(tickets.sorted("seq"), max(1, round(-self.qty)))
        reason = self.env._("Refunded with %(order)s", order=self.order_id.name)
        persons = self._scenic_refund_persons()
        chosen = chosen._at_window(self.order_id.config_id, self.order_id.session_id)
        chosen._check_refund_amount(self._scenic_gross(), persons or None)
        if persons and persons != chosen.pax:
            chosen = chosen._split(persons, reason)
        chosen._void(reason, self)

    def _scenic_choose(self, tickets, count):
        """Return the ``count`` tickets to void: those named by the window, else unused ones."""
        uids = (self.scenic_data or {}).get("refund_uids")
        persons = self._scenic_refund_persons()
        if persons and (count != 1 or len(uids or ()) != 1):
            raise UserError(
                self.env._("Give persons of a group back one ticket at a time: choose the ticket.")
            )
        if uids:
            chosen = tickets.filtered(lambda ticket: ticket.uid in uids)
        else:
            chosen = tickets.filtered(lambda ticket: not ticket._refund_obstacle())[:count]
        obstacles = [text for ticket in chosen if (text := ticket._refund_obstacle(persons))]
        if len(chosen) != count:
            obstacles = obstacles or [
                text for ticket in tickets if (text := ticket._refund_obstacle())
            ]
            obstacles.insert(
                0,
                self.env._(
                    "%(count)s tickets were to be refunded, but only %(free)s can be.",
                    count=count,
                    free=len(chosen),
                ),
            )
        if obstacles:
            raise UserError("\n".join(obstacles))
        return chosen

    @api.model
    def pos_check_scenic_refund(self, refunds):
        """Return why a window cannot give tickets back, or an empty text; changes nothing.

        ``refunds``: list of ``{"line_id": sale line, "qty": tickets, "uids": which, or empty,
        "persons": of one group ticket, or 0}``.
        The window asks before it counts money. The paid refund is decided again, with the tickets
        locked.
        """
        for refund in refunds:
            origin = self.browse(refund["line_id"])
            origin.check_access("read")
            tickets = origin.sudo().scenic_ticket_ids.sorted("seq")
            wish = self.new(
                {
                    "scenic_data": {
                        "refund_uids": refund["uids"],
                        "persons": refund.get("persons") or 0,
                    }
                }
            )
            try:
                wish._scenic_choose(tickets, refund["qty"])
            except UserError as err:
                return str(err)
        return ""
