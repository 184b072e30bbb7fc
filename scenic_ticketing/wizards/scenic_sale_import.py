import base64
import json

from psycopg2 import DataError, IntegrityError

from odoo import fields, models
from odoo.exceptions import AccessError, UserError

FORMAT, VERSION = "scenic-window-sales", 1
MAX_BYTES = 8 * 2**20
MAX_SALES = 2000


class ScenicSaleImport(models.TransientModel):
    """Books the sales that a window saved as a file, because it never came back to its server.

    The same sale may still arrive by itself, before or after: the server knows each by its uuid.
    """

    _name = "scenic.sale.import"
    _description = "Import Saved Sales"

    file = fields.Binary(string="File of the Window", required=True, attachment=False)
    filename = fields.Char()
    line_ids = fields.One2many("scenic.sale.import.line", "import_id", readonly=True)

    def action_import(self):
        """Book what is not there yet, each sale by itself, and show what became of each."""
        self.ensure_one()
        if not self.env.user.has_groups(
            "scenic_ticketing.group_manager,point_of_sale.group_pos_manager"
        ):
            raise AccessError(self.env._("Only a manager can do this."))
        window, sales = self._read()
        self.line_ids.unlink()
        for sale in sales:
            state, problem = self._book(window, sale)
            self.line_ids.create(
                {
                    "import_id": self.id,
                    "name": str(sale.get("name") or sale["uuid"])[:64],
                    "amount": sale["order"].get("amount_total") or 0,
                    "paid_at": str(sale.get("paid_at") or "")[:16].replace("T", " "),
                    "currency_id": window.currency_id.id,
                    "state": state,
                    "problem": problem,
                }
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _read(self):
        """Return the window and its sales, once the file is one of this database."""
        try:
            content = base64.b64decode(self.file)
            data = json.loads(content) if len(content) <= MAX_BYTES else None
        except (ValueError, RecursionError):
            data = None
        sales = data.get("sales") if isinstance(data, dict) else None
        known = isinstance(sales, list) and data.get("format") == FORMAT
        if not known or len(sales) > MAX_SALES or not all(map(self._is_sale, sales)):
            raise UserError(
                self.env._("This is no file of sales that a window saved, or it is damaged.")
            )
        if data.get("version") != VERSION:
            raise UserError(self.env._("This file was saved by another version of the window."))
        if data.get("database") != self.env.cr.dbname:
            raise UserError(
                self.env._("This file belongs to another database: %s.", data.get("database"))
            )
        place = data.get("window")
        number = place.get("id") if isinstance(place, dict) else None
        window = self.env["pos.config"].browse(number if type(number) is int else ()).exists()
        if not window or window.company_id not in self.env.companies:
            raise UserError(self.env._("The window of this file is not in your company."))
        return window, sales

    @staticmethod
    def _is_sale(sale):
        """Tell whether an entry has the form of a paid order."""
        order = sale.get("order") if isinstance(sale, dict) else None
        return (
            isinstance(order, dict)
            and isinstance(sale.get("uuid"), str)
            and order.get("uuid") == sale["uuid"]
            and order.get("state") in ("paid", "done")
            and type(order.get("session_id")) is int
            and isinstance(order.get("amount_total"), (int, float))
            and all(isinstance(order.get(name), list) for name in ("lines", "payment_ids"))
        )

    def _book(self, window, sale):
        """Return ``(state, why not)`` of one sale."""
        orders = self.env["pos.order"]
        if orders.search_count([("uuid", "=", sale["uuid"]), ("state", "!=", "draft")]):
            return "known", ""
        session = self.env["pos.session"].browse(sale["order"]["session_id"]).exists()
        if session.config_id != window:
            return "refused", self.env._("It was not sold at this window.")
        try:
            with self.env.cr.savepoint():
                orders.sync_from_ui([sale["order"]])
                self.env.flush_all()
        except (UserError, ValueError, TypeError, KeyError, IntegrityError, DataError) as err:
            self.env.invalidate_all()
            return "refused", str(err)
        return "booked", ""


class ScenicSaleImportLine(models.TransientModel):
    """What became of one sale of the file."""

    _name = "scenic.sale.import.line"
    _description = "Imported Sale"

    import_id = fields.Many2one("scenic.sale.import", required=True, ondelete="cascade")
    name = fields.Char(string="Order", readonly=True)
    paid_at = fields.Char(string="Paid At (UTC)", readonly=True)
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    state = fields.Selection(
        [("booked", "Booked"), ("known", "There Already"), ("refused", "Refused")], readonly=True
    )
    problem = fields.Char(string="Why Not", readonly=True)
