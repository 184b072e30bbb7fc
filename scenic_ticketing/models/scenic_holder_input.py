from odoo import api, fields, models
from odoo.exceptions import UserError

from .scenic_holder import DOC_TYPES

_INPUTS = ("doc_type", "number", "holder_name", "phone", "birthday", "photo")


class ScenicHolderInput(models.AbstractModel):
    """Fields in which a person is typed and that are never stored.

    Inherit it in a wizard and say in ``_holder_target`` what the ticket is. Saving the wizard
    seals what was typed into ``holder_id``, or refuses it; the table of the wizard, though it
    lives only for an hour, never sees a number.
    """

    _name = "scenic.holder.input"
    _description = "Scenic Input of a Holder"

    doc_type = fields.Selection(
        DOC_TYPES, string="Document", compute="_compute_inputs", inverse="_inverse_inputs"
    )
    number = fields.Char(
        string="Document Number",
        compute="_compute_inputs",
        inverse="_inverse_inputs",
        help="Type it, or scan the card or the lines at the foot of a passport.",
    )
    holder_name = fields.Char(string="Name", compute="_compute_inputs", inverse="_inverse_inputs")
    phone = fields.Char(compute="_compute_inputs", inverse="_inverse_inputs")
    birthday = fields.Date(
        string="Date of Birth",
        compute="_compute_inputs",
        inverse="_inverse_inputs",
        help="Only for documents whose number does not say it.",
    )
    photo = fields.Binary(compute="_compute_inputs", inverse="_inverse_inputs")
    holder_id = fields.Many2one("scenic.holder", readonly=True, ondelete="cascade")

    def _compute_inputs(self):
        # empty after each save: what was typed is sealed by then
        for wizard in self:
            wizard.update(dict.fromkeys(_INPUTS, False))

    def _inverse_inputs(self):
        for wizard in self:
            typed = {name: wizard[name] for name in _INPUTS}
            if not any(typed.values()):
                continue
            product, visit_date, last_day = wizard._holder_target()
            typed["name"] = typed.pop("holder_name")
            wizard.holder_id = (
                self.env["scenic.holder"].sudo()._make_for(product, visit_date, last_day, typed)
            )

    def _holder_target(self):
        """Return ``(product, visit date, last valid day)`` of the ticket the holder is for."""
        raise NotImplementedError

    @api.model
    def _fields_typed(self):
        """Return the names of the fields that must never be stored."""
        return _INPUTS

    def _require_holder(self):
        """Return the holder that was typed and sealed."""
        self.ensure_one()
        if not self.holder_id:
            raise UserError(self.env._("Scan or type the document of the visitor first."))
        return self.holder_id
