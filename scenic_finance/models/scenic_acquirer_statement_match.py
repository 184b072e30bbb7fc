from collections import defaultdict
from datetime import datetime, time, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

from odoo import api, models
from odoo.tools import format_datetime

from ..tools import acquirer_match, acquirer_sql
from ..tools.acquirer_layouts import DONE, REFUND

# how long a payment may take to appear in a statement
_LOOK_BACK = 92


class ScenicAcquirerStatement(models.Model):
    """Bringing the rows of a statement together with the payments of the windows."""

    _inherit = "scenic.acquirer.statement"

    def _match(self, rows):
        """Make the lines of a new statement from the rows of its file."""
        self.ensure_one()
        acquirer, unit = self.acquirer_id.sudo(), 10**self.currency_id.decimal_places
        payments, sessions, attempts = self._our_payments()
        rate = Decimal(str(acquirer.fee_rate)) / 100 if acquirer.fee_rate else None
        results = acquirer_match.match(
            rows,
            payments,
            slack=round(acquirer.tolerance * unit),
            rate=rate,
            listed=self._listed(rows, payments),
            minutes=acquirer.minutes,
        )
        known = self._known(results)
        lines = [self._line_values(result, unit, sessions, attempts, known) for result in results]
        self.env.cr.execute(
            acquirer_sql.insert_lines(self.id, acquirer.id, self.company_id.id, self.env.uid, lines)
        )
        self.env.invalidate_all()
        done = [result for result in results if result.row and result.row.status == DONE]
        self.sudo().expected_fee = sum(result.expected_fee for result in done) / unit
        self._found_at_last()

    def _our_payments(self):
        """Return the payments that may be in this statement, and session and attempt of each."""
        acquirer, zone = self.acquirer_id.sudo(), ZoneInfo(self.acquirer_id.tz)
        unit = 10**self.currency_id.decimal_places
        self.env.flush_all()
        self.env.cr.execute(
            acquirer_sql.payments(
                self.company_id.id,
                acquirer.payment_method_ids.ids,
                self._utc(self.date_from - timedelta(days=_LOOK_BACK)),
                self._utc(self.date_to + timedelta(days=2)),
            )
        )
        payments, sessions, attempts = [], {}, {}
        for row in self.env.cr.dictfetchall():
            at = row["payment_date"].replace(tzinfo=timezone.utc).astimezone(zone)
            own = row["refund_ref"] if row["kind"] == "refund" else row["ref"]
            numbers = (own, row["transaction_id"], row["payment_ref_no"])
            if row["kind"] == "pay":
                numbers += (row["acquirer_ref"],)
            payments.append(
                acquirer_match.Payment(
                    row["id"],
                    round(float(row["amount"]) * unit),
                    at.replace(tzinfo=None),
                    tuple(dict.fromkeys(number for number in numbers if number)),
                    # what an earlier statement asked about is not asked again
                    not row["is_asked"] and self.date_from <= at.date() <= self.date_to,
                )
            )
            sessions[row["id"]] = row["session_id"]
            attempts[row["id"]] = row["attempt_id"]
        return payments, sessions, attempts

    def _utc(self, day):
        """Return the beginning of a day of the acquirer, in naive UTC."""
        begin = datetime.combine(day, time(), ZoneInfo(self.acquirer_id.tz))
        return begin.astimezone(timezone.utc).replace(tzinfo=None)

    def _listed(self, rows, payments):
        """Return the (number, kind) of rows that an earlier statement had."""
        keys = {number for row in rows for number in acquirer_match.keys_of(row)}
        keys |= {payment.numbers[0] for payment in payments if payment.numbers}
        self.env.cr.execute(acquirer_sql.listed_before(self.acquirer_id.id, keys))
        return frozenset(self.env.cr.fetchall())

    def _known(self, results):
        """Return what we know of numbers that match nothing: {number: (payment, attempt, session)}.

        An attempt without a sale, or the payment that somebody refunded at the acquirer's counter.
        """
        lost = [result.row for result in results if result.code in ("missing_here", "double")]
        numbers = {number for row in lost for number in (row.ref, row.acquirer_ref) if number}
        if not numbers:
            return {}
        self.env.cr.execute(acquirer_sql.known_numbers(self.company_id.id, numbers))
        known = defaultdict(lambda: (None, None, None))
        for number, *found in self.env.cr.fetchall():
            # who knows more of a number is right
            known[number] = max(
                known[number], tuple(found), key=lambda one: (one[0] or 0, one[1] or 0)
            )
        return known

    def _line_values(self, result, unit, sessions, attempts, known):
        row, payment, code = result.row, result.payment, result.code
        session = sessions.get(payment.id) if payment else False
        attempt = attempts.get(payment.id) if payment else False
        note, origin = False, None
        if row and not payment:
            found = known.get(row.ref) or known.get(row.acquirer_ref) or (None, None, None)
            origin, attempt, session = found
            if code == "missing_here" and row.kind == REFUND and (origin or attempt):
                code = "late_refund"
            note = self._note(code, row, origin, attempt)
        at = row.at if row else payment.at
        return {
            "place": row.place if row else 0,
            "key": result.key,
            "kind": row.kind if row else payment.kind,
            "ref": (row.refund_ref or row.ref) if row else result.key,
            "acquirer_ref": (row.acquirer_refund_ref or row.acquirer_ref) if row else False,
            "at": at and self._to_utc(at),
            "amount": result.amount / unit,
            "our_amount": payment.amount / unit if payment else 0.0,
            "fee": row.fee / unit if row and row.status == DONE else 0.0,
            "expected_fee": result.expected_fee / unit,
            "code": code,
            "by_time": result.by_time,
            "pos_payment_id": payment.id if payment else False,
            "attempt_id": attempt,
            "session_id": session,
            "note": note,
        }

    def _to_utc(self, at):
        zone = ZoneInfo(self.acquirer_id.tz)
        return at.replace(tzinfo=zone).astimezone(timezone.utc).replace(tzinfo=None)

    @api.model
    def _note(self, code, row, payment_id, attempt_id):
        """Return what is known of a row without a payment."""
        attempt = self.env["scenic.pay.attempt"].sudo().browse(attempt_id or ())
        order = self.env["pos.payment"].sudo().browse(payment_id or ()).pos_order_id
        if code == "late_refund":
            return self.env._("Refund of %s, made at the acquirer.", order.name or row.ref)
        if attempt and not order:
            return self.env._(
                "Begun at %(window)s at %(time)s, session %(session)s, by %(user)s; no sale has "
                "it.",
                window=attempt.config_id.name,
                session=attempt.session_id.name,
                time=format_datetime(self.env, attempt.create_date),
                user=attempt.user_id.name or "–",
            )
        if code == "double":
            return self.env._("Listed before; our order is %s.", order.name or "–")
        return self.env._("No session of any window has a payment of this number.")

    def _found_at_last(self):
        """Say of earlier rows that waited where their payment was found."""
        lines = self.env["scenic.acquirer.statement.line"].sudo()
        found = self.line_ids.filtered(lambda line: line.code in ("matched", "fee", "amount"))
        waiting = lines.search(
            [
                ("pos_payment_id", "in", found.pos_payment_id.ids),
                ("code", "=", "missing_there"),
                ("statement_id", "!=", self.id),
                ("state", "!=", "cancelled"),
            ]
        )
        waiting.note = self.env._("Found in %s.", self.display_name)
        waiting.filtered(lambda line: not line.resolution).resolution = "wait"
