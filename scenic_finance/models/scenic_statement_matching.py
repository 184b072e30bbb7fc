from odoo import models

from ..tools import allocation, statement_match, statement_sql


class ScenicStatementMatching(models.AbstractModel):
    """How the rows of a statement get their answers."""

    _inherit = "scenic.statement.mixin"

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
        found, ours, refs = self._compare(theirs)
        ids = [line[0] for line in lines]
        if ids:
            statement_sql.answer(self.env, table, self._answers(found, ids, unit))
        self._keep(found, ids, ours, refs, decided)

    def _compare(self, theirs):
        """Return ``(answers, our rows, their references)`` for the rows of a statement."""
        self.env.flush_all()
        ours, refs = self._our_rows(sorted({row.order_no for row in theirs}))
        return statement_match.match(theirs, ours, **self._match_options(theirs)), ours, refs

    def _keep(self, found, ids, ours, refs, decided=()):
        """Write what only we have, and note what belongs together."""
        pairs = [(line, place) for line, row in zip(ids, found, strict=False) for place in row.ours]
        unit = self.currency_id.rounding
        pairs += self._keep_ours(found[len(ids) :], ours, dict(decided), unit)
        self.state = "matched"
        self.env.invalidate_all()
        self._after_match([(line_id, refs[place]) for line_id, place in pairs])
        self.env.invalidate_all()

    def _answers(self, found, ids, unit):
        """Return what became of their rows as columns."""
        found = found[: len(ids)]
        fine = statement_match.FINE
        return {
            "id": ids,
            "code": [row.code for row in found],
            "our_amount": statement_sql.money([row.our_amount for row in found], unit),
            "difference": statement_sql.money([row.difference for row in found], unit),
            "double_of_id": [
                None if row.double_of is None else ids[row.double_of] for row in found
            ],
            "is_key": [row.code not in ("double", "part") for row in found],
            "resolution": [None if row.code in fine else "open" for row in found],
            "user_id": [None if row.code in fine else self.user_id.id or None for row in found],
        }

    def _keep_ours(self, found, ours, decided, unit):
        """Write what only we have as lines of their own."""
        if not found:
            return []
        first = [ours[row.ours[0]] for row in found]
        differences = statement_sql.money([row.difference for row in found], unit)
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
        constants |= {"amount": 0, "fee": 0, "net": 0, "place": 0, "is_key": False}
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
