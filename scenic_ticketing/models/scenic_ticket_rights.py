from odoo import fields, models
from odoo.exceptions import AccessError

# who may do what to a ticket at a desk; each of them can do more at a window only by its rules
MANAGER = "scenic_ticketing.group_manager"
WINDOW = "scenic_ticketing.group_window"


class ScenicTicketRights(models.Model):
    """Which actions this user may take on a ticket now: what the buttons of the form ask."""

    _inherit = "scenic.ticket"

    can_hold = fields.Boolean(compute="_compute_can", compute_sudo=False)
    can_activate = fields.Boolean(compute="_compute_can", compute_sudo=False)
    can_block = fields.Boolean(compute="_compute_can", compute_sudo=False)
    can_unblock = fields.Boolean(compute="_compute_can", compute_sudo=False)
    can_reissue = fields.Boolean(compute="_compute_can", compute_sudo=False)
    can_rebook = fields.Boolean(compute="_compute_can", compute_sudo=False)
    can_transfer = fields.Boolean(compute="_compute_can", compute_sudo=False)
    can_waive = fields.Boolean(compute="_compute_can", compute_sudo=False)
    can_split = fields.Boolean(compute="_compute_can", compute_sudo=False)
    can_void = fields.Boolean(compute="_compute_can", compute_sudo=False)
    refund_text = fields.Char(
        string="Refund Now",
        compute="_compute_refund_text",
        help="What a window gives back at this moment, and by which tier.",
    )

    def _compute_can(self):
        manager = self.env.user.has_group(MANAGER)
        window = self.env.user.has_group(WINDOW)
        for ticket in self:
            seen = ticket.sudo()
            state, unused = seen.state, not seen.used_count
            policy = seen.policy_id
            free = unused and state in ("valid", "held")
            ticket.can_hold = manager and unused and state == "valid"
            ticket.can_activate = manager and state == "held"
            ticket.can_block = manager and state in ("valid", "used")
            ticket.can_unblock = manager and state == "blocked"
            ticket.can_reissue = window and state in ("valid", "held")
            ticket.can_rebook = window and free and (policy.rebook_allowed or manager)
            ticket.can_transfer = window and free and policy.transfer_allowed
            ticket.can_waive = manager and state in ("valid", "held") and not seen.fee_waived
            ticket.can_split = manager and state in ("valid", "held") and seen.pax > 1
            ticket.can_void = manager and state in ("valid", "used", "held", "blocked")

    def _compute_refund_text(self):
        for ticket in self:
            ticket.refund_text = False
            if ticket.sudo().state not in ("valid", "held"):
                continue
            quote = ticket._refund_quote()
            if quote["obstacle"]:
                ticket.refund_text = quote["obstacle"]
                continue
            amount = ticket.sudo().paid_currency_id.format(quote["amount"])
            ticket.refund_text = " · ".join(filter(None, (amount, quote["tier"])))

    def _check_right(self, kind):
        """Refuse an action to those who may not take it, whoever calls it how."""
        group = WINDOW if kind in ("reissue", "rebook", "transfer") else MANAGER
        if not (self.env.su or self.env.user.has_group(group)):
            raise AccessError(
                self.env._(
                    "%(user)s may not do this to a ticket. Ask a manager.",
                    user=self.env.user.name,
                )
            )
        self.check_access("read")
