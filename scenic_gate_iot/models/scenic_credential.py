import re
from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from odoo.addons.scenic_ticketing.iot_handlers.scenic_rules.site_time import day_number

from ..iot_handlers.scenic_gate import credential
from ..iot_handlers.scenic_gate.scan import CARD
from ..tools import credential_sql
from .scenic_holder_tag import gate_key

KEEP_DAYS = 30  # after the last day of its ticket
_PURPOSE = "credential"


class ScenicCredential(models.Model):
    """A card, band or face by which gates find a ticket. What it was is not kept, only its tag."""

    _name = "scenic.credential"
    _description = "Card or Face of a Ticket"
    _order = "id desc"
    _rec_name = "label"

    ticket_id = fields.Many2one("scenic.ticket", required=True, index=True, ondelete="cascade")
    site_id = fields.Many2one(related="ticket_id.site_id", store=True, index=True)
    company_id = fields.Many2one(related="ticket_id.company_id", store=True, index=True)
    kind = fields.Selection(
        [("card", "Card or band"), ("face", "Face")], required=True, default="card"
    )
    value = fields.Char(
        "Number",
        compute="_compute_value",
        inverse="_inverse_value",
        exportable=False,
        help="Number of the card as a reader gives it, or of the person as the face terminal "
        "knows it. Only its end is kept, and a code by which gates recognise it.",
    )
    label = fields.Char("Ends in", readonly=True)
    tag = fields.Char(required=True, readonly=True, groups=fields.NO_ACCESS, copy=False)

    _tag_uniq = models.Constraint("UNIQUE (ticket_id, tag)", "This ticket already has that card.")

    # EXTENDS base
    def init(self):
        super().init()
        credential_sql.install(self.env.cr)

    def _compute_value(self):
        # it was not kept
        self.value = False

    def _inverse_value(self):
        for row in self.filtered("value"):
            row.sudo().write(self._recognised(row.ticket_id, row.kind, row.value))

    @api.model
    def _recognised(self, ticket, kind, value):
        """Return what is kept of a number."""
        plain = credential.normalise(kind, value or "")
        if not re.fullmatch(r"[!-~]{1,64}", plain):
            raise ValidationError(
                self.env._(
                    "%(number)s is no number of a card or person. Enter up to 64 letters and "
                    "digits.",
                    number=value or "–",
                )
            )
        name = credential.pseudonym(self._site_key(ticket.sudo().site_id), kind, plain)
        tail = plain[-4:] if kind == CARD and len(plain) > 4 else ""
        return {"tag": name[: credential.TAG_SIZE].hex(), "label": f"…{tail}"}

    @api.model_create_multi
    def create(self, vals_list):
        """Keep of each number what gates need."""
        default = self.default_get(["ticket_id", "kind"])
        rows = []
        for given in vals_list:
            vals = default | given
            ticket = self.env["scenic.ticket"].browse(vals.get("ticket_id"))
            kept = self._recognised(ticket, vals["kind"], vals.pop("value", None))
            rows.append(vals | kept)
        return super().create(rows)

    def write(self, vals):
        """Change nothing of what it was made for: another card or ticket is another record."""
        made_for = ("kind", "ticket_id")
        return super().write({name: vals[name] for name in vals if name not in made_for})

    # ------------------------------------------------------------------
    # for boxes
    # ------------------------------------------------------------------

    @api.model
    def _site_key(self, site):
        return self.env["scenic.keyring"]._require().subkey(_PURPOSE, site.sudo().code)

    @api.model
    def _for_box(self, box):
        """Return the keys for a box whose lanes read cards, faces or documents; {} for others."""
        if self.env["scenic.keyring"]._problem() or not self._is_read_by(box):
            return {}
        since = box.site_id._today() - timedelta(days=1)
        self.env.cr.execute(
            SQL(
                """SELECT count(*), coalesce(max(id), 0) FROM scenic_holder_salt
                    WHERE site_id = %s AND day >= %s""",
                box.site_id.id,
                since,
            )
        )
        stamp = (*self.env.cr.fetchone(), self.env["scenic.keyring"]._stamp())
        return {"credentials": self._keys_of(box.site_id.id, since, stamp)}

    @api.model
    def _is_read_by(self, box):
        return any(device._reads_credentials() for device in box.sudo().lane_ids.device_ids)

    @api.model
    @tools.ormcache("site_id", "since", "stamp")
    def _keys_of(self, site_id, since, stamp):
        """Return the key of a site, and those of the days on which its tickets end."""
        site = self.env["scenic.site"].browse(site_id).sudo()
        salts = self.env["scenic.holder.salt"].sudo()
        days = salts.search([("site_id", "=", site_id), ("day", ">=", since)])
        return {
            "key": self._site_key(site).hex(),
            "days": {
                str(day_number(row.day)): gate_key(salts._derive(site, row.day, row.salt)).hex()
                for row in days
            },
        }

    @api.autovacuum
    def _gc_credentials(self):
        """Forget the cards and faces of tickets that are long over."""
        self.env.cr.execute(
            SQL(
                """DELETE FROM scenic_credential c USING scenic_ticket t
                    WHERE t.id = c.ticket_id AND t.visit_date + t.valid_days < current_date - %s""",
                KEEP_DAYS,
            )
        )
