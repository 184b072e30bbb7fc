from odoo import api, fields, models

# Every value of scenic_rules.reason.Reason, in words that tell an attendant what to do now.
REASONS = [
    ("OK", "Welcome. Please pass."),
    ("SAME_SCAN", "Already read, nothing used twice. Please pass."),
    ("E_FOREIGN", "This is not one of our tickets. Ask for the park's own ticket."),
    ("E_FORMAT", "The code is damaged. Scan it again or type the ticket number."),
    ("E_TYPE", "This code is not a ticket. Ask for the ticket itself."),
    ("E_VERSION", "The ticket is newer than this gate. Check it at the desk, tell the technician."),
    ("E_SIG", "This code is not genuine. Keep it and call the manager."),
    ("E_CERT", "This code comes from a seller we do not know. Keep it and call the manager."),
    ("E_SITE", "This ticket is for another park. Show the visitor the way there."),
    ("E_UNKNOWN_KEY", "The gate cannot check this ticket yet. Check it at the desk."),
    ("E_KEY_REVOKED", "The window that sold this ticket is blocked. Call the manager."),
    ("E_KEY_CLOSED", "This ticket was made after its window closed. Call the manager."),
    ("E_LIMIT", "The window was not allowed to sell this ticket. Call the manager."),
    ("E_PRODUCT", "This kind of ticket is not known here. Check it at the desk."),
    ("E_CLOCK", "A clock is wrong. Check the ticket at the desk, tell the technician."),
    ("E_EXPIRED", "This ticket has expired. A window can help."),
    ("E_EARLY", "This ticket is for a later day. Ask the visitor to come back then."),
    ("E_SLOT", "This ticket is for another time. Tell the visitor when to come."),
    ("E_ENTRANCE", "This ticket is for another entrance. Show the visitor the way."),
    ("E_ZONE", "This ticket does not include this area. A window sells the right one."),
    ("E_WEEKDAY", "This ticket is not good on this weekday. Tell the visitor which days are."),
    ("E_BLACKOUT", "This ticket is not good on this date. A window sells one that is."),
    ("E_HOURS", "This ticket is not good at this time of day. Tell the visitor its hours."),
    ("E_PERIOD", "The time that began with the first use is over. A window sells a new ticket."),
    ("E_TOTAL", "All passages of this ticket have been used, over all areas together."),
    ("E_DAY_LIMIT", "Today's passages have been used. The visitor may come back on another day."),
    ("E_INTERVAL", "Too soon after the last entry. Tell the visitor when to come back."),
    ("E_PASSBACK", "This ticket is inside already. Look for its holder, or see the exit first."),
    ("E_ORDER", "Another area comes first on this ticket. Show the visitor the way there."),
    ("E_WITHIN", "This area had to be used soon after the first one. That time is over."),
    ("E_CHOICE", "This ticket lets the visitor choose, and another area was chosen."),
    ("E_BLOCKED", "This ticket is blocked. Keep the visitor and call the manager."),
    ("E_HELD", "This ticket is not paid or not activated yet. A window can do that."),
    ("E_REVOKED", "This ticket was refunded or cancelled. Send the visitor to a window."),
    ("E_SUPERSEDED", "A newer copy of this ticket exists. Ask for the newer one."),
    ("E_USED", "This ticket has already been used."),
    ("E_USED_PEER", "This ticket was used at another gate a moment ago."),
    ("E_DYNAMIC", "This is only a picture of the code. Ask the visitor to open the live code."),
    ("E_UNKNOWN_ALIAS", "No ticket has this number. Compare it with the ticket and type it again."),
    ("E_NO_TICKET", "No ticket belongs to this card or person. Ask for the ticket itself."),
    ("R_ID", "Compare the identity document with the ticket, then confirm."),
    ("R_CONCESSION", "Check the proof of the reduced price, then confirm."),
    ("R_COMPANION", "This ticket needs a companion. See that one is there, then confirm."),
    ("R_HOLDER", "Compare the visitor with the holder of the pass, then confirm."),
    ("R_GROUP_COUNT", "A group: count the persons and enter how many pass."),
    ("R_UNLISTED_CUT_OFF", "This ticket is not in the list yet. Check the receipt, then decide."),
    (
        "R_EXPOSURE",
        "Too much was let in that the server has not heard of. Check the receipt, then decide.",
    ),
    ("R_UNSEEN", "The gate opened and did not see who passed. Ask the visitor, then open again."),
    ("R_BLOCKED", "Somebody or something stands in the gate. Clear it, then scan again."),
    ("E_STORE", "The gate cannot record passages. Check by hand and call the technician."),
    ("E_FAULT", "The gate has a fault. Check by hand and call the technician."),
]


class ScenicReason(models.AbstractModel):
    """Why a passage was granted or refused: inherit it to store a reason and to show it."""

    _name = "scenic.reason"
    _description = "Scenic Reason of a Decision"

    reason = fields.Selection(REASONS, readonly=True)

    @api.model
    def _reason_labels(self, lang=None):
        """Return ``{code: sentence}`` in a language (default: the user's; English if missing)."""
        env = self.env
        if lang:
            known = lang if env["res.lang"]._get_data(code=lang) else None
            env = env(context=env.context | {"lang": known})
        return dict(env["scenic.reason"]._fields["reason"]._description_selection(env))
