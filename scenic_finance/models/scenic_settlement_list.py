from odoo import api, models
from odoo.tools import SQL

from ..tools import passage_file, settlement_sql

_CHUNK = 20_000


class ScenicSettlementList(models.Model):
    """The list of passages: the same rows in the attachment, on paper and in the portal."""

    _inherit = "scenic.settlement"

    def _passage_file(self):
        """Return ``(content, extension, mimetype)`` of the list of this settlement."""
        self.ensure_one()
        facts = [
            (self.env._("Settlement"), self.name or ""),
            (self.env._("Partner"), self.partner_id.name),
            (self.env._("From"), self.date_from),
            (self.env._("Until"), self.date_to),
            (self.env._("Share, net of tax"), self.amount),
        ]
        return self._list_file(
            SQL("l.settlement_id = %s", self.id), facts, self.passage_count, self.name or ""
        )

    def _own_passages(self, limit, offset):
        """Return one page of the list of this settlement."""
        self.ensure_one()
        return self._passages(SQL("l.settlement_id = %s", self.id), limit, offset)

    @api.model
    def _list_file(self, condition, facts, count, title):
        columns = self._list_columns()
        values = ([row[name] for name in columns] for row in self._all_passages(condition))
        return passage_file.build(title, facts, list(columns.values()), values, count)

    @api.model
    def _all_passages(self, condition):
        """Yield all rows of a list, some at a time: a month of a big park has a million."""
        seen = SQL()
        while rows := self._passages(SQL("%s %s", condition, seen), _CHUNK):
            yield from rows
            if len(rows) < _CHUNK:
                return
            seen = SQL("AND (l.day, l.id) > (%s, %s)", rows[-1]["day"], rows[-1]["id"])

    @api.model
    def _list_columns(self):
        return {
            "passage": self.env._("Passage"),
            "day": self.env._("Day"),
            "happened": self.env._("Happened at"),
            "received": self.env._("Reported at"),
            "zone": self.env._("Zone"),
            "product": self.env._("Ticket"),
            "ticket": self.env._("Ticket Number ends with"),
            "kind": self.env._("Kind"),
            "share": self.env._("Agreed Share"),
            "base": self.env._("Value, net of tax"),
            "amount": self.env._("Share"),
            "settlement": self.env._("Settlement"),
        }

    @api.model
    def _passages(self, condition, limit=None, offset=0):
        """Return rows of a list of passages, with names for what they point at."""
        self.env.flush_all()
        self.env.cr.execute(settlement_sql.passages(condition, limit, offset))
        # at once: whatever is asked for next uses the same cursor
        rows = self.env.cr.dictfetchall()
        lines = self.env["scenic.share.line"].sudo()
        kinds = dict(lines._fields["kind"]._description_selection(self.env))
        sources = {
            "zone": ("scenic.zone", "zone_id", "name"),
            "product": ("product.product", "product_id", "name"),
            "share": ("scenic.share", "share_id", "display_name"),
            "settlement": ("scenic.settlement", "settlement_id", "name"),
        }
        names = {key: {} for key in sources}
        for row in rows:
            for key, (model, column, field) in sources.items():
                record_id = row[column]
                if record_id not in names[key]:
                    record = self.env[model].sudo().browse(record_id)
                    names[key][record_id] = (record[field] if record_id else "") or ""
                row[key] = names[key][record_id]
            row["kind"] = kinds[row["kind"]]
        return rows
