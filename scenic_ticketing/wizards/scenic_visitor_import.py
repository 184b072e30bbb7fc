import base64
import time

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..tools import visitor_list

# what agencies write into the column, by the type that holders know
_DOC_TYPES = {
    title: kind
    for kind, titles in {
        "cn_id": ("身份证", "居民身份证", "resident id card", "id card"),
        "passport": ("护照", "passport"),
        "hk_mo": ("港澳居民来往内地通行证", "回乡证", "港澳通行证"),
        "tw": ("台湾居民来往大陆通行证", "台胞证"),
        "foreign": ("外国人永久居留身份证",),
        "other": ("其他", "other"),
    }.items()
    for title in titles
}
# rows without an error that the preview shows; all rows with one are shown
_SHOWN = 50


class ScenicVisitorImport(models.TransientModel):
    """Takes a list of visitors from a file: first a preview, then all rows or none."""

    _name = "scenic.visitor.import"
    _description = "Import Visitors"

    order_id = fields.Many2one(
        "sale.order",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_id"),
    )
    sale_line_id = fields.Many2one(
        "sale.order.line",
        string="For",
        compute="_compute_sale_line_id",
        store=True,
        readonly=False,
        domain="[('order_id', '=', order_id), ('is_scenic_ticket', '=', True)]",
    )
    file = fields.Binary(string="List (CSV or XLSX)", attachment=False)
    filename = fields.Char()
    text = fields.Text(string="Or Pasted Rows", help="Copied from a spreadsheet, with its titles.")
    set_quantity = fields.Boolean(
        string="Order One Ticket per Row",
        default=True,
        help="Sets the quantity of the line to the number of visitors.",
    )
    state = fields.Selection(
        [("file", "File"), ("wrong", "Errors"), ("good", "Ready")], default="file"
    )
    row_count = fields.Integer(string="Rows", readonly=True)
    error_count = fields.Integer(string="Rows with Errors", readonly=True)
    good_percent = fields.Float(string="Without Errors", compute="_compute_good_percent")
    seconds = fields.Float(readonly=True, digits=(6, 2))
    line_ids = fields.One2many("scenic.visitor.import.line", "import_id", readonly=True)

    @api.depends("order_id")
    def _compute_sale_line_id(self):
        for wizard in self:
            lines = wizard.order_id.order_line._scenic_lines()
            wizard.sale_line_id = wizard.sale_line_id or lines[:1]

    @api.depends("row_count", "error_count")
    def _compute_good_percent(self):
        for wizard in self:
            good = wizard.row_count - wizard.error_count
            wizard.good_percent = 100 * good / wizard.row_count if wizard.row_count else 0

    # ------------------------------------------------------------------
    # reading
    # ------------------------------------------------------------------

    @api.onchange("file", "text", "sale_line_id", "set_quantity")
    def _onchange_file(self):
        self.state = "file"
        self.line_ids = [Command.clear()]

    def action_check(self):
        """Read the file and show what is in it."""
        self.ensure_one()
        self._read()
        return self._show()

    def action_import(self):
        """Put all visitors of the file on the order, or show why not."""
        self.ensure_one()
        holders = self._read(make=True)
        if self.state != "good":
            return self._show()
        line = self.sale_line_id
        line.scenic_visitor_ids.unlink()
        if self._changes_quantity():
            line.product_uom_qty = self._wanted_quantity(len(holders))
        self.env["scenic.visitor"].sudo().create(
            [
                {"sale_line_id": line.id, "sequence": number, "holder_id": holder.id}
                for number, holder in enumerate(holders, start=1)
            ]
        )
        line._scenic_name_tickets()
        line.order_id.message_post(
            body=self.env._(
                "%(count)s visitors of %(product)s imported from %(file)s.",
                count=len(holders),
                product=line.product_id.display_name,
                file=self.filename or self.env._("a file"),
            )
        )
        return {"type": "ir.actions.act_window_close"}

    def _read(self, make=False):
        """Keep what the preview shows; returns the holders when they are made."""
        started = time.monotonic()
        line = self.sale_line_id
        if not line:
            raise UserError(
                self.env._("Add a ticket product to %(order)s first.", order=self.order_id.name)
            )
        if not line.scenic_visit_date:
            raise UserError(
                self.env._(
                    "Choose the visit date of %(order)s first: what is known about the visitors "
                    "is destroyed some days after it.",
                    order=self.order_id.name,
                )
            )
        rows = self._rows()
        holders, errors = self._check_rows(rows, make)
        self._keep_preview(rows, errors)
        self.seconds = time.monotonic() - started
        if make and not errors:
            # the clear data is sealed now: no copy of it stays behind
            self.write({"file": False, "text": False, "line_ids": [Command.clear()]})
        return holders

    def _rows(self):
        """Return the rows of the file, or of what was pasted."""
        content = base64.b64decode(self.file) if self.file else (self.text or "").encode()
        if not content.strip():
            raise UserError(self.env._("Choose the file with the visitors, or paste the rows."))
        try:
            return visitor_list.read(content)
        except visitor_list.ListError as err:
            raise UserError(self._file_text(err)) from err

    def _check_rows(self, rows, make):
        """Return ``(holders, {place: sentence})``; without `make` the holders are thrown away."""
        errors = {row.place: self._row_text(row.error) for row in rows if row.error}
        if too_many := self._too_many(rows):
            for row in rows[too_many:]:
                errors.setdefault(row.place, self._row_text("E_MORE_THAN_ORDERED"))
        line, good = self.sale_line_id, [row for row in rows if row.place not in errors]
        wants = [self._holder_row(line, row) for row in good]
        # the list is sealed for a moment even for a preview: only that tells all its errors
        with self.env.cr.savepoint() as savepoint:
            # a list that is imported again takes the IDs over from the one before
            self.env["scenic.holder.use"].sudo()._free(line.sudo().scenic_ticket_ids)
            holders, problems = self.env["scenic.holder"].sudo()._from_rows(wants)
            if not make or errors or problems:
                savepoint.rollback()
                holders = holders.browse()
        for problem in problems:
            errors.setdefault(good[problem["row"]].place, problem["message"])
        return holders, errors

    @api.model
    def _holder_row(self, line, row):
        return self._window_row(line.product_id, line.scenic_visit_date, row)

    @api.model
    def _window_row(self, product, visit_date, row):
        """Return a row of a list as ``scenic.holder._from_rows`` takes it."""
        values = row.values
        doc_type = _DOC_TYPES.get((values.get("doc_type") or "").lower(), "")
        return {
            "product_id": product.id,
            "visit_date": visit_date,
            **{key: values.get(key) or "" for key in ("name", "number", "phone")},
            "doc_type": doc_type,
            "birthday": values.get("birthday") or False,
        }

    def _too_many(self, rows):
        """Return how many visitors fit on the line when that is less than the rows, or 0."""
        if self._changes_quantity():
            return 0
        persons = self.sale_line_id.scenic_persons
        return persons if len(rows) > persons else 0

    def _changes_quantity(self):
        return self.set_quantity and self.order_id.state in ("draft", "sent")

    def _wanted_quantity(self, persons):
        line = self.sale_line_id
        units = -(-persons // (line.product_id.scenic_pax or 1))
        return line._scenic_from_units(units)

    # ------------------------------------------------------------------
    # preview
    # ------------------------------------------------------------------

    def _keep_preview(self, rows, errors):
        shown, lines = 0, []
        for row in rows:
            error = errors.get(row.place)
            shown += not error
            if error or shown <= _SHOWN:
                lines.append(Command.create(self._line_vals(row, error)))
        self.write(
            {
                "state": "wrong" if errors else "good",
                "row_count": len(rows),
                "error_count": len(errors),
                "line_ids": [Command.clear(), *lines],
            }
        )

    def _line_vals(self, row, error):
        number, phone = row.values.get("number") or "", row.values.get("phone") or ""
        return {
            "place": row.place,
            "name": row.values["name"],
            "doc_type": row.values.get("doc_type"),
            # enough to find the row in the file, too little to be worth stealing
            "number": number and f"{'•' * 4}{number[-4:]}",
            "phone": phone and f"{'•' * 4}{phone[-4:]}",
            "error": error,
        }

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Visitors"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.model
    def _row_text(self, code):
        return {
            "E_NAME": self.env._("The name is missing."),
            "E_ROUNDED": self.env._(
                "The spreadsheet kept this number as a figure and rounded it. Format the column "
                "as text and type the number again."
            ),
            "E_MORE_THAN_ORDERED": self.env._(
                "More visitors than ordered tickets: raise the quantity of the line."
            ),
        }[code]

    @api.model
    def _file_text(self, err):
        limit = err.facts.get("limit")
        texts = {
            "E_EMPTY": self.env._("The file has no visitors."),
            "E_TOO_LARGE": self.env._(
                "The file is larger than %(limit)s MB. Split it, or delete pictures.",
                limit=limit,
            ),
            "E_TOO_MANY": self.env._(
                "The file has more than %(limit)s visitors. Split it.",
                limit=limit,
            ),
            "E_FILE": self.env._("The file is damaged, or neither CSV nor XLSX."),
            "E_ENCODING": self.env._("The file is neither in UTF-8 nor in GBK: save it as XLSX."),
            "E_HEADER": self.env._(
                "No column is called Name (姓名). Use the template, or give the columns its titles."
            ),
        }
        return texts[err.code]


class ScenicVisitorImportLine(models.TransientModel):
    _name = "scenic.visitor.import.line"
    _description = "Row of a Visitor List"
    _order = "has_error desc, place"

    import_id = fields.Many2one("scenic.visitor.import", required=True, ondelete="cascade")
    place = fields.Integer(string="Row")
    name = fields.Char()
    doc_type = fields.Char(string="Document")
    number = fields.Char()
    phone = fields.Char()
    error = fields.Char()
    has_error = fields.Boolean(compute="_compute_has_error", store=True)

    @api.depends("error")
    def _compute_has_error(self):
        for line in self:
            line.has_error = bool(line.error)
