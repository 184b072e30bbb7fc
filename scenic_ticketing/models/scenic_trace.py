from odoo import api, fields, models

from ..tools.append_only import protect


class ScenicTrace(models.Model):
    """Who changed a setting or master record that money or rights depend on: what was, what is.

    Rows are only ever added; PostgreSQL refuses everything else.
    """

    _name = "scenic.trace"
    _description = "Scenic Trace of a Change"
    _order = "id desc"
    _log_access = False
    _rec_name = "res_name"

    happened_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    user_id = fields.Many2one(
        "res.users", string="By", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True, ondelete="restrict")
    action = fields.Selection(
        [("create", "Created"), ("write", "Changed"), ("unlink", "Deleted")],
        required=True,
        readonly=True,
    )
    model = fields.Char(required=True, readonly=True)
    res_id = fields.Many2oneReference(
        string="Record", model_field="model", required=True, readonly=True
    )
    res_name = fields.Char(string="What", readonly=True)
    changes = fields.Text(readonly=True, help="Field: what it was → what it is.")

    _of_record = models.Index("(model, res_id)")

    def init(self):
        """Install the law of this table in the database itself."""
        super().init()
        protect(self.env.cr, self._table)

    @api.model
    def _append_only_tables(self):
        """Return the tables that only grow, as ``{table: fields that may still change}``.

        Whoever makes such a table adds it here: the audit check looks whether its laws are there.
        """
        return {
            "scenic_trace": "",
            "scenic_redemption": "",
            "scenic_ticket_event": "",
            "scenic_holder_reading": "",
            "scenic_purge_certificate": "",
            "scenic_media_count": "",
        }


class ScenicTraced(models.AbstractModel):
    """A record whose changes are kept. ``_trace_fields`` of every class that extends it count.

    Values of ``_trace_hidden`` are never written down, only that they were changed.
    """

    _name = "scenic.traced"
    _description = "Scenic Traced Record"

    _trace_fields = ()
    _trace_hidden = ()

    @api.model
    def _traced_names(self, vals, kind="_trace_fields"):
        """Return which of these values are traced, in the order of their fields."""
        names = {name for part in type(self).__mro__ for name in vars(part).get(kind, ())}
        return [name for name in self._fields if name in names and name in vals]

    def _to_trace(self):
        """Return which of these records are traced: all, unless a model knows better."""
        return self

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        if self.pool.ready and (traced := records._to_trace()):
            traced._trace("create", {record.id: "" for record in traced})
        return records

    def write(self, vals):
        names = self._traced_names(vals)
        hidden = self._traced_names(vals, "_trace_hidden")
        if not (names or hidden) or not self.pool.ready:
            return super().write(vals)
        before = {record.id: record._trace_texts(names) for record in self._to_trace()}
        res = super().write(vals)
        changes = {}
        for record in self._to_trace():
            after, old = record._trace_texts(names), before.get(record.id, {})
            lines = [
                f"{record._trace_label(name)}: {old.get(name, '')} → {after[name]}"
                for name in names
                if old.get(name) != after[name]
            ]
            lines += [f"{record._trace_label(name)}: ···" for name in hidden]
            if lines:
                changes[record.id] = "\n".join(lines)
        self._trace("write", changes)
        return res

    def unlink(self):
        traced = self._to_trace() if self.pool.ready else self.browse()
        # written before they are gone, and gone again should they stay
        traced._trace("unlink", {record.id: "" for record in traced})
        return super().unlink()

    def _trace_label(self, name):
        return self._fields[name]._description_string(self.env)

    def _trace_texts(self, names):
        """Return ``{field: its value as people read it}`` of this record."""
        record, texts = self.sudo(), {}
        for name in names:
            field, value = self._fields[name], record[name]
            if field.relational:
                texts[name] = ", ".join(value.mapped("display_name"))
            elif field.type == "selection":
                labels = dict(field._description_selection(self.env))
                texts[name] = labels.get(value, value or "")
            else:
                texts[name] = "" if value is False and field.type != "boolean" else str(value)
        return texts

    def _trace(self, action, changes):
        """Keep what was done to these records, ``{id: text}``."""
        if not changes:
            return
        self.env["scenic.trace"].sudo().create(
            [
                {
                    "user_id": self.env.uid,
                    "company_id": record._trace_company(),
                    "action": action,
                    "model": self._name,
                    "res_id": record.id,
                    "res_name": record.display_name,
                    "changes": changes[record.id],
                }
                for record in self.sudo().browse(changes)
            ]
        )

    def _trace_company(self):
        """Return the id of the company whose people see the trace, False for all."""
        if self._name == "res.company":
            return self.id
        if "company_id" not in self._fields or self._name == "res.users":
            return False
        return self.company_id.id
