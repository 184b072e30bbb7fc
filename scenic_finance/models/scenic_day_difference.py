from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..tools import close_sql


class ScenicDayDifference(models.Model):
    """What does not match on a day: where, how much, whose it is, and how it is explained.

    A row is named by its key. It goes away by itself when the next computation no longer finds it,
    and an explanation holds only for the figures it was given for.
    """

    _name = "scenic.day.difference"
    _description = "Scenic Day Difference"
    _order = "state desc, code, hour, id"

    close_id = fields.Many2one(
        "scenic.day.close", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    day = fields.Date(related="close_id.day", store=True)
    key = fields.Char(required=True, readonly=True)
    code = fields.Selection(
        [
            ("forced_open", "Barrier forced open"),
            ("tailgate", "Tailgating"),
            ("staff_open", "Opened by staff"),
            ("emergency", "Emergency opening"),
            ("rotation_without_scan", "Passage without a scan"),
            ("scan_without_rotation", "Scan without a passage"),
            ("fact_without_use", "Gate report without a use"),
            ("use_without_fact", "Use without a gate report"),
            ("use_unsold", "Used without a sale"),
            ("use_unpaid", "Used, not paid"),
            ("order_lines", "Order and its lines differ"),
            ("order_unpaid", "Order and its payments differ"),
            ("tickets_missing", "Sold tickets missing"),
            ("order_missing", "Sale of tickets missing"),
            ("session_missing", "Session missing"),
            ("entry_missing", "Closing entry missing"),
            ("silent_box", "Gate has not reported"),
            ("incident", "Incident not settled"),
            ("late", "Late, after the close"),
            ("other", "Other"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    name = fields.Char(string="What", required=True, readonly=True)
    hour = fields.Integer(readonly=True, aggregator=None)
    site_id = fields.Many2one("scenic.site", readonly=True)
    entrance_id = fields.Many2one("scenic.entrance", readonly=True)
    lane = fields.Char(readonly=True)
    config_id = fields.Many2one("pos.config", string="Window", readonly=True)
    operator_id = fields.Many2one(
        "res.users", readonly=True, help="Who opened the barrier, or sold."
    )
    owner_id = fields.Many2one("res.users", help="Who has to explain it.")
    persons = fields.Integer(readonly=True)
    amount = fields.Monetary(
        readonly=True,
        help="What it may cost. Persons without a right count with the average value of a use on "
        "that lane.",
    )
    numbers = fields.Json(readonly=True, help="Of late lines: what came, by kind.")
    late_close_id = fields.Many2one(
        "scenic.day.close", string="Closed Day", readonly=True, index="btree_not_null"
    )
    state = fields.Selection(
        [("gone", "Resolved"), ("explained", "Explained"), ("open", "To Explain")],
        required=True,
        readonly=True,
        default="open",
        index=True,
        help="Resolved: later reports have made it go away.",
    )
    explanation = fields.Char(readonly=True)
    explained_by_id = fields.Many2one("res.users", string="Explained by", readonly=True)
    explained_at = fields.Datetime(readonly=True)
    resolved_at = fields.Datetime(readonly=True)
    res_model = fields.Char(readonly=True)
    res_ids = fields.Json(readonly=True)

    _key_uniq = models.Constraint(
        "UNIQUE (close_id, key)", "This difference is listed for the day already."
    )

    def init(self):
        """Rows of a closed day stay as they are."""
        super().init()
        close_sql.freeze(self.env.cr, self._table, "scenic_day_close", "close_id")

    @api.model
    def _store(self, close, found):
        """Bring the rows of a day in line with what was found now."""
        known = {row.key: row for row in close.difference_ids}
        fresh = []
        for item in found:
            values = self._values(close, item)
            row = known.pop(item["key"], None)
            if not row:
                fresh.append(values)
                continue
            changed = row.persons != values["persons"] or close.currency_id.compare_amounts(
                row.amount, values["amount"]
            )
            if row.state == "explained" and not changed:
                values.pop("state")
                values.pop("explanation", None)
            elif row.state != "explained" or values["state"] == "open":
                values["resolved_at"] = False
            row.write({name: value for name, value in values.items() if name != "owner_id"})
            if not row.owner_id and values.get("owner_id"):
                row.owner_id = values["owner_id"]
        for row in known.values():
            if row.state != "gone":
                row.write({"state": "gone", "resolved_at": fields.Datetime.now()})
        self.create(fresh)

    @api.model
    def _values(self, close, item):
        """Return the values of one thing that was found, see ``scenic.day.close._found``."""
        item = dict(item)
        record = item.pop("record", None)
        explanation = item.pop("explanation", None)
        by = item.pop("explained_by_id", None)
        values = {
            "persons": 0,
            **item,
            "amount": close.currency_id.round(item.get("amount") or 0.0),
            "close_id": close.id,
            "company_id": close.company_id.id,
            "res_model": record._name if record else False,
            "res_ids": record.ids[:200] if record else False,
            "state": "open",
        }
        if explanation:
            values |= {
                "state": "explained",
                "explanation": explanation,
                "explained_by_id": by,
                "explained_at": fields.Datetime.now(),
            }
        return values

    def _explain(self, text, owner=None):
        """Explain these differences: what happened, by the word of the user."""
        if not (self.env.su or self.env.user.has_group("scenic_finance.group_accountant")):
            raise AccessError(self.env._("Only a revenue accountant can explain a difference."))
        self.check_access("read")
        if not (text or "").strip():
            raise UserError(self.env._("Write down what the difference comes from."))
        rows = self.sudo().filtered(lambda row: row.state != "gone")
        values = {
            "state": "explained",
            "explanation": text.strip(),
            "explained_by_id": self.env.uid,
            "explained_at": fields.Datetime.now(),
        }
        if owner:
            values["owner_id"] = owner.id
        rows.write(values)
        for close in rows.close_id:
            close._store_figures()

    def action_explain(self):
        """Ask for the explanation of these rows."""
        action = self.env["ir.actions.act_window"]._for_xml_id("scenic_finance.day_explain_action")
        return {**action, "context": {"default_difference_ids": [(6, 0, self.ids)]}}

    def action_open(self):
        """Open what the difference is about."""
        self.ensure_one()
        if self.res_model in self.env and self.res_ids:
            return self.env[self.res_model].browse(self.res_ids)._get_records_action()
        return False

    def _signed(self):
        """Return this row as it is signed."""
        self.ensure_one()
        return {
            "key": self.key,
            "code": self.code,
            "name": self.name,
            "hour": self.hour,
            "persons": self.persons,
            "amount": self.close_id._money(self.amount),
            "operator": self.operator_id.login or "",
            "owner": self.owner_id.login or "",
            "state": self.state,
            "explanation": self.explanation or "",
            "explained_by": self.explained_by_id.login or "",
        }
