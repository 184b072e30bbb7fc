from odoo import api, fields, models

from ..tools import close_sql


class ScenicCloseCheck(models.Model):
    """One thing that has to be in order before a day or a month is closed."""

    _name = "scenic.close.check"
    _description = "Scenic Close Check"
    _order = "ok, warn, id"

    day_close_id = fields.Many2one(
        "scenic.day.close", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    month_close_id = fields.Many2one(
        "scenic.month.close", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    code = fields.Char(required=True, readonly=True)
    name = fields.Char(string="What", required=True, readonly=True)
    ok = fields.Boolean(string="Done", readonly=True)
    warn = fields.Boolean(string="Only a Warning", readonly=True)
    state = fields.Selection(
        [("todo", "To Do"), ("warn", "Note"), ("ok", "Done")], compute="_compute_state"
    )
    amount = fields.Monetary(readonly=True)
    res_model = fields.Char(readonly=True)
    res_ids = fields.Json(readonly=True)

    def init(self):
        """Rows of a closed period stay as they are."""
        super().init()
        close_sql.freeze(self.env.cr, self._table, "scenic_day_close", "day_close_id")
        close_sql.freeze(self.env.cr, self._table, "scenic_month_close", "month_close_id")

    @api.depends("ok", "warn")
    def _compute_state(self):
        for check in self:
            check.state = "ok" if check.ok else "warn" if check.warn else "todo"

    @api.model
    def _store(self, close, found):
        """Take what the checks of a period say now."""
        link = "day_close_id" if close._name == "scenic.day.close" else "month_close_id"
        close.check_ids.unlink()
        rows = []
        for item in found:
            item = dict(item)
            record = item.pop("record", None)
            rows.append(
                {
                    **item,
                    link: close.id,
                    "company_id": close.company_id.id,
                    "res_model": record._name if record else False,
                    "res_ids": record.ids[:200] if record else False,
                }
            )
        self.create(rows)
        names = {"check_ids", "todo_check_ids"} & set(close._fields)
        close.invalidate_recordset(names)

    def action_open(self):
        """Open what is to be done."""
        self.ensure_one()
        if self.res_model in self.env and self.res_ids:
            return self.env[self.res_model].browse(self.res_ids)._get_records_action()
        return False

    def _signed(self):
        """Return this row as it is signed."""
        self.ensure_one()
        close = self.day_close_id or self.month_close_id
        return {
            "code": self.code,
            "name": self.name,
            "ok": self.ok,
            "warn": self.warn,
            "amount": close._money(self.amount),
        }
