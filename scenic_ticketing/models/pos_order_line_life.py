from odoo import api, fields, models
from odoo.exceptions import UserError


class PosOrderLineLife(models.Model):
    """What a window charges or pays for changes of tickets that were sold before."""

    _inherit = "pos.order.line"

    # EXTENDS point_of_sale
    @api.depends("refund_orderline_ids.scenic_data")
    def _compute_refund_qty(self):
        """Count only whole tickets: persons taken out of a group leave its ticket refundable."""
        res = super()._compute_refund_qty()
        for line in self.filtered("product_id.is_scenic_ticket"):
            whole = line.refund_orderline_ids.filtered(
                lambda refund: (
                    refund.order_id.state != "cancel" and not refund._scenic_refund_persons()
                )
            )
            line.refunded_qty = -sum(whole.mapped("qty"))
        return res

    def _scenic_said(self, name):
        """Return one thing that the window wrote; what it sends may be anything."""
        self.ensure_one()
        return self.scenic_data.get(name) if isinstance(self.scenic_data, dict) else None

    def _scenic_refund_persons(self):
        """Return how many persons of a group this line gives back, 0 = whole tickets."""
        persons = self._scenic_said("persons")
        return persons if isinstance(persons, int) and persons > 0 else 0

    # EXTENDS scenic_ticketing
    def _scenic_process_paid(self):
        res = super()._scenic_process_paid()
        for line in self:
            if isinstance(line._scenic_said("rebook"), dict):
                line._scenic_rebook()
        return res

    def _scenic_rebook(self):
        """Move the ticket that this paid line is about.

        The money is taken, so nothing is refused: what cannot be done any more is told to a
        person, who gives the charge back.
        """
        self.ensure_one()
        wish = self.scenic_data["rebook"]
        ticket = self.env["scenic.ticket"].sudo().search([("uid", "=", wish.get("ticket"))])
        done = self.env["scenic.ticket.event"].sudo()
        place = self.env._("Paid with %(order)s", order=self.order_id.pos_reference)
        if not ticket or done.search_count(
            [("ticket_id", "=", ticket.id), ("kind", "=", "rebook"), ("reason", "=", place)]
        ):
            return
        try:
            with self.env.cr.savepoint():
                moved = ticket.with_env(self.env)
                moved._at_window(self.order_id.config_id, self.order_id.session_id)._rebook(
                    wish.get("visit_date"),
                    slot=self._scenic_slot_of(wish.get("slot_id")),
                    reason=place,
                    paid=abs(self.price_subtotal_incl),
                )
        except UserError as err:
            ticket.invalidate_recordset()
            self.env["scenic.incident"].sudo().create(
                {
                    "kind": "other",
                    "ticket_id": ticket.id,
                    "site_id": ticket.site_id.id,
                    "company_id": ticket.company_id.id,
                    "happened_at": fields.Datetime.now(),
                    "amount": self.price_subtotal_incl,
                    "facts": f"{place}. {err}",
                }
            )

    @api.model
    def _scenic_slot_of(self, slot_id):
        """Return the slot that a window named, None when it named none."""
        slots = self.env["scenic.slot"].sudo()
        return slots.browse(slot_id if isinstance(slot_id, int) else ()).exists() or None

    @api.model
    def pos_scenic_refund_quotes(self, refunds):
        """Return what giving tickets back would return, ticket by ticket; changes nothing.

        ``refunds``: list of ``{"line_id": sale line}``. Each quote has the keys of
        ``scenic.ticket._refund_quote`` and ``free``, the persons who can still be taken out.
        """
        quotes = []
        for refund in refunds:
            origin = self.browse(refund["line_id"])
            origin.check_access("read")
            for ticket in origin.sudo().scenic_ticket_ids.sorted("seq"):
                if ticket.state in ("valid", "held") or ticket.refund_due:
                    quotes.append(ticket.with_env(self.env)._window_quote(origin.id))
        return quotes
