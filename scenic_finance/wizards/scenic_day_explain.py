from odoo import fields, models


class ScenicDayExplain(models.TransientModel):
    """Asks what differences of a day come from."""

    _name = "scenic.day.explain"
    _description = "Explain Differences of a Day"

    difference_ids = fields.Many2many(
        "scenic.day.difference",
        required=True,
        default=lambda self: (
            self.env.context.get("active_ids")
            if self.env.context.get("active_model") == "scenic.day.difference"
            else None
        ),
    )
    owner_id = fields.Many2one("res.users", help="Empty: stays as it is.")
    explanation = fields.Char(required=True, help="What happened. It is signed with the close.")

    def action_explain(self):
        """Explain all chosen differences with the same words."""
        self.ensure_one()
        self.difference_ids._explain(self.explanation, self.owner_id)
        return {"type": "ir.actions.act_window_close"}
