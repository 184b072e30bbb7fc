from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..iot_handlers.scenic_gate.auth import MAX_FACTS


class ScenicRefundWait(models.Model):
    """A ticket that was given back, and the gates that have to hear of it before it is paid out.

    A box has passed when it asks for ticket changes from beyond the one that made the ticket void,
    and brings all facts it had: whatever it admitted before is then in the ledger.
    """

    _name = "scenic.refund.wait"
    _description = "Refund Waiting for Gates"
    _order = "id desc"
    _rec_name = "ticket_id"

    ticket_id = fields.Many2one(
        "scenic.ticket", required=True, readonly=True, index=True, ondelete="restrict"
    )
    site_id = fields.Many2one("scenic.site", required=True, readonly=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    config_id = fields.Many2one("pos.config", string="Window", readonly=True, ondelete="set null")
    user_id = fields.Many2one("res.users", string="Taken Back by", readonly=True)
    amount = fields.Monetary(readonly=True, help="What the visitor gets, tax included.")
    asked_at = fields.Datetime("Given Back", required=True, readonly=True)
    ready_at = fields.Datetime(readonly=True, help="All gates had reported, or a manager signed.")
    change_id = fields.Integer(readonly=True, help="Change of the ticket that gates have to pass.")
    gate_ids = fields.One2many("scenic.refund.gate", "wait_id", readonly=True)
    waiting_for = fields.Char("Waiting for Gates", compute="_compute_waiting_for")
    reason = fields.Char(readonly=True, help="Why a manager did not wait.")
    signed_by_id = fields.Many2one("res.users", readonly=True, string="Signed by")
    state = fields.Selection(
        [("waiting", "Waiting"), ("ready", "Ready to pay"), ("signed", "Signed by a manager"),
         ("paid", "Paid"), ("used", "Used meanwhile")],
        compute="_compute_state",
        search="_search_state",
    )  # fmt: skip

    _open = models.Index("(site_id) WHERE ready_at IS NULL")

    @api.depends("gate_ids.passed_at")
    def _compute_waiting_for(self):
        for wait in self:
            boxes = wait.gate_ids.filtered(lambda gate: not gate.passed_at).box_id
            wait.waiting_for = "; ".join(box._refund_name() for box in boxes)

    @api.depends("ready_at", "signed_by_id", "ticket_id.refund_line_id", "ticket_id.used_count")
    def _compute_state(self):
        for wait in self:
            ticket = wait.ticket_id.sudo()
            if ticket.refund_line_id:
                wait.state = "paid"
            elif ticket.used_count:
                wait.state = "used"
            elif wait.signed_by_id:
                wait.state = "signed"
            else:
                wait.state = "ready" if wait.ready_at else "waiting"

    @api.model
    def _search_state(self, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        unpaid = Domain("ticket_id.refund_line_id", "=", False)
        unused = unpaid & Domain("ticket_id.used_count", "=", 0)
        unsigned = unused & Domain("signed_by_id", "=", False)
        domains = {
            "paid": ~unpaid,
            "used": unpaid & Domain("ticket_id.used_count", "!=", 0),
            "signed": unused & Domain("signed_by_id", "!=", False),
            "ready": unsigned & Domain("ready_at", "!=", False),
            "waiting": unsigned & Domain("ready_at", "=", False),
        }
        found = Domain.OR(domains[state] for state in value if state in domains)
        return found if operator == "in" else ~found

    @api.model
    def _begin(self, ticket, boxes, amount, config):
        """Wait for ``boxes`` with the money of ``ticket``, which was made void just now."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL("SELECT max(id) FROM scenic_ticket_change WHERE ticket_id = %s", ticket.id)
        )
        (change_id,) = self.env.cr.fetchone()
        return self.sudo().create(
            {
                "ticket_id": ticket.id,
                "site_id": ticket.site_id.id,
                "company_id": ticket.company_id.id,
                "config_id": config and config.id,
                "user_id": self.env.uid,
                "amount": amount,
                "asked_at": fields.Datetime.now(),
                "ready_at": False if boxes else fields.Datetime.now(),
                "change_id": change_id or 0,
                "gate_ids": [fields.Command.create({"box_id": box.id}) for box in boxes],
            }
        )

    @api.model
    def _box_reported(self, box_id, message):
        """A box asks for what comes after ``message.cursor``; note which refunds it has passed."""
        if len(message.facts) >= MAX_FACTS:
            return  # it holds more than it could bring
        self.env.cr.execute(
            SQL(
                """UPDATE scenic_refund_gate AS g SET passed_at = now() AT TIME ZONE 'UTC'
                     FROM scenic_refund_wait w
                    WHERE w.id = g.wait_id AND w.ready_at IS NULL AND g.box_id = %(box)s
                      AND g.passed_at IS NULL AND NOT EXISTS (
                          SELECT 1 FROM scenic_ticket_change c
                           WHERE c.ticket_id = w.ticket_id AND c.id >= w.change_id
                             AND (c.no IS NULL OR c.no > %(cursor)s)
                             AND NOT EXISTS (SELECT 1 FROM scenic_ticket_change e
                                 WHERE e.ticket_id = w.ticket_id AND e.id >= w.change_id
                                   AND e.no <= %(cursor)s))
                RETURNING g.wait_id""",
                box=box_id,
                cursor=message.cursor,
            )
        )
        self._finish({row[0] for row in self.env.cr.fetchall()})

    @api.model
    def _finish(self, wait_ids):
        """Let the money go of which no gate has to be waited for any more."""
        if not wait_ids:
            return
        self.env.invalidate_all()
        waits = self.browse(wait_ids).filtered(lambda wait: not wait.waiting_for)
        waits.ready_at = fields.Datetime.now()

    @api.model
    def _cron_review(self):
        """Stop waiting for gates that cannot let anybody in any more."""
        for wait in self.search([("ready_at", "=", False)]):
            able = wait.ticket_id._refund_boxes(at=wait.asked_at)
            gone = wait.gate_ids.filtered(
                lambda gate, able=able: not gate.passed_at and gate.box_id not in able
            )
            gone.passed_at = fields.Datetime.now()
            wait._finish(wait.ids)

    def action_sign(self):
        """Pay before the gates have reported: a manager's word, with its reason."""
        if not self.env.user.has_group("scenic_ticketing.group_manager"):
            raise AccessError(self.env._("Only managers pay before all gates have reported."))
        for wait in self.filtered(lambda item: item.state == "waiting"):
            wait.ticket_id._refund_release(self.env._("Signed in the list of waiting refunds."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What was waited for is kept."))
