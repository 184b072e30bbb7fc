import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..tools import allocation, statement_read
from ..tools.statement_file import StatementError

# rows that the preview shows of good ones; of rows with an error it shows all, up to a limit
_SHOWN, _SHOWN_PROBLEMS = 20, 200


class ScenicStatementImport(models.TransientModel):
    """Takes a statement from a file: choose the columns, look at the rows, then take them in."""

    _name = "scenic.statement.import"
    _description = "Import a Statement"

    res_model = fields.Char(required=True)
    res_id = fields.Integer(required=True)
    kind = fields.Selection([("channel", "Channel"), ("acquirer", "Acquirer")], default="channel")
    file = fields.Binary(string="File (CSV or XLSX)", attachment=False)
    filename = fields.Char()
    mapping_id = fields.Many2one(
        "scenic.statement.mapping",
        string="Layout",
        domain="[('kind', '=', kind)]",
        help="How this file is read. Empty: choose the columns below and save them as a layout.",
    )
    new_mapping = fields.Char(string="Save as Layout", help="Name of the layout for next time.")
    title_ids = fields.One2many("scenic.statement.import.title", "import_id")
    column_ids = fields.One2many("scenic.statement.import.column", "import_id")
    line_ids = fields.One2many("scenic.statement.import.line", "import_id", readonly=True)
    state = fields.Selection(
        [("file", "File"), ("columns", "Columns"), ("wrong", "Errors"), ("good", "Ready")],
        default="file",
        readonly=True,
    )
    encoding = fields.Char(readonly=True)
    row_count = fields.Integer(string="Rows", readonly=True)
    skipped_count = fields.Integer(string="Left Out", readonly=True)
    problem_count = fields.Integer(string="Rows with Errors", readonly=True)
    amount = fields.Monetary(string="Sum", readonly=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    skip_problems = fields.Boolean(
        string="Leave Rows with Errors Out", help="They are named in the history of the statement."
    )

    @api.depends("res_model", "res_id")
    def _compute_currency_id(self):
        for wizard in self:
            wizard.currency_id = wizard._statement().currency_id

    def _statement(self):
        """Return the statement that the rows are for; its user must be allowed to write it."""
        self.ensure_one()
        model = self.env.get(self.res_model)
        if model is None or "_statement_kind" not in dir(model):
            raise UserError(self.env._("Open a statement and choose Import there."))
        return model.browse(self.res_id).exists()

    @api.onchange("file", "mapping_id")
    def _onchange_file(self):
        self.state = "file"

    # ------------------------------------------------------------------

    def action_check(self):
        """Read the file and show what is in it."""
        self.ensure_one()
        sheet = self._sheet()
        self._find_columns(sheet)
        if set(statement_read.REQUIRED) - set(self._columns()):
            self.write({"state": "columns", "line_ids": [Command.clear()]})
            return self._show()
        self._preview(self._read(sheet))
        return self._show()

    def action_import(self):
        """Take the rows in and match them."""
        self.ensure_one()
        statement = self._statement()
        statement.check_access("write")
        sheet = self._sheet()
        reading = self._read(sheet)
        if reading.problems and not self.skip_problems:
            self._preview(reading)
            return self._show()
        mapping = self._keep_mapping()
        statement._load(base64.b64decode(self.file), reading, self.filename, mapping)
        if reading.problems:
            statement.message_post(body=self._problems_text(reading.problems))
        return statement._get_records_action()

    def _sheet(self):
        if not self.file:
            raise UserError(self.env._("Choose the file that you got first."))
        try:
            return statement_read.open_sheet(
                base64.b64decode(self.file),
                self._columns(),
                self.mapping_id.encoding or "",
            )
        except StatementError as err:
            raise UserError(self._file_text(err)) from err

    def _columns(self):
        """Return {field: title}: what was chosen here, else the layout's."""
        chosen = {row.field: row.title_id.name for row in self.column_ids if row.title_id}
        if chosen:
            return chosen
        return {row.field: row.title for row in self.mapping_id.column_ids}

    def _find_columns(self, sheet):
        """Offer the titles of the file, with the layout's or the likely ones chosen."""
        titles = [title for title in sheet.titles if title]
        if self.title_ids.mapped("name") == titles and self.column_ids:
            return
        known = self._columns() or statement_read.suggest(titles)
        self.column_ids.unlink()
        self.title_ids.unlink()
        rows = self.title_ids.create([{"import_id": self.id, "name": title} for title in titles])
        by_name = {row.name: row for row in reversed(rows)}
        self.column_ids.create(
            [
                {
                    "import_id": self.id,
                    "field": field,
                    "title_id": by_name[known[field]].id if known.get(field) in by_name else False,
                }
                for field in self.env["scenic.statement.mapping.column"]._known_fields()
            ]
        )

    def _read(self, sheet):
        mapping = self._mapping_dict()
        try:
            return statement_read.read(sheet, mapping)
        except StatementError as err:
            raise UserError(self._file_text(err)) from err

    def _mapping_dict(self):
        digits = self.currency_id.decimal_places
        known = self.mapping_id._as_dict(digits) if self.mapping_id else {"digits": digits}
        return {**known, "columns": self._columns()}

    def _keep_mapping(self):
        """Return the layout of these rows; what was chosen here is saved under its new name."""
        name = (self.new_mapping or "").strip()
        if not name:
            return self.mapping_id
        columns = [
            Command.create({"field": field, "title": title})
            for field, title in self._columns().items()
        ]
        values = {"name": name, "kind": self.kind, "column_ids": columns}
        if self.mapping_id:
            return self.mapping_id.copy({**values, "column_ids": columns})
        return self.mapping_id.create(values)

    # ------------------------------------------------------------------
    # preview
    # ------------------------------------------------------------------

    def _preview(self, reading):
        unit = self.currency_id.rounding
        lines = [
            {"place": problem.place, "text": problem.text, "problem": self._row_text(problem.code)}
            for problem in reading.problems[:_SHOWN_PROBLEMS]
        ]
        for row in reading.rows[:_SHOWN]:
            sign = -1 if row.kind == "refund" else 1
            lines.append(
                {
                    "place": row.place,
                    "order_no": row.order_no,
                    "item_no": row.item_no,
                    "kind": row.kind,
                    "status": row.status_text,
                    "day": row.day,
                    "amount": allocation.from_units(sign * row.amount, unit),
                    "fee": allocation.from_units(sign * row.fee, unit),
                    "text": row.text,
                }
            )
        total = sum(-row.amount if row.kind == "refund" else row.amount for row in reading.rows)
        self.write(
            {
                "state": "wrong" if reading.problems else "good",
                "row_count": len(reading.rows),
                "skipped_count": reading.skipped,
                "problem_count": len(reading.problems),
                "amount": allocation.from_units(total, unit),
                "line_ids": [Command.clear(), *map(Command.create, lines)],
            }
        )

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import a Statement"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _problems_text(self, problems):
        rows = ", ".join(str(problem.place) for problem in problems[:50])
        return self.env._(
            "%(count)s rows of %(file)s could not be read and were left out: %(rows)s.",
            count=len(problems),
            file=self.filename or "",
            rows=rows,
        )

    @api.model
    def _row_text(self, code):
        return {
            "E_ORDER": self.env._("The order number is missing or too long."),
            "E_ROUNDED": self.env._(
                "The spreadsheet kept this order number as a figure and rounded it. Export the "
                "file again as CSV, or with the column as text."
            ),
            "E_AMOUNT": self.env._("This is no amount of the currency."),
            "E_QUANTITY": self.env._("This is no number of pieces."),
            "E_DATE": self.env._("This is no date: choose the order of its parts in the layout."),
        }[code]

    @api.model
    def _file_text(self, err):
        limit = err.facts.get("limit")
        texts = {
            "E_EMPTY": self.env._("The file has no rows."),
            "E_TOO_LARGE": self.env._("The file is larger than %(limit)s MB.", limit=limit),
            "E_TOO_MANY": self.env._("The file has more than %(limit)s rows.", limit=limit),
            "E_FILE": self.env._("The file is damaged, or neither CSV nor XLSX."),
            "E_OLD_EXCEL": self.env._(
                "This is a file of an old Excel (XLS): open it and save it as XLSX or CSV."
            ),
            "E_ENCODING": self.env._("The file is neither in UTF-8 nor in GBK: save it as XLSX."),
            "E_HEADER": self.env._(
                "These columns are not in the file: %(titles)s. Choose another layout.",
                titles=err.facts.get("titles") or "-",
            ),
        }
        return texts[err.code]
