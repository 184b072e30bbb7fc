import hashlib
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import statement_match, statement_sql


class ScenicStatementMixin(models.AbstractModel):
    """What somebody who takes money for us says he owes, matched with what we know.

    A model of statements has ``line_ids`` and ``difference_ids`` of its lines (which have the line
    mixin), and says in ``_our_rows`` what we know.
    """

    _name = "scenic.statement.mixin"
    _description = "Scenic Statement"
    _order = "date_to desc, id desc"
    # which layouts it is read by
    _statement_kind = "channel"

    name = fields.Char(required=True, default=lambda self: self.env._("New Statement"))
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date(required=True, string="From")
    date_to = fields.Date(required=True, string="To")
    state = fields.Selection(
        [("draft", "Draft"), ("matched", "Matched"), ("confirmed", "Confirmed")],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
    )
    mapping_id = fields.Many2one(
        "scenic.statement.mapping", string="Layout", readonly=True, copy=False, ondelete="restrict"
    )
    filename = fields.Char(string="File", readonly=True, copy=False)
    digest = fields.Char(readonly=True, copy=False, help="SHA-256 of the file.")
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        help="Owns the differences until they are given to somebody else.",
    )
    row_count = fields.Integer(string="Rows", compute="_compute_totals")
    matched_count = fields.Integer(string="Matched", compute="_compute_totals")
    difference_count = fields.Integer(string="Differences", compute="_compute_totals")
    open_count = fields.Integer(string="Open Differences", compute="_compute_totals")
    open_amount = fields.Monetary(compute="_compute_totals")
    amount = fields.Monetary(string="Their Amount", compute="_compute_totals")
    our_amount = fields.Monetary(compute="_compute_totals")
    difference = fields.Monetary(compute="_compute_totals")
    fee = fields.Monetary(string="Commission or Fee", compute="_compute_totals")
    net = fields.Monetary(string="Net Amount", compute="_compute_totals")

    _days = models.Constraint(
        "CHECK (date_from <= date_to)", "A statement ends after the day on which it begins."
    )

    @api.depends("line_ids.code", "line_ids.resolution", "line_ids.amount")
    def _compute_totals(self):
        self.env[self._line_model()].flush_model()
        groups = defaultdict(list)
        for row in statement_sql.totals(self.env, self._line_table(), self.ids):
            groups[row["statement_id"]].append(row)
        for statement in self:
            rows = groups[statement.id or statement._origin.id]
            fine = [row for row in rows if row["code"] in statement_match.FINE]
            theirs = [row for row in rows if row["code"] != "missing_there"]
            statement.row_count = sum(row["rows"] for row in theirs)
            statement.matched_count = sum(row["rows"] for row in fine)
            statement.difference_count = sum(
                row["rows"] for row in rows if row["code"] and row not in fine
            )
            statement.open_count = sum(row["open"] for row in rows)
            statement.open_amount = sum(float(row["open_amount"] or 0) for row in rows)
            for name, key in (
                ("amount", "amount"),
                ("fee", "fee"),
                ("net", "net"),
                ("our_amount", "ours"),
                ("difference", "difference"),
            ):
                statement[name] = sum(float(row[key] or 0) for row in rows)

    @api.model
    def _line_model(self):
        return self._fields["line_ids"].comodel_name

    @api.model
    def _line_table(self):
        return self.env[self._line_model()]._table

    # ------------------------------------------------------------------
    # reading
    # ------------------------------------------------------------------

    def _load(self, content, reading, filename, mapping):
        """Take the rows of a file in; what was there before is replaced."""
        self.ensure_one()
        self._check_open()
        digest = hashlib.sha256(content).hexdigest()
        self._check_new(digest)
        self._forget()
        self.line_ids.unlink()
        self.write({"filename": filename, "digest": digest, "mapping_id": mapping.id})
        # matched before they are written: each row is written once, with its answer
        theirs = [
            statement_match.Theirs(
                row.order_no, row.item_no, row.kind, row.amount, row.fee, row.status
            )
            for row in reading.rows
        ]
        found, ours, refs = self._compare(theirs)
        ids = statement_sql.new_ids(self.env, self._line_table(), len(theirs))
        unit = self.currency_id.rounding
        columns = self._columns_of(reading.rows, unit) | self._answers(found, ids, unit)
        statement_sql.insert(self.env, self._line_table(), columns, self._line_constants())
        self._keep(found, ids, ours, refs)

    @api.model
    def _columns_of(self, rows, unit):
        """Return the rows of a file as columns; amounts get their sign back."""
        signs = [-1 if row.kind == "refund" else 1 for row in rows]
        columns = {
            name: [getattr(row, name) for row in rows]
            for name in (
                *("place", "order_no", "item_no", "ref", "kind", "status", "day", "quantity"),
                *("text", "kind_text", "status_text"),
            )
        }
        for name in ("amount", "fee", "net"):
            units = [sign * getattr(row, name) for row, sign in zip(rows, signs, strict=True)]
            columns[name] = statement_sql.money(units, unit)
        return columns

    def _line_constants(self):
        """Return the values that all lines of this statement share."""
        return {
            "statement_id": self.id,
            "company_id": self.company_id.id,
            "origin": "theirs",
        }

    def _check_new(self, digest):
        """Refuse a file that another statement was made of."""
        same = self.sudo().search(
            [
                ("digest", "=", digest),
                ("company_id", "=", self.company_id.id),
                ("id", "!=", self.id),
            ],
            limit=1,
        )
        if same:
            raise UserError(
                self.env._(
                    "This file was imported as %(statement)s already. Delete that statement first "
                    "if you want to read it again.",
                    statement=same.display_name,
                )
            )

    def _check_open(self):
        if confirmed := self.filtered(lambda statement: statement.state == "confirmed"):
            raise UserError(
                self.env._(
                    "%(statement)s is confirmed. Undo the confirmation first.",
                    statement=confirmed[0].display_name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_open(self):
        self._check_open()
        for statement in self:
            statement._forget()

    # ------------------------------------------------------------------
    # screens
    # ------------------------------------------------------------------

    def action_import(self):
        """Ask for the file."""
        self.ensure_one()
        self._check_open()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import a Statement"),
            "res_model": "scenic.statement.import",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_res_model": self._name,
                "default_res_id": self.id,
                "default_kind": self._statement_kind,
                "default_mapping_id": self._default_mapping().id,
            },
        }

    def _default_mapping(self):
        """Return the layout that this statement is probably read by."""
        return self.mapping_id

    def _lines_action(self, domain=()):
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": self._line_model(),
            "view_mode": "list",
            "domain": [("statement_id", "in", self.ids), *domain],
        }

    def action_lines(self):
        """Open all rows as a list that can be filtered and exported."""
        return self._lines_action()
