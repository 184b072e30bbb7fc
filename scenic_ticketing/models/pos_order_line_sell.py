from odoo import models
from odoo.exceptions import UserError

from ..tools import group_codes
from .scenic_ticket_sell import GATE_NOTE_LENGTH


class PosOrderLineSell(models.Model):
    """What a cashier says about the tickets of a line, beyond day and slot.

    In ``scenic_data``: ``free_reason`` (id; the line costs nothing), ``gate_note`` (text),
    ``concession_seen`` (true), ``together`` (true: as few codes as possible for all persons).
    """

    _inherit = "pos.order.line"

    # ------------------------------------------------------------------
    # codes
    # ------------------------------------------------------------------

    # EXTENDS scenic_ticketing
    def _scenic_code_sizes(self):
        """Put a group that comes in together on one code, or on as few as a code can carry."""
        units = max(1, round(self.qty))
        if self._scenic_said("together") is not True:
            return super()._scenic_code_sizes()
        return group_codes.code_sizes(units, "one", 0, self.product_id.scenic_pax or 1)

    # EXTENDS scenic_ticketing
    def _scenic_ticket_vals(self, net, visit_date):
        vals_list = super()._scenic_ticket_vals(net, visit_date)
        note = self._scenic_said("gate_note")
        said = {
            "free_reason_id": self._scenic_free_reason().id,
            "gate_note": note.strip()[:GATE_NOTE_LENGTH] if isinstance(note, str) else False,
            "concession_seen": self._scenic_said("concession_seen") is True,
        }
        said = {name: value for name, value in said.items() if value}
        return [{**vals, **said} for vals in vals_list] if said else vals_list

    # EXTENDS scenic_ticketing
    def _scenic_choose(self, tickets, count):
        """Count codes, not units, when a group was sold on one code."""
        line = tickets.pos_order_line_id[:1]
        if line._scenic_said("together") is True:
            if self._scenic_refund_persons():
                count = 1
            elif uids := (self.scenic_data or {}).get("refund_uids"):
                count = len(uids)
            else:
                good = tickets.filtered(lambda ticket: not ticket._refund_obstacle())
                each = line.product_id.scenic_pax or 1
                places = group_codes.choose([ticket.pax // each for ticket in good], count)
                if places is None:
                    raise UserError(
                        self.env._(
                            "%(product)s was sold to a group on one code. Choose its ticket, and "
                            "how many persons leave it.",
                            product=line.product_id.display_name,
                        )
                    )
                tickets, count = good.browse([good[place].id for place in places]), len(places)
        return super()._scenic_choose(tickets, count)

    # ------------------------------------------------------------------
    # complimentary
    # ------------------------------------------------------------------

    def _scenic_free_reason(self):
        """Return why this line costs nothing, if the window said so and it does cost nothing."""
        reasons = self.env["scenic.free.reason"].sudo()
        reason_id = self._scenic_said("free_reason")
        if type(reason_id) is not int or not self.currency_id.is_zero(self.price_subtotal_incl):
            return reasons
        reason = reasons.browse(reason_id).exists()
        return reason if reason.company_id in (reasons.company_id, self.company_id) else reasons

    # EXTENDS scenic_ticketing
    def _scenic_price_doubt(self):
        if self._scenic_free_reason():
            return None  # judged by _scenic_free_doubt
        return super()._scenic_price_doubt()

    # EXTENDS scenic_ticketing
    def _scenic_issue(self):
        free = self.filtered(lambda line: line._scenic_free_reason())
        fresh = free.filtered(lambda line: not line.sudo().scenic_ticket_ids)
        doubts = {line: text for line in fresh if (text := line._scenic_free_doubt())}
        res = super()._scenic_issue()
        for line, text in doubts.items():
            line._scenic_report_price(text, line._scenic_full_price())
        return res

    def _scenic_free_doubt(self):
        """Return what is wrong with giving this line away, "" when all is well.

        The visitor stands there with the tickets, perhaps since hours: somebody is told.
        """
        reason, cashier = self._scenic_free_reason(), self.order_id.user_id
        if not reason._may_give(cashier):
            return self.env._(
                "%(cashier)s gave away %(count)s × %(product)s (%(reason)s) without the right to.",
                cashier=cashier.name,
                count=round(self.qty),
                product=self.product_id.display_name,
                reason=reason.name,
            )
        persons = round(self.qty) * (self.product_id.scenic_pax or 1)
        return reason._obstacle(self.product_id.sudo().scenic_site_id, persons, cashier)

    def _scenic_full_price(self):
        """Return what the line would have cost, in company currency."""
        template = self.product_id.product_tmpl_id
        day, _doubt = self._scenic_visit_date(judge=False)
        site = template.sudo().scenic_site_id
        sold = site._today(self.order_id.date_order)
        channel = self.order_id.config_id.scenic_channel_id
        if template._scenic_quote(day, channel, round(self.qty), sold).problem:
            return self.product_id.lst_price * self.qty
        return template._scenic_price(day, channel, round(self.qty), sold).amount * self.qty
