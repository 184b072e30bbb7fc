from odoo import api, models
from odoo.exceptions import AccessError, UserError


class ScenicShift(models.Model):
    """What a window asks about its shift. A blind window is told nothing that should be counted."""

    _inherit = "scenic.shift"

    @api.model
    def _window_session(self, session_id):
        if not self.env.user.has_group("point_of_sale.group_pos_user"):
            raise AccessError(self.env._("Only the staff of a window can work with its shift."))
        session = self.env["pos.session"].browse(session_id)
        session.check_access("read")
        return session

    @api.model
    def pos_shift(self, session_id):
        """Return the shift of a session as its window shows it, or False before there is one."""
        session = self._window_session(session_id)
        domain = [("session_id", "=", session.id), ("state", "!=", "closed")]
        shift = self.sudo().search(domain, limit=1).sudo(False)
        return shift._window_facts() if shift else False

    @api.model
    def _window_shift(self, session_id, shift_id):
        session = self._window_session(session_id)
        shift = self.browse(shift_id)
        if shift.sudo().session_id != session or shift.sudo().state == "closed":
            raise UserError(self.env._("This shift is closed. Open the closing dialog again."))
        return shift

    @api.model
    def pos_accept(self, session_id, shift_id, amount, reason=None):
        """Take over what was handed over; the user's login is the signature."""
        shift = self._window_shift(session_id, shift_id)
        shift._accept(amount, reason)
        return shift._window_facts()

    @api.model
    def pos_count(self, session_id, shift_id, counted):
        """Confirm a count, ``{payment method id: amount or None}``; it is final."""
        shift = self._window_shift(session_id, shift_id)
        shift._count({int(method): amount for method, amount in counted.items()})
        return shift._window_facts()

    @api.model
    def pos_recount(self, session_id, shift_id):
        """Drop a count."""
        shift = self._window_shift(session_id, shift_id)
        shift._recount()
        return shift._window_facts()

    @api.model
    def pos_finish(self, session_id, shift_id, reasons, note=None, hand_to=None, device=None):
        """Close a counted shift; hand the drawer to user ``hand_to``, or close the session.

        Answers ``{"stale": facts}`` when sales came in after the count, which is then to be
        repeated; else ``{"paper": …}``, the report for the receipt printer.
        """
        shift = self._window_shift(session_id, shift_id)
        if shift._is_stale():
            shift.sudo()._drop_count()
            return {"stale": shift._window_facts()}
        target = self.env["res.users"].browse(hand_to or [])
        if target and target not in self._colleagues(shift):
            raise UserError(self.env._("This person does not work at ticket windows."))
        session = self._window_session(session_id)
        if not target:
            # the session refuses on its own grounds first: open orders, unsettled payments
            session.with_context(device_identifier=device)._scenic_check_close()
        shift._finish(
            {int(method): reason for method, reason in reasons.items()}, note, hand_to=target
        )
        if not target:
            session.with_context(device_identifier=device)._scenic_close(shift.sudo(), note)
        return {"paper": shift._paper(), "shift_id": shift.id}

    def _colleagues(self, shift):
        """Return who may take over: everybody who may sell at a window of this company."""
        group = self.env.ref("scenic_ticketing.group_window")
        domain = [
            ("all_group_ids", "in", group.ids),
            ("company_ids", "in", shift.sudo().company_id.ids),
            ("share", "=", False),
        ]
        users = self.env["res.users"].sudo().search(domain, order="name", limit=200)
        return users.sudo(False) - self.env["res.users"].browse(self.env.ref("base.user_root").id)

    def _window_facts(self):
        self.ensure_one()
        shift = self.sudo()
        counted = shift.state == "counted"
        shown = counted or self._may_see_expected()
        return {
            "id": shift.id,
            "name": shift.name,
            "state": shift.state,
            "user_id": shift.user_id.id,
            "user": shift.user_id.name,
            "from": shift.previous_id.user_id.name or "",
            "expected_float": shift.expected_float,
            "opening_float": shift.opening_float,
            "blind": shift.config_id.scenic_blind_close,
            "supervisor": bool(self._is_supervisor()),
            "cash_control": bool(shift.session_id.cash_control),
            "methods": self._window_methods(shown),
            "colleagues": [
                {"id": user.id, "name": user.sudo().name}
                for user in self._colleagues(self)
                if user != self.env.user
            ],
        }

    def _window_methods(self, shown):
        """Return the payment methods; amounts only where the user may see them."""
        shift = self.sudo()
        if shift.state == "counted":
            rows = [
                {
                    **{name: line[name] for name in self._shown_amounts()},
                    "payment_method_id": line.payment_method_id.id,
                    "is_cash": line.is_cash,
                    "counted": line.counted,
                    "is_counted": line.is_counted,
                    "difference": line.difference,
                    "reason": line.reason or "",
                }
                for line in shift.line_ids
            ]
        else:
            rows = self._method_figures()
        names = {method.id: method for method in shift.config_id.payment_method_ids}
        result = []
        for row in rows:
            method = names.get(row["payment_method_id"]) or shift.env["pos.payment.method"].browse(
                row["payment_method_id"]
            )
            hidden = () if shown else self._shown_amounts()
            kept = {name: value for name, value in row.items() if name not in hidden}
            result.append({**kept, "name": method.name, "type": method.type})
        return result

    @api.model
    def _shown_amounts(self):
        return ("expected", "paid", "payment_count", "opening", "cash_in", "cash_out")
