from odoo import fields, models


class ScenicStatementImportTitle(models.TransientModel):
    _name = "scenic.statement.import.title"
    _description = "Column of an Imported Statement"
    _order = "id"

    import_id = fields.Many2one("scenic.statement.import", required=True, ondelete="cascade")
    name = fields.Char(required=True)


class ScenicStatementImportColumn(models.TransientModel):
    _name = "scenic.statement.import.column"
    _description = "Meaning of a Column of an Imported Statement"
    _order = "id"

    import_id = fields.Many2one("scenic.statement.import", required=True, ondelete="cascade")
    field = fields.Selection(
        lambda self: (
            self.env["scenic.statement.mapping.column"]
            ._fields["field"]
            ._description_selection(self.env)
        ),
        required=True,
        readonly=True,
    )
    title_id = fields.Many2one(
        "scenic.statement.import.title",
        string="Column of the File",
        domain="[('import_id', '=', import_id)]",
    )


class ScenicStatementImportLine(models.TransientModel):
    _name = "scenic.statement.import.line"
    _description = "Row of an Imported Statement"
    _order = "id"

    import_id = fields.Many2one("scenic.statement.import", required=True, ondelete="cascade")
    place = fields.Integer(string="Row")
    order_no = fields.Char(string="Order Number")
    item_no = fields.Char(string="Item")
    kind = fields.Selection([("sale", "Sale"), ("refund", "Refund")])
    status = fields.Char()
    day = fields.Date()
    amount = fields.Monetary()
    fee = fields.Monetary(string="Commission or Fee")
    currency_id = fields.Many2one(related="import_id.currency_id")
    text = fields.Char(string="Product or Text")
    problem = fields.Char()
