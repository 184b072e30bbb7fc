from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

MANAGER = "scenic_ticketing.group_manager"
# what costs the park money, or accuses somebody, is a manager's word
MANAGER_OUTCOMES = ("waived", "blocked", "fraud")
BLOCKING_OUTCOMES = ("blocked", "fraud")
OUTCOMES = [
    ("charged", "Difference charged"),
    ("waived", "Waived"),
    ("ours", "Fault of ours"),
    ("blocked", "Ticket blocked"),
    ("fraud", "Fraud reported"),
    ("explained", "Explained, nothing to do"),
    ("over", "Ended by itself"),
]


class ScenicIncidentSettle(models.Model):
    """How an incident ended, by whose word and at what price, and how that is undone."""

    _inherit = "scenic.incident"

    outcome_kind = fields.Selection(OUTCOMES, "Settled As", readonly=True, copy=False, index=True)
    settled_amount = fields.Monetary(
        readonly=True,
        copy=False,
        help="Charged, or given up, tax included. It is a note for the day's report: nothing is "
        "posted here.",
    )
    settled_at = fields.Datetime(readonly=True, copy=False)
    settled_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    has_blocked = fields.Boolean(
        readonly=True, copy=False, help="Settling it blocked the ticket; undoing it lifts that."
    )
    may_waive = fields.Boolean(compute="_compute_may_waive")
    minutes_open = fields.Integer(
        "Open for (min)", compute="_compute_minutes_open", help="From the finding to the outcome."
    )

    @api.depends_context("uid")
    def _compute_may_waive(self):
        self.may_waive = self.env.su or self.env.user.has_group(MANAGER)

    @api.depends("settled_at", "create_date")
    def _compute_minutes_open(self):
        now = fields.Datetime.now()
        for incident in self:
            until = incident.settled_at or now
            since = incident.create_date or now
            incident.minutes_open = max(0, int((until - since).total_seconds() // 60))

    def _settle(self, outcome, note="", amount=None, owner=None):
        """Settle these open incidents.

        ``amount``: of each; None = what each of them costs where something is charged or waived.
        """
        self._check_settle(outcome)
        now = fields.Datetime.now()
        labels = dict(self._fields["outcome_kind"]._description_selection(self.env))
        for incident in self:
            value = amount
            if value is None:
                owed = incident.may_charge and outcome in ("charged", "waived", "ours")
                value = incident.amount if owed else 0
            values = {
                "state": "done",
                "outcome_kind": outcome,
                "outcome": " ".join(part for part in (f"{labels[outcome]}.", note) if part),
                "settled_amount": value,
                "settled_at": now,
                "settled_by_id": self.env.uid,
            }
            if outcome in BLOCKING_OUTCOMES and incident.ticket_id.state in ("valid", "used"):
                incident.ticket_id._check_right("block")
                incident.ticket_id._block(note or labels[outcome])
                values["has_blocked"] = True
            if owner or not incident.user_id:
                values["user_id"] = (owner or self.env.user).id
            incident.write(values)

    def _check_settle(self, outcome):
        self.check_access("write")
        if outcome in MANAGER_OUTCOMES and not (self.env.su or self.env.user.has_group(MANAGER)):
            raise AccessError(self.env._("Only managers settle an incident like this."))
        if done := self.filtered(lambda incident: incident.state == "done"):
            raise UserError(
                self.env._("%s is settled already. Undo that first.", done[0].display_name)
            )

    def _undo_obstacle(self):
        """Return why the outcome stays, or None; books that post something extend this."""
        self.ensure_one()
        return None

    # EXTENDS scenic_ticketing
    def action_done(self):
        """Close the incident as explained, keeping what somebody wrote about it."""
        for incident in self:
            text = incident.outcome
            incident._settle("explained")
            if text:
                incident.outcome = text

    # EXTENDS scenic_ticketing
    def action_reopen(self):
        """Undo the outcome; a ticket that it blocked is good again."""
        for incident in self:
            if obstacle := incident._undo_obstacle():
                raise UserError(obstacle)
            if incident.outcome_kind in MANAGER_OUTCOMES and not incident.may_waive:
                raise AccessError(self.env._("Only managers undo an outcome like this."))
            if incident.has_blocked and incident.ticket_id.state == "blocked":
                incident.ticket_id._unblock(self.env._("The outcome of an incident was undone."))
            incident.write(
                {
                    "outcome_kind": False,
                    "settled_amount": 0,
                    "settled_at": False,
                    "settled_by_id": False,
                    "has_blocked": False,
                }
            )
        return super().action_reopen()

    def action_mine(self):
        """Take these incidents over."""
        self.check_access("write")
        self.write({"user_id": self.env.uid})
