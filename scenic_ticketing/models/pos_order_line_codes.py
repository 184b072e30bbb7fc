from datetime import date

from odoo import fields, models

from ..iot_handlers.scenic_rules.ticket_code import CodeError, parse_uid
from ..tools import key_sql

MAX_SPENT = 1000
MAX_EXTRA = 100


class PosOrderLineCodes(models.Model):
    """Sales of a window that come with the codes it has signed."""

    _inherit = "pos.order.line"

    scenic_data = fields.Json(
        help="Written by the window: visit_date (YYYY-MM-DD), on a refund refund_uids, the "
        "identities of the tickets that were handed back, and persons, how many leave a group; on "
        "the charge of a rebooking rebook: ticket (identity), visit_date, slot_id; codes, what the "
        "window signed for the tickets (code and alias of each), and spent, the identities that "
        "it took and never printed."
    )

    # EXTENDS scenic_ticketing
    def _scenic_ticket_vals(self, net, visit_date):
        vals_list = super()._scenic_ticket_vals(net, visit_date)
        codes = [code for code in self._scenic_list("codes") if isinstance(code, dict)]
        for vals, code in zip(vals_list, codes, strict=False):
            vals["minted"] = {
                "code": _text(code.get("code")),
                "alias": _text(code.get("alias")),
                "window": self.order_id.config_id.id,
                "wished": self._scenic_wished() or visit_date,
                "extra": [],
            }
        if len(codes) > len(vals_list):
            extra = [_text(code.get("code")) for code in codes[len(vals_list) :][:MAX_EXTRA]]
            vals_list[0]["minted"]["extra"] = extra
        return vals_list

    # EXTENDS scenic_ticketing
    def _scenic_issue(self):
        self._scenic_take_spent()
        return super()._scenic_issue()

    def _scenic_take_spent(self):
        """Use up the numbers that a window says it took and never printed."""
        numbers = {}
        for line in self:
            for text in line._scenic_list("spent")[:MAX_SPENT]:
                try:
                    uid = parse_uid(_text(text))
                except CodeError:
                    continue
                numbers.setdefault(uid >> 32, []).append((uid >> 32, uid & 0xFFFFFFFF))
        if not numbers:
            return
        own = [
            ("kid", "in", list(numbers)),
            ("pos_config_id", "in", self.order_id.config_id.ids),
        ]
        for certificate in self.env["scenic.certificate"].sudo().search(own):
            taken = numbers[certificate.kid]
            key_sql.take(self.env.cr, [n for n in taken if n[1] <= certificate.max_serial])
            certificate._note_late(0)

    def _scenic_list(self, name):
        value = self._scenic_said(name)
        return value if isinstance(value, list) else []

    def _scenic_wished(self):
        """Return the day that the window wrote, None when it is none."""
        try:
            return date.fromisoformat(self._scenic_said("visit_date") or "")
        except (TypeError, ValueError):
            return None


def _text(value):
    return value if isinstance(value, str) else ""
