from typing import NamedTuple

from odoo import fields, models
from odoo.exceptions import UserError


class Terms(NamedTuple):
    """What a sale writes into a ticket, under a draft or as it is."""

    validity: tuple  # tools.validity.Validity
    entrances: int  # bit mask
    flags: int
    uses: dict  # zone code: uses per person, 0 = unlimited


class ScenicPublishableRehearsal(models.AbstractModel):
    """What a rehearsal asks a draft, and that there is no publication without one."""

    _inherit = "scenic.publishable"

    edit_no = fields.Integer(
        string="Edits",
        readonly=True,
        copy=False,
        default=0,
        aggregator=None,
        help="Grows with every edit: a rehearsal holds for the edit it was made after.",
    )

    # EXTENDS scenic_ticketing
    def _touch(self):
        res = super()._touch()
        for record in self:
            record.edit_no += 1
        return res

    def _rehearsed_products(self):
        """Return the ticket products (templates) that this draft concerns."""
        return self.env["product.template"]

    def _rehearsed_rule(self, template):
        """Return the rule of a product as it would be with this draft."""
        return template._scenic_rule()

    def _rehearsed_terms(self, template):
        """Return the `Terms` on which a product would be sold with this draft."""
        return template._scenic_terms()

    def _rehearsed_prices(self):
        """Return a function: what one ticket would cost, None when it would not be sold.

        Its arguments are template, visit date, channel, quantity, day of the sale.
        """
        return self.env["product.template"]._rehearsal_price_of

    def _rehearsal_needed(self):
        """Tell whether there is a past to be rehearsed."""
        return self._rehearsed_products()._scenic_has_tickets()

    def _last_rehearsal(self):
        """Return the newest finished rehearsal of this draft as it is now."""
        self.ensure_one()
        return self.env["scenic.rehearsal"].search(
            [
                ("draft_ref", "=", f"{self._name},{self.id}"),
                ("edit_no", "=", self.edit_no),
                ("state", "=", "done"),
            ],
            order="id desc",
            limit=1,
        )

    # EXTENDS scenic_ticketing
    def action_publish(self):
        self.ensure_one()
        if self.state == "submitted" and self.may_publish:
            self._check_rehearsed()
        return super().action_publish()

    def _check_rehearsed(self):
        """Refuse to publish what was not rehearsed since its last edit, or failed in it."""
        if not self._rehearsal_needed():
            return
        rehearsal = self._last_rehearsal()
        if not rehearsal:
            raise UserError(
                self.env._(
                    "%(name)s was not rehearsed since it was last edited. Choose Rehearse, and a "
                    "past day to see what would have been different.",
                    name=self.display_name,
                )
            )
        if rehearsal.error_count:
            raise UserError(
                self.env._(
                    "The rehearsal of %(name)s found errors. Correct them and rehearse again.",
                    name=self.display_name,
                )
            )

    def action_rehearse(self):
        """Choose a past day to play this draft on."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Rehearsal"),
            "res_model": "scenic.rehearsal",
            "view_mode": "form",
            "views": [(False, "form")],
            "context": {"default_draft_ref": f"{self._name},{self.id}"},
        }

    def action_rehearsals(self):
        """Open the rehearsals of this draft."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "scenic_ticketing.scenic_rehearsal_action"
        )
        action["domain"] = [("draft_ref", "in", [f"{self._name},{each.id}" for each in self])]
        return action

    def unlink(self):
        refs = [f"{record._name},{record.id}" for record in self]
        played = self.env["scenic.rehearsal"].sudo().search([("draft_ref", "in", refs)])
        res = super().unlink()
        # what a discarded draft would have done interests nobody
        played.unlink()
        return res
