import base64
import binascii

from odoo import api, models

from ..tools import visitor_list

_MOST_VISITORS = 500
_MOST_BYTES = 1024 * 1024


class ScenicHolderList(models.Model):
    _inherit = "scenic.holder"

    @api.model
    def pos_take_list(self, config_id, order_uuid, want, content):
        """Check and seal a list of visitors for one line of an order; all of them or none.

        ``want``: ``{"product_id", "visit_date"}``. ``content``: ``{"text"}``, pasted rows with
        their titles, or ``{"base64"}`` of a CSV or XLSX file; ``replaces``, tokens of visitors
        that the list takes the place of. Returns ``{"holders": [{"token", "name", "id_masked",
        …}], "errors": [{"place", "message"}]}``, one of them empty; the place is the row of the
        list, 0 when it is the list itself.
        """
        with self.env.cr.savepoint() as savepoint:
            for token in content.get("replaces") or []:
                self._window_drop(token, order_uuid)
            answer = self._list_taken(config_id, order_uuid, want, content)
            if answer["errors"]:
                # the visitors of before stay
                savepoint.rollback()
        return answer

    @api.model
    def _list_taken(self, config_id, order_uuid, want, content):
        config = self.env["scenic.ticket"]._check_window(config_id)
        imports = self.env["scenic.visitor.import"].sudo()
        items = self._window_items(config, [want])
        if not items:
            return self._list_refused(self._problem_text("E_PRODUCT"))
        try:
            rows = visitor_list.read(self._list_content(content))
            if len(rows) > _MOST_VISITORS:
                raise visitor_list.ListError("E_TOO_MANY", limit=_MOST_VISITORS)
        except visitor_list.ListError as err:
            return self._list_refused(imports._file_text(err))
        wrong = {row.place: imports._row_text(row.error) for row in rows if row.error}
        product, _day = items[0]
        wishes = [imports._window_row(product, want["visit_date"], row) for row in rows]
        if not wrong:
            holders, problems = self.sudo()._from_rows(wishes)
            wrong = {rows[error["row"]].place: error["message"] for error in problems}
            wrong |= self._list_claim(config, order_uuid, holders, rows, items) if holders else {}
        if wrong:
            errors = [{"place": place, "message": text} for place, text in sorted(wrong.items())]
            return {"holders": [], "errors": errors}
        return {
            "holders": [self._window_answer("", holder) for holder in holders],
            "errors": [],
        }

    @api.model
    def _list_claim(self, config, order_uuid, holders, rows, items):
        """Keep the IDs of a list for an order; returns ``{place: sentence}`` of what fails."""
        wrong = {}
        for holder, row in zip(holders, rows, strict=True):
            if code := holder._window_claim(config, order_uuid, items):
                wrong[row.place] = self._problem_text(code)
        return wrong

    @api.model
    def _list_content(self, content):
        text, encoded = content.get("text"), content.get("base64")
        if isinstance(text, str):
            raw = text.encode()
        else:
            try:
                raw = base64.b64decode(encoded or "", validate=True)
            except (binascii.Error, TypeError, ValueError):
                raise visitor_list.ListError("E_FILE") from None
        if len(raw) > _MOST_BYTES:
            raise visitor_list.ListError("E_TOO_LARGE", limit=_MOST_BYTES // 1024 // 1024)
        return raw

    @api.model
    def _list_refused(self, message):
        return {"holders": [], "errors": [{"place": 0, "message": message}]}
