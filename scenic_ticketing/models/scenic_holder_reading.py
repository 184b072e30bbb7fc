from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools import holder_sql

READER = "scenic_ticketing.group_privacy"
PURPOSES = [
    ("visitor", "The visitor asks for it"),
    ("dispute", "Complaint or dispute"),
    ("correction", "Correction of a mistake"),
    ("authority", "Request of an authority"),
    ("safety", "Accident or missing person"),
]


class ScenicHolderReading(models.Model):
    """Somebody read a document number in clear: who, when, whose, why. Only ever added."""

    _name = "scenic.holder.reading"
    _description = "Scenic Reading of a Document"
    _order = "id desc"
    _rec_name = "holder_ref"

    holder_ref = fields.Char(
        string="Holder", required=True, readonly=True, help="Random identity of the holder."
    )
    site_id = fields.Many2one("scenic.site", required=True, readonly=True, ondelete="restrict")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    ticket_id = fields.Many2one(
        "scenic.ticket", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    user_id = fields.Many2one(
        "res.users", string="Read by", required=True, readonly=True, ondelete="restrict"
    )
    read_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    purpose = fields.Selection(PURPOSES, string="Why", required=True, readonly=True)
    note = fields.Char(
        string="Reference",
        readonly=True,
        help="For example the number of a case. Emptied when the holder is destroyed.",
    )

    def init(self):
        """Install the laws of this table in the database itself."""
        super().init()
        holder_sql.install_readings(self.env.cr)

    @api.model
    def _read_clear(self, holder, purpose, note="", ticket=None):
        """Write the trace, and return ``(trace, clear data)``.

        The trace is written first: if it cannot be, nothing is opened.
        """
        if not self.env.user.has_group(READER):
            raise AccessError(
                self.env._(
                    "Only members of the group Reads Identity Documents see numbers in clear."
                )
            )
        holder.ensure_one()
        holder.check_access("read")
        if purpose not in dict(PURPOSES):
            raise UserError(self.env._("Say why you need the number: choose a reason."))
        trace = self.sudo().create(
            {
                "holder_ref": holder.sudo().uid,
                "site_id": holder.sudo().site_id.id,
                "company_id": holder.sudo().company_id.id,
                "ticket_id": (ticket or holder.sudo().ticket_ids[:1]).id,
                "user_id": self.env.uid,
                "purpose": purpose,
                "note": (note or "").strip() or False,
            }
        )
        self.env.flush_all()
        return trace.with_env(self.env), holder._opened()[holder]
