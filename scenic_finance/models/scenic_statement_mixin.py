import hashlib
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import allocation, statement_match, statement_sql


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
    open_amount = fields.Monetary(string="Open Amount", compute="_compute_totals")
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
        unit = self.currency_id.rounding
        columns = self._columns_of(reading.rows, unit)
        self.env.flush_all()
        statement_sql.insert(self.env, self._line_table(), columns, self._line_constants())
        self.write(
            {
                "filename": filename,
                "digest": digest,
                "mapping_id": mapping.id,
                "state": "draft",
            }
        )
        self.invalidate_recordset()

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
            columns[name] = [
                allocation.from_units(sign * getattr(row, name), unit)
                for row, sign in zip(rows, signs, strict=True)
            ]
        return columns

    def _line_constants(self):
        """Return the values that all lines of this statement share."""
        return {
            "statement_id": self.id,
            "company_id": self.company_id.id,
            "origin": "theirs",
            "is_key": False,
            "our_amount": 0,
            "difference": 0,
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
    # matching
    # ------------------------------------------------------------------

    def action_match(self):
        """Compare the rows with what we know; decisions stay where nothing changed."""
        for statement in self:
            statement._check_open()
            statement._match()
        return True

    def _match(self):
        self.ensure_one()
        self.env.flush_all()
        table = self._line_table()
        self._forget()
        decided = statement_sql.take_ours(self.env, table, self.id)
        lines = statement_sql.rows(self.env, table, self.id)
        unit = self.currency_id.rounding
        theirs = [
            statement_match.Theirs(
                order_no,
                item_no or "",
                kind,
                abs(allocation.to_units(amount, unit)),
                abs(allocation.to_units(fee, unit)),
                status or "",
            )
            for _id, order_no, item_no, kind, amount, fee, status in lines
        ]
        ours, refs = self._our_rows(sorted({row.order_no for row in theirs}))
        found = statement_match.match(theirs, ours, **self._match_options(theirs))
        ids = [line[0] for line in lines]
        pairs = self._keep_answers(found[: len(ids)], ids, unit)
        pairs += self._keep_ours(found[len(ids) :], ours, decided, unit)
        self.state = "matched"
        self.env.invalidate_all()
        self._after_match([(line_id, refs[place]) for line_id, place in pairs])
        self.env.invalidate_all()

    def _keep_answers(self, found, ids, unit):
        """Write what became of their rows; returns ``(line, place of ours)`` pairs."""
        fine = statement_match.FINE
        columns = {
            "id": ids,
            "code": [row.code for row in found],
            "our_amount": [allocation.from_units(row.our_amount, unit) for row in found],
            "difference": [allocation.from_units(row.difference, unit) for row in found],
            "double_of_id": [
                None if row.double_of is None else ids[row.double_of] for row in found
            ],
            "is_key": [row.code not in ("double", "part") for row in found],
            "resolution": [None if row.code in fine else "open" for row in found],
            "user_id": [self.user_id.id or None] * len(found),
        }
        if ids:
            statement_sql.answer(self.env, self._line_table(), columns)
        return [(line, place) for line, row in zip(ids, found, strict=True) for place in row.ours]

    def _keep_ours(self, found, ours, decided, unit):
        """Write what only we have as lines of their own."""
        if not found:
            return []
        first = [ours[row.ours[0]] for row in found]
        differences = [allocation.from_units(row.difference, unit) for row in found]
        known = [
            decided.get((row.order_no, row.kind, difference), ("open", self.user_id.id, None))
            for row, difference in zip(first, differences, strict=True)
        ]
        columns = {
            "order_no": [row.order_no for row in first],
            "kind": [row.kind for row in first],
            "status": [row.status for row in first],
            "code": [row.code for row in found],
            "quantity": [len(row.ours) for row in found],
            "our_amount": [allocation.from_units(row.our_amount, unit) for row in found],
            "difference": differences,
            "resolution": [resolution or "open" for resolution, _user, _note in known],
            "user_id": [user or None for _resolution, user, _note in known],
            "note": [note for _resolution, _user, note in known],
        }
        constants = self._line_constants() | {"origin": "ours", "item_no": ""}
        constants |= {"amount": 0, "fee": 0, "net": 0, "place": 0}
        del constants["our_amount"], constants["difference"]
        ids = statement_sql.insert(self.env, self._line_table(), columns, constants)
        return [(line, place) for line, row in zip(ids, found, strict=True) for place in row.ours]

    def _match_options(self, theirs):
        """Return the options of the comparison: see statement_match.match."""
        return {"add_up": self.mapping_id.add_up}

    def _our_rows(self, order_numbers):
        """Return ``(our rows, a reference for each)``: what is due, and these orders anyway."""
        raise NotImplementedError

    def _after_match(self, pairs):
        """Note which of our records belong to which line; lists ``(line id, reference)``."""

    def _forget(self):
        """Take back what ``_after_match`` noted."""

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
