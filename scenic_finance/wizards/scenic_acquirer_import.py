import base64
import hashlib

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import acquirer_layouts, statement_read
from ..tools.acquirer_layouts import LayoutError


class ScenicAcquirerImport(models.TransientModel):
    """Takes an acquirer's file and makes a statement of it, compared with our payments."""

    _name = "scenic.acquirer.import"
    _description = "Scenic Acquirer Statement Import"

    acquirer_id = fields.Many2one(
        "scenic.acquirer",
        required=True,
        default=lambda self: self.env["scenic.acquirer"].search([], limit=2)[:1],
    )
    layout = fields.Selection(related="acquirer_id.layout")
    data = fields.Binary(string="File", required=True, attachment=False)
    filename = fields.Char()

    def action_import(self):
        """Make the statement and open it."""
        self.ensure_one()
        self.env["scenic.recognition"]._check_accountant()
        content = base64.b64decode(self.data)
        statement = self._import(self.acquirer_id, content, self.filename or "statement.csv")
        return statement._get_records_action()

    @api.model
    def _import(self, acquirer, content, filename):
        """Return the statement made of a file; refuses what is not whole, not new or not ours."""
        file = self._read(acquirer, content)
        digest = hashlib.sha256(content).hexdigest()
        statements = self.env["scenic.acquirer.statement"].sudo()
        before = statements.search(
            [
                ("acquirer_id", "=", acquirer.id),
                ("digest", "=", digest),
                ("state", "!=", "cancelled"),
            ],
            limit=1,
        )
        if before:
            raise UserError(self.env._("This file was imported already: %s.", before.display_name))
        days = sorted(row.at.date() for row in file.rows if row.at)
        if not days:
            raise UserError(self.env._("The file says of no payment when it was made."))
        unit, sums = 10**acquirer.currency_id.decimal_places, file.sums()
        statement = statements.create(
            {
                "acquirer_id": acquirer.id,
                "date_from": days[0],
                "date_to": days[-1],
                "filename": filename,
                "digest": digest,
                "row_count": sums["count"],
                **{name: sums[name] / unit for name in ("gross", "refund", "fee", "net")},
            }
        )
        statement._match(file.rows)
        statement.message_post(
            body=self.env._("Imported by %s.", self.env.user.name),
            attachments=[(filename, content)],
        )
        return statement.sudo(False)

    @api.model
    def _read(self, acquirer, content):
        try:
            mapping = acquirer.mapping_id if acquirer.layout == "mapping" else None
            digits = acquirer.currency_id.decimal_places
            file = acquirer_layouts.read(
                acquirer.layout, content, mapping and mapping._as_dict(digits)
            )
        except (LayoutError, statement_read.StatementError) as err:
            raise UserError(self._words(err)) from None
        wanted, found = acquirer.merchant, file.merchant
        if wanted and found and wanted.lstrip("0") != found.lstrip("0"):
            raise UserError(
                self.env._(
                    "The file is of merchant %(found)s, this acquirer of %(wanted)s.",
                    found=found,
                    wanted=wanted,
                )
            )
        return file

    @api.model
    def _words(self, err):
        """Return what is wrong with a file, as a sentence."""
        facts = {"place": "", "text": "", "titles": "", "limit": "", **err.facts}
        if err.code == "E_TOTALS":
            return self.env._(
                "The file is not whole: its rows are %(found).2f, it states %(stated).2f "
                "(%(name)s).",
                name=facts["name"],
                found=facts["found"] / 100,
                stated=facts["stated"] / 100,
            )
        words = {
            "E_EMPTY": self.env._("The file has no payments."),
            "E_HEADER": self.env._("The file has no column %s.", facts["titles"]),
            "E_AMOUNT": self.env._("Row %(place)s: %(text)s is no amount.", **facts),
            "E_ROW": self.env._("Row %(place)s cannot be read: %(text)s", **facts),
            "E_NUMBER": self.env._("Row %s has no number of a payment.", facts["place"]),
            "E_TOO_LARGE": self.env._("The file is larger than %s MB.", facts["limit"]),
            "E_TOO_MANY": self.env._("The file has more than %s rows.", facts["limit"]),
            "E_ENCODING": self.env._("The file is neither in UTF-8 nor in a Chinese encoding."),
            "E_OLD_EXCEL": self.env._("Save the file as .xlsx or .csv first."),
        }
        return words.get(err.code, self.env._("The file cannot be read (%s).", err.code))
