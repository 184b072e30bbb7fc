from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date

from ..tools.qr_image import png_data_uri

# afterwards the page is somebody else's; the phone of the visitor has the tickets
_SHOWN = timedelta(minutes=15)


class ScenicKioskTickets(models.AbstractModel):
    """The tickets that were paid at a page, for its screen and its printer."""

    _inherit = "scenic.kiosk"

    @api.model
    def _tickets(self, window, order):
        """Return what the page shows and prints of an order that was paid there, else nothing."""
        sale = order.pos_order_id
        if not order.order_uuid or sale.uuid != order.order_uuid:
            return {}
        if fields.Datetime.now() - sale.date_order > _SHOWN:
            return {}
        tickets = sale.scenic_ticket_ids.filtered(lambda ticket: ticket.state in ("valid", "held"))
        slips = [
            self._slip(window, sale, ticket, number, len(tickets))
            for number, ticket in enumerate(tickets.sorted("id"), 1)
        ]
        return {"reference": sale.pos_reference, "slips": slips} | self._paper(window, tickets)

    @api.model
    def _slip(self, window, sale, ticket, number, count):
        """Return a ticket as ``ScenicTicket.slip`` of a window does, in the visitor's language."""
        line = ticket.pos_order_line_id
        template = line.product_id.product_tmpl_id
        last = ticket.visit_date + timedelta((ticket.valid_days or 1) - 1)
        days = [format_date(self.env, ticket.visit_date)]
        if ticket.slot_id:
            days.append(ticket.slot_id.time_text)
        if last > ticket.visit_date:
            days += ["–", format_date(self.env, last)]
        alias = ticket.alias or ""
        return {
            "id": ticket.id,
            "code": ticket.code or None,
            "qr": png_data_uri(ticket.code or alias, 4),
            "alias": " ".join(alias[at : at + 4] for at in range(0, len(alias), 4)),
            "site": ticket.site_id.name,
            "product": template.name,
            "validity": " ".join(days),
            "pax": ticket.pax,
            "price": self._money(window, line.price_subtotal_incl / line.qty),
            "number": number,
            "count": count,
            "orderName": sale.pos_reference,
            "note": ticket.gate_note or "",
            "layoutId": (template.scenic_layout_id or window.scenic_layout_id).id,
        }

    @api.model
    def _paper(self, window, tickets):
        """Return layouts and printers; addresses of boxes are what the page has to know."""
        layouts = tickets.product_id.product_tmpl_id.scenic_layout_id | window.scenic_layout_id
        names = layouts._load_pos_data_fields(window)
        printers = {
            "receipt": window.scenic_receipt_printer_id,
            "label": window.scenic_label_printer_id,
        }
        return {
            "layouts": {
                layout["id"]: {**layout, "logo": (layout["logo"] or b"").decode() or False}
                for layout in layouts.read(names, load=False)
            },
            "printers": {
                name: printer.read(printer._load_pos_data_fields(window), load=False)[0]
                for name, printer in printers.items()
                if printer.connection == "box"
            },
            "words": self._paper_texts(),
        }

    @api.model
    def _box_addresses(self, window):
        """Return where the page of a window sends its paper."""
        printers = window.scenic_receipt_printer_id | window.scenic_label_printer_id
        return printers.filtered(lambda p: p.connection == "box").mapped("box_address")

    @api.model
    def _paper_texts(self):
        """Return the words of a slip, by what they are in English (see ``slip_draw.js``)."""
        return {
            "Visit date": self.env._("Visit date"),
            "Persons": self.env._("Persons"),
            "Price": self.env._("Price"),
            "Holder": self.env._("Holder"),
            "Copy %s": self.env._("Copy %s"),
            "Show this number at the gate": self.env._("Show this number at the gate"),
        }

    # EXTENDS scenic_ticketing
    @api.model
    def _texts(self):
        return super()._texts() | {
            "pay_here": self.env._("Pay here with your phone"),
            "pay_window": self.env._("Pay at a window"),
            "hold_code": self.env._("Open the payment code of your wallet"),
            "to_scanner": self.env._("Hold your phone to the scanner of this machine."),
            "paying": self.env._("Your payment is being made"),
            "confirm_phone": self.env._("If your phone asks, please confirm there."),
            "keep_code": self.env._("Do not pay a second time: this screen tells what happened."),
            "reversing": self.env._("Your payment is being taken back. Please wait."),
            "not_paid": self.env._("No money was taken. Show a new code, or pay at a window."),
            "no_code": self.env._("This is no payment code. Open the payment code of your wallet."),
            "unknown": self.env._(
                "There is no connection now. Your number is %s: any ticket window can see whether "
                "you have paid."
            ),
            "paid": self.env._("Paid. Thank you!"),
            "printing": self.env._("Your tickets are being printed…"),
            "printed": self.env._("Please take your tickets."),
            "not_printed": self.env._(
                "Not everything was printed. Photograph the codes, or tell a window the number %s."
            ),
            "print_again": self.env._("Print again"),
            "give_up": self.env._("Stop paying"),
        }
