from contextlib import contextmanager

from psycopg2 import IntegrityError

from odoo import fields, models
from odoo.exceptions import ValidationError

from .scenic_publishable import plain


class ScenicPublishableContent(models.AbstractModel):
    """What is published together: read, copied, and tried out."""

    _inherit = "scenic.publishable"

    def _publish_copy_vals(self, other):
        """Return what makes ``other`` say the same as this record."""
        vals = {}
        for name in self._publish_fields():
            field = self._fields[name]
            if field.type == "one2many":
                lines = [fields.Command.create(line.copy_data()[0]) for line in self[name]]
                vals[name] = [*(fields.Command.delete(line.id) for line in other[name]), *lines]
            elif field.type == "many2many":
                vals[name] = [fields.Command.set(self[name].ids)]
            else:
                vals[name] = field.convert_to_write(self[name], self)
        return vals

    def _publish_copy_translations(self, other):
        """Give ``other`` the texts of this record in all languages, not only the publisher's."""
        texts = {name for name in self._publish_fields() if self._fields[name].translate}
        self.copy_translations(other, excluded=set(self._fields) - texts)

    def _publish_content(self):
        """Return what is published as plain values: ids of records, lines as lists of dicts."""
        content = {}
        for name in self._publish_fields():
            field, value = self._fields[name], self[name]
            if field.type == "one2many":
                content[name] = [plain(line.copy_data()[0]) for line in value]
            elif field.type == "many2many":
                content[name] = value.ids
            else:
                content[name] = plain(field.convert_to_write(value, self))
        return content

    def _publish_content_vals(self, content):
        """Return what writes ``content`` back; what does not exist any more is left out."""
        vals = {}
        for name in content.keys() & set(self._publish_fields()):
            field, value = self._fields[name], content[name]
            if field.type == "one2many":
                vals[name] = [fields.Command.clear(), *map(fields.Command.create, value)]
            elif field.type == "many2many":
                vals[name] = [
                    fields.Command.set(self.env[field.comodel_name].browse(value).exists().ids)
                ]
            elif field.type == "many2one":
                vals[name] = self.env[field.comodel_name].browse(value or []).exists().id
            else:
                vals[name] = value
        return vals

    @contextmanager
    def _as_if_published(self):
        """Work in a world in which this draft is published, and undo all of it afterwards.

        What a draft would do is asked of the very code that will do it, so nothing about it is
        written twice. Yields the live record.
        """
        self.ensure_one()
        quiet = self.sudo().with_context(tracking_disable=True, mail_notrack=True)
        with self.env.cr.savepoint() as savepoint:
            yield quiet._publish_now()
            self.env.flush_all()
            savepoint.rollback()
            self.env.invalidate_all(flush=False)
        self.env.registry.clear_cache()

    def _trial_findings(self):
        """Return what the constraints of the models would refuse."""
        try:
            with self._as_if_published():
                self.env.flush_all()
        except (ValidationError, IntegrityError) as err:
            self.env.invalidate_all(flush=False)
            self.env.registry.clear_cache()
            message = err.args[0] if isinstance(err, ValidationError) else str(err)
            return [{"severity": "error", "code": "refused", "message": message, "record": self}]
        return []
