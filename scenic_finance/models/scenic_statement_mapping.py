from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import statement_read
from ..tools.statement_titles import TITLES


class ScenicStatementMapping(models.Model):
    """How the files of a channel or an acquirer are to be read: saved once, used every month."""

    _name = "scenic.statement.mapping"
    _description = "Scenic Statement Layout"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [("channel", "Channel"), ("acquirer", "Acquirer")], required=True, default="channel"
    )
    company_id = fields.Many2one("res.company", index=True, help="Empty: for every company.")
    encoding = fields.Selection(
        [("utf-8", "UTF-8"), ("gb18030", "GBK / GB18030"), ("utf-16", "UTF-16")],
        help="Only when the file is read with wrong characters. Empty: found out by itself.",
    )
    date_order = fields.Selection(
        [
            ("ymd", "Year, month, day"),
            ("dmy", "Day, month, year"),
            ("mdy", "Month, day, year"),
        ],
        required=True,
        default="ymd",
    )
    unit = fields.Selection(
        [("1", "Whole units (1.00)"), ("100", "Hundredths (100)")],
        string="Amounts in",
        required=True,
        default="1",
        help="Some files count in the smallest coin, and write 100 for 1.00.",
    )
    add_up = fields.Boolean(
        string="Rows Add Up",
        help="An order may have several rows, which are its parts. Equal rows are still doubles.",
    )
    column_ids = fields.One2many("scenic.statement.mapping.column", "mapping_id", copy=True)
    value_ids = fields.One2many("scenic.statement.mapping.value", "mapping_id", copy=True)

    @api.constrains("column_ids")
    def _check_columns(self):
        for mapping in self:
            missing = set(statement_read.REQUIRED) - set(mapping.column_ids.mapped("field"))
            if mapping.column_ids and missing:
                labels = dict(mapping.column_ids._fields["field"]._description_selection(self.env))
                raise ValidationError(
                    self.env._(
                        "%(mapping)s needs a column for: %(fields)s.",
                        mapping=mapping.name,
                        fields=", ".join(labels[field] for field in sorted(missing)),
                    )
                )

    def _as_dict(self, digits):
        """Return the mapping as the reader of statements takes it."""
        self.ensure_one()
        values = {"kind": {}, "status": {}}
        for value in self.value_ids:
            values[value.field][value.text.strip()] = value.value
        return {
            "columns": {column.field: column.title for column in self.column_ids},
            "values": values,
            "encoding": self.encoding or "",
            "date_order": self.date_order,
            "scale": 2 if self.unit == "100" else 0,
            "digits": digits,
        }


class ScenicStatementMappingColumn(models.Model):
    _name = "scenic.statement.mapping.column"
    _description = "Column of a Scenic Statement Layout"
    _order = "mapping_id, id"

    mapping_id = fields.Many2one(
        "scenic.statement.mapping", required=True, index=True, ondelete="cascade"
    )
    field = fields.Selection(
        [
            ("order_no", "Order Number"),
            ("item_no", "Item or Voucher Number"),
            ("ref", "Transaction Number"),
            ("kind", "Kind (sale or refund)"),
            ("status", "Status"),
            ("day", "Date"),
            ("amount", "Amount"),
            ("fee", "Commission or Fee"),
            ("net", "Net Amount"),
            ("quantity", "Quantity"),
            ("text", "Product or Text"),
        ],
        required=True,
    )
    title = fields.Char(required=True, help="As it stands in the file.")

    _field_uniq = models.Constraint(
        "UNIQUE (mapping_id, field)", "Each field is read from one column."
    )

    @api.model
    def _known_fields(self):
        return list(TITLES)


class ScenicStatementMappingValue(models.Model):
    _name = "scenic.statement.mapping.value"
    _description = "Word of a Scenic Statement Layout"
    _order = "mapping_id, field, id"

    mapping_id = fields.Many2one(
        "scenic.statement.mapping", required=True, index=True, ondelete="cascade"
    )
    field = fields.Selection([("kind", "Kind"), ("status", "Status")], required=True)
    text = fields.Char(required=True, help="As it stands in the file.")
    value = fields.Selection(
        [
            ("sale", "Sale"),
            ("refund", "Refund"),
            ("skip", "Leave the row out"),
            ("sold", "Sold, not used"),
            ("used", "Used"),
            ("refunded", "Given back"),
            ("cancelled", "Cancelled"),
        ],
        string="Means",
        required=True,
    )

    _text_uniq = models.Constraint(
        "UNIQUE (mapping_id, field, text)", "This word is explained already."
    )

    @api.constrains("field", "value")
    def _check_value(self):
        kinds = ("sale", "refund", "skip")
        if any((row.field == "kind") != (row.value in kinds) for row in self):
            raise ValidationError(
                self.env._(
                    "A kind is a sale, a refund or left out; a status is sold, used, given back "
                    "or cancelled."
                )
            )
