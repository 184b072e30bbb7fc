from odoo import fields, models


class ScenicIncidentKeys(models.Model):
    """What can be wrong with a ticket that a window has signed."""

    _inherit = "scenic.incident"

    kind = fields.Selection(
        selection_add=[
            ("key_limit", "Beyond the limits of its window"),
            ("key_cloned", "Copied window key"),
            ("key_bad", "Window signed something else"),
            ("key_gap", "Ticket numbers missing"),
        ],
        ondelete={
            "key_limit": "set default",
            "key_cloned": "set default",
            "key_bad": "set default",
            "key_gap": "set default",
        },
    )
    certificate_id = fields.Many2one(
        "scenic.certificate",
        string="Signing Certificate",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
