from odoo import fields, models


class ScenicProofDay(models.TransientModel):
    """Asks for which day the balance is to be proved."""

    _name = "scenic.proof.day"
    _description = "Scenic Balance Proof of a Day"

    day = fields.Date(
        required=True,
        default=fields.Date.context_today,
        help="Everything at the end of this day: sales, uses and entries up to it.",
    )

    def action_prove(self):
        """Prove the companies that are switched on as they stood at the end of the day."""
        self.ensure_one()
        return self.env["scenic.proof"]._prove(self.day)
