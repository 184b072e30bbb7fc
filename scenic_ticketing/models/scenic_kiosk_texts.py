from odoo import api, models


class ScenicKioskTexts(models.AbstractModel):
    """The words of a self-service page, in the language that the visitor touched."""

    _inherit = "scenic.kiosk"

    @api.model
    def _texts(self):
        return {
            "welcome": self.env._("Tickets"),
            "start": self.env._("Touch to begin"),
            "choose": self.env._("Choose day and tickets"),
            "today": self.env._("Today"),
            "tomorrow": self.env._("Tomorrow"),
            "less": self.env._("One less"),
            "more": self.env._("One more"),
            "left": self.env._("%s places left"),
            "sold_out": self.env._("Sold out"),
            "choose_time": self.env._("Choose a time"),
            "persons": self.env._("For %s persons"),
            "id_needed": self.env._("The window asks for the ID of each visitor"),
            "proof": self.env._("Bring your proof of concession"),
            "nothing": self.env._("No tickets are sold for this day."),
            "go_on": self.env._("Continue"),
            "back": self.env._("Back"),
            "again": self.env._("Start again"),
            "review": self.env._("Your order"),
            "total": self.env._("Total"),
            "order": self.env._("Reserve and pay at the window"),
            "your_number": self.env._("Your number"),
            "pay_at": self.env._("Tell this number at any ticket window and pay there."),
            "until": self.env._("Your places are kept until %s."),
            "scan": self.env._("Scan for your tickets on the phone, once they are paid"),
            "done": self.env._("Finished"),
            "still_there": self.env._("Are you still there?"),
            "yes": self.env._("Yes, go on"),
            "busy": self.env._("One moment, please…"),
            "no_server": self.env._("This page has no connection. Please go to a ticket window."),
            "language": self.env._("Language"),
        }

    @api.model
    def _order_texts(self):
        """Return the words of the page that shows one order on a phone."""
        return {
            "waiting": self.env._("Not paid yet. Tell the number at a ticket window."),
            "taken": self.env._("A ticket window has your order. Please pay there."),
            "cancelled": self.env._("This order is over. Please order again."),
            "paid": self.env._("Paid. Show these codes at the gate, one for each ticket."),
        }
