from datetime import timedelta

from odoo import api, fields, models

from ..models.scenic_holder_reading import PURPOSES

# a page that is loaded again within this time shows the number without a second trace
_SHOWN = timedelta(minutes=5)


class ScenicHolderReveal(models.TransientModel):
    """Read a document number in clear, after saying why."""

    _name = "scenic.holder.reveal"
    _description = "Read a Document Number"

    holder_id = fields.Many2one(
        "scenic.holder",
        required=True,
        readonly=True,
        ondelete="cascade",
        default=lambda self: self._default_holder(),
    )
    ticket_id = fields.Many2one(
        "scenic.ticket",
        readonly=True,
        ondelete="cascade",
        default=lambda self: self._default_ticket(),
    )
    purpose = fields.Selection(PURPOSES, string="Why")
    note = fields.Char(
        string="Reference", help="For example the number of a case. Write no names here."
    )
    reading_id = fields.Many2one("scenic.holder.reading", readonly=True, ondelete="cascade")
    number = fields.Char(string="Document Number", compute="_compute_clear", exportable=False)
    full_name = fields.Char(string="Name", compute="_compute_clear", exportable=False)
    phone = fields.Char(compute="_compute_clear", exportable=False)
    birthday = fields.Date(string="Date of Birth", compute="_compute_clear", exportable=False)

    @api.model
    def _default_ticket(self):
        context = self.env.context
        if context.get("active_model") == "scenic.ticket":
            return context.get("active_id")
        return False

    @api.model
    def _default_holder(self):
        context = self.env.context
        if context.get("active_model") == "scenic.holder":
            return context.get("active_id")
        return self.env["scenic.ticket"].browse(self._default_ticket() or []).holder_id.id

    @api.depends("reading_id")
    @api.depends_context("uid")
    def _compute_clear(self):
        now = fields.Datetime.now()
        for wizard in self:
            trace = wizard.sudo().reading_id
            clear = {}
            if (
                trace.user_id == self.env.user
                and trace.holder_ref == wizard.holder_id.sudo().uid
                and trace.read_at > now - _SHOWN
            ):
                clear = wizard.holder_id._opened()[wizard.holder_id]
            wizard.number = clear.get("number")
            wizard.full_name = clear.get("name")
            wizard.phone = clear.get("phone")
            wizard.birthday = clear.get("birthday")

    def action_read(self):
        """Leave the trace and show the number."""
        self.ensure_one()
        trace, _clear = self.env["scenic.holder.reading"]._read_clear(
            self.holder_id, self.purpose, self.note, self.ticket_id
        )
        self.sudo().write({"reading_id": trace.id, "note": False})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Document"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
